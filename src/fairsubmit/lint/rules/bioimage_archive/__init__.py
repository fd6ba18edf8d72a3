"""Demands of the BioImage Archive and its BioStudies server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.bioimage_archive import (
    doi_not_possible,
    not_in_template,
    term_unqualified,
    too_many_files,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    not_in_template.RULE,  # BIA101
    term_unqualified.RULE,  # BIA102
    doi_not_possible.RULE,  # BIA103
    too_many_files.RULE,  # BIA104
)
