"""Images of a component, all together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.consistency import (
    bit_depth_outlier,
    channels_outlier,
    magnification_mismatch,
    objective_outlier,
    pixel_size_outlier,
    plate_incomplete,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    pixel_size_outlier.RULE,  # SET101
    channels_outlier.RULE,  # SET102
    bit_depth_outlier.RULE,  # SET103
    objective_outlier.RULE,  # SET104
    magnification_mismatch.RULE,  # SET105
    plate_incomplete.RULE,  # SET106
)
