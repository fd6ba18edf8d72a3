"""References between the sections of a submission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.references import (
    association_title_unknown,
    component_without_association,
    duplicate_id,
    empty_section,
    reference_undefined,
    section_unused,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    reference_undefined.RULE,  # REF101
    association_title_unknown.RULE,  # REF102
    component_without_association.RULE,  # REF103
    section_unused.RULE,  # REF104
    empty_section.RULE,  # REF105
    duplicate_id.RULE,  # REF106
)
