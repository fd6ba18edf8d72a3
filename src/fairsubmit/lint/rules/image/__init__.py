"""Images: what their headers say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.image import (
    format_not_read,
    image_unreadable,
    ngff_metadata_invalid,
    ome_metadata_invalid,
    pixel_size_missing,
    reader_missing,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    image_unreadable.RULE,  # IMG101
    pixel_size_missing.RULE,  # IMG102
    ome_metadata_invalid.RULE,  # IMG107
    ngff_metadata_invalid.RULE,  # IMG109
    format_not_read.RULE,  # IMG120
    reader_missing.RULE,  # IMG121
)
