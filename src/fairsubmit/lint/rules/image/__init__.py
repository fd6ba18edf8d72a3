"""Images: what their headers say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.image import (
    acquisition_date_odd,
    channel_unnamed,
    fluorophore_missing,
    format_not_read,
    image_unreadable,
    lossy_image,
    ngff_metadata_invalid,
    ome_metadata_invalid,
    personal_data,
    pixel_size_implausible,
    pixel_size_missing,
    proprietary_format,
    reader_missing,
    step_missing,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    image_unreadable.RULE,  # IMG101
    pixel_size_missing.RULE,  # IMG102
    pixel_size_implausible.RULE,  # IMG103
    step_missing.RULE,  # IMG104
    channel_unnamed.RULE,  # IMG105
    fluorophore_missing.RULE,  # IMG106
    ome_metadata_invalid.RULE,  # IMG107
    acquisition_date_odd.RULE,  # IMG108
    ngff_metadata_invalid.RULE,  # IMG109
    lossy_image.RULE,  # IMG110
    proprietary_format.RULE,  # IMG111
    personal_data.RULE,  # IMG113
    format_not_read.RULE,  # IMG120
    reader_missing.RULE,  # IMG121
)
