"""Demands of the Image Data Resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.idr import (
    assays_missing,
    publications_uneven,
    study_key_missing,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    study_key_missing.RULE,  # IDR101
    publications_uneven.RULE,  # IDR102
    assays_missing.RULE,  # IDR103
)
