"""RO-Crates: their entities, references and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.crate import (
    crate_descriptor_incomplete,
    crate_entity_malformed,
    crate_entity_twice,
    crate_file_list_malformed,
    crate_files_absent,
    crate_part_unlinked,
    crate_reference_of_other_kind,
    crate_reference_undescribed,
    crate_size_differs,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    crate_descriptor_incomplete.RULE,  # CRT101
    crate_entity_malformed.RULE,  # CRT102
    crate_entity_twice.RULE,  # CRT103
    crate_reference_undescribed.RULE,  # CRT104
    crate_part_unlinked.RULE,  # CRT105
    crate_files_absent.RULE,  # CRT106
    crate_size_differs.RULE,  # CRT107
    crate_file_list_malformed.RULE,  # CRT108
    crate_reference_of_other_kind.RULE,  # CRT109
)
