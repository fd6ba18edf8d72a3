"""Annotations: MIFA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.annotation import (
    annotation_incomplete,
    annotation_quality_unsaid,
    annotation_type_unknown,
    annotation_without_source,
    annotators_unnamed,
    coverage_contradicted,
    mask_size_differs,
    mask_type_wrong,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    annotation_incomplete.RULE,  # ANN101
    annotation_type_unknown.RULE,  # ANN102
    annotation_without_source.RULE,  # ANN103
    mask_size_differs.RULE,  # ANN104
    mask_type_wrong.RULE,  # ANN105
    annotation_quality_unsaid.RULE,  # ANN106
    coverage_contradicted.RULE,  # ANN107
    annotators_unnamed.RULE,  # ANN108
)
