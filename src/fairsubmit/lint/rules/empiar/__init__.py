"""Demands of EMPIAR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.empiar import deposition_invalid, people_incomplete

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    deposition_invalid.RULE,  # EMP101
    people_incomplete.RULE,  # EMP102
)
