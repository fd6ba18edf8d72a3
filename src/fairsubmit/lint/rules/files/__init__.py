"""Files and file tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.files import (
    column_without_information,
    duplicate_content,
    file_changed,
    file_empty,
    file_list_missing,
    file_listed_twice,
    file_table_malformed,
    file_unlisted,
    junk_file,
    kinds_mixed,
    missing_file,
    no_files,
    path_collision,
    path_not_portable,
    path_refused,
    reserved_path,
    spreadsheet_mangled,
    unreadable_file_table,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    missing_file.RULE,  # FIL101
    file_unlisted.RULE,  # FIL102
    file_listed_twice.RULE,  # FIL103
    path_refused.RULE,  # FIL104
    path_not_portable.RULE,  # FIL105
    file_table_malformed.RULE,  # FIL106
    column_without_information.RULE,  # FIL107
    file_empty.RULE,  # FIL108
    junk_file.RULE,  # FIL109
    duplicate_content.RULE,  # FIL110
    kinds_mixed.RULE,  # FIL111
    file_list_missing.RULE,  # FIL112
    path_collision.RULE,  # FIL113
    spreadsheet_mangled.RULE,  # FIL114
    file_changed.RULE,  # FIL115
    unreadable_file_table.RULE,  # FIL116
    no_files.RULE,  # FIL117
    reserved_path.RULE,  # FIL118
)
