"""The study: title, description, keywords, components, release date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.study import (
    acknowledgements_missing,
    component_missing,
    component_mixed,
    component_undescribed,
    description_thin,
    description_too_short,
    duplicate_title,
    keywords_joined,
    keywords_missing,
    release_date,
    title_style,
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
    keywords_joined.RULE,  # STU104
    release_date.RULE,  # STU105
    title_style.RULE,  # STU106
    description_thin.RULE,  # STU107
    acknowledgements_missing.RULE,  # STU108
    component_missing.RULE,  # STU109
    component_undescribed.RULE,  # STU110
    duplicate_title.RULE,  # STU111
    component_mixed.RULE,  # STU112
)
