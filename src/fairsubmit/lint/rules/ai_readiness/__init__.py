"""What those who train models on the data need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.ai_readiness import (
    classes_undescribed,
    images_differ,
    model_not_linked,
    private_annotation_format,
    split_leak,
    split_missing,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    split_missing.RULE,  # AIR101
    split_leak.RULE,  # AIR102
    classes_undescribed.RULE,  # AIR103
    private_annotation_format.RULE,  # AIR104
    model_not_linked.RULE,  # AIR105
    images_differ.RULE,  # AIR106
)
