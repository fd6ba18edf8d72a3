"""Correlation of images of several methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.correlation import (
    alignment_missing,
    correlation_missing,
    transformation_unreadable,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    alignment_missing.RULE,  # COR101
    correlation_missing.RULE,  # COR102
    transformation_unreadable.RULE,  # COR103
)
