"""Files and file tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.files import (
    file_changed,
    file_empty,
    file_list_missing,
    file_listed_twice,
    file_table_malformed,
    file_unlisted,
    missing_file,
    no_files,
    path_collision,
    path_not_portable,
    path_refused,
    reserved_path,
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
    file_empty.RULE,  # FIL108
    file_list_missing.RULE,  # FIL112
    path_collision.RULE,  # FIL113
    file_changed.RULE,  # FIL115
    unreadable_file_table.RULE,  # FIL116
    no_files.RULE,  # FIL117
    reserved_path.RULE,  # FIL118
)
