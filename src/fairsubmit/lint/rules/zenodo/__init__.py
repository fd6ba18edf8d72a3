"""Demands of Zenodo and other InvenioRDM servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.zenodo import record_incomplete, record_too_large

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    record_incomplete.RULE,  # ZEN101
    record_too_large.RULE,  # ZEN102
)
