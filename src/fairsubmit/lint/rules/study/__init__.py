"""The study: title, description, keywords, components, release date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.study import (
    component_missing,
    component_undescribed,
    description_too_short,
    keywords_missing,
    release_date,
    title_too_short,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    title_too_short.RULE,  # STU101
    description_too_short.RULE,  # STU102
    keywords_missing.RULE,  # STU103
    release_date.RULE,  # STU105
    component_missing.RULE,  # STU109
    component_undescribed.RULE,  # STU110
)
