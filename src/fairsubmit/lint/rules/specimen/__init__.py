"""Specimens: preparation, labelling, reagents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.specimen import (
    conditions_missing,
    growth_protocol_missing,
    label_missing,
    preparation_missing,
    preparation_thin,
    reagent_not_identified,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    preparation_missing.RULE,  # SPE101
    preparation_thin.RULE,  # SPE102
    growth_protocol_missing.RULE,  # SPE103
    label_missing.RULE,  # SPE104
    conditions_missing.RULE,  # SPE105
    reagent_not_identified.RULE,  # SPE106
)
