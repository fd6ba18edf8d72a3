"""Image acquisition: method, instrument, parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.rules.acquisition import (
    imaging_method_generic,
    imaging_method_id_invalid,
    imaging_method_missing,
    imaging_method_not_offered,
    imaging_method_unknown,
    instrument_missing,
    instrument_unrecognisable,
    objective_missing,
    parameters_missing,
    quantity_without_unit,
    text_contradicts_images,
)

if TYPE_CHECKING:
    from fairsubmit.lint.base import Rule

__all__ = ["RULES"]

# Sorted by code. Codes are public: never changed, never used again.
RULES: Final[tuple[Rule, ...]] = (
    imaging_method_missing.RULE,  # ACQ101
    imaging_method_unknown.RULE,  # ACQ102
    imaging_method_id_invalid.RULE,  # ACQ103
    imaging_method_generic.RULE,  # ACQ104
    imaging_method_not_offered.RULE,  # ACQ105
    instrument_missing.RULE,  # ACQ106
    parameters_missing.RULE,  # ACQ107
    instrument_unrecognisable.RULE,  # ACQ108
    objective_missing.RULE,  # ACQ109
    text_contradicts_images.RULE,  # ACQ110
    quantity_without_unit.RULE,  # ACQ111
)
