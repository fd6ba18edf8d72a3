"""Numbers as binary headers hold them, written as people wrote them."""

from __future__ import annotations

import math
import struct
from decimal import Decimal

from fairsubmit.metadata.image import Quantity

__all__ = ["metres", "positive", "quotient", "single", "voxel"]

# The longest decimal that a 32-bit float can need (IEEE 754).
_DIGITS = range(6, 10)


def single(value: float) -> Decimal:
    """Return the shortest decimal that is this 32-bit float.

    A header that holds 1.06 as a 32-bit float gives 1.0599999427795410 when read;
    what was written is 1.06.

    Parameters
    ----------
    value
        Finite; what is no 32-bit float is taken as the 64-bit float that it is.
    """
    for digits in _DIGITS:
        text = f"{value:.{digits}g}"
        try:
            if struct.unpack("<f", struct.pack("<f", float(text)))[0] == value:
                return Decimal(text)
        except OverflowError:  # past the largest
            continue
    return Decimal(repr(value))


def positive(value: float) -> bool:
    """Whether a number is finite and above 0: lengths that are not are unset."""
    return math.isfinite(value) and value > 0


def quotient(length: float, count: int) -> float | None:
    """Return a 32-bit length by a number of intervals; ``None`` where either is unset.

    Parameters
    ----------
    length
        For example of a unit cell.
    count
        Of intervals along it.
    """
    if not positive(length) or count <= 0:
        return None
    return float(single(length) / count) or None


def metres(value: Decimal | float) -> Quantity:
    """Return a length that the format has in metres, in micrometres, exactly."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return Quantity(float(exact.scaleb(6)), "µm")


def voxel(value: float, unit: str | None) -> Quantity | None:
    """Return a 32-bit length and its unit; ``None`` where either is unset."""
    if unit is None or not positive(abs(value)):
        return None
    return Quantity(float(single(abs(value))), unit)
