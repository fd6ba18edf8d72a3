"""Numbers as the headers of HDF5 formats write them: texts, mostly."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

__all__ = ["decimal_number", "leading_number", "whole_number"]

MAX_EXTENT = 1 << 40
# Numbers further from 1 than this many powers of ten are no measures of anything.
MAX_POWER = 30
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")


def whole_number(text: str | None) -> int | None:
    """Return a whole number above 0."""
    value = decimal_number(text)
    if value is None or not 0 < value < MAX_EXTENT:
        return None
    return int(value) if value == value.to_integral_value() else None


def decimal_number(text: str | None) -> Decimal | None:
    """Return a number, exactly as it is written."""
    try:
        value = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < MAX_POWER else None


def leading_number(text: str | None) -> float | None:
    """Return the number above 0 that a text starts with: ``63.0x`` has 63."""
    match = _NUMBER.match((text or "").strip())
    value = float(match[0]) if match else 0.0
    return value if 0 < value < MAX_EXTENT else None
