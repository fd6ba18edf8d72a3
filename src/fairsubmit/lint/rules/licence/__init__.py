"""Licence, access and privacy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.licence import (
    embargo_without_reason,
    human_data,
    licence_missing,
    licence_refused,
    licence_restrictive,
    licence_unknown,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    licence_missing.RULE,  # LIC101
    licence_unknown.RULE,  # LIC102
    licence_refused.RULE,  # LIC103
    licence_restrictive.RULE,  # LIC104
    human_data.RULE,  # LIC105
    embargo_without_reason.RULE,  # LIC106
)
