"""Image analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.analysis import (
    analysis_missing,
    analysis_undescribed,
    software_without_version,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    analysis_missing.RULE,  # ANA101
    analysis_undescribed.RULE,  # ANA102
    software_without_version.RULE,  # ANA103
)
