"""Lengths in image headers, as numbers that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairsubmit.metadata.image import Quantity

__all__ = ["micrometres", "shown"]

# Micrometres in a unit, by its symbol in OME-XML 2016-06 (UnitsLength). Those of
# astronomy and the powers of ten that no image has are left out.
_MICROMETRES = {
    "km": 1e9,
    "m": 1e6,
    "dm": 1e5,
    "cm": 1e4,
    "mm": 1e3,
    "µm": 1.0,
    "nm": 1e-3,
    "Å": 1e-4,
    "pm": 1e-6,
    "fm": 1e-9,
    "thou": 25.4,
    "in": 25_400.0,
    "ft": 304_800.0,
    "yd": 914_400.0,
    "pt": 25_400 / 72,
}


def micrometres(quantity: Quantity | None) -> float | None:
    """Return a length in micrometres; ``None`` where it is none, or not positive."""
    if quantity is None or quantity.unit not in _MICROMETRES:
        return None
    length = quantity.value * _MICROMETRES[quantity.unit]
    return length if 0 < length < float("inf") else None


def shown(length: float) -> str:
    """Write micrometres as people do: ``0.325 µm``, ``2 nm``, ``1.5 mm``."""
    if length >= 1e3:
        return f"{length / 1e3:.5g} mm"
    return f"{length:.4g} µm" if length >= 0.01 else f"{length * 1e3:.4g} nm"
