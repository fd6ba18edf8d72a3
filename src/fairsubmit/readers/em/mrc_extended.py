"""What stands between an MRC header and the pixels: one block for each image.

Source: the layout of Thermo Fisher's blocks ``FEI1`` and ``FEI2`` is that of the EPU
manual, appendix on MRC2014; mrcfile reads them alike.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["BLOCK", "Acquisition", "acquisition"]

BLOCK = 768
_TIME, _MODEL, _PROGRAM, _VERSION = 12, 20, 52, 68
_PIXEL, _CAMERA, _STEM_DETECTOR = 156, 435, 519
# OLE automation dates: days since 1899-12-30. 1990 and 2100.
_FIRST_DAY, _LAST_DAY = 32_874, 73_051
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - the microscope's own clock, no zone


@dataclass(frozen=True, slots=True)
class Acquisition:
    """How the first image was taken; ``None`` where the block is silent."""

    acquired_at: str | None = None
    model: str | None = None
    software: str | None = None
    detector: str | None = None
    pixel_metres: tuple[float, float] | None = None


def acquisition(raw: bytes, order: str) -> Acquisition:
    """Read the first block of Thermo Fisher's extended header.

    Parameters
    ----------
    raw
        The block; an empty record for less than one.
    order
        ``<`` or ``>``: the header's.
    """
    if len(raw) < BLOCK:
        return Acquisition()
    (days,) = struct.unpack_from(f"{order}d", raw, _TIME)
    pixel = struct.unpack_from(f"{order}2d", raw, _PIXEL)
    program = " ".join(filter(None, (_text(raw, _PROGRAM), _text(raw, _VERSION))))
    return Acquisition(
        acquired_at=_date(days),
        model=_text(raw, _MODEL),
        software=program or None,
        detector=_text(raw, _CAMERA) or _text(raw, _STEM_DETECTOR),
        # Pixels of a micrograph are smaller than 1 mm; diffraction is in 1/m.
        pixel_metres=pixel if all(0 < p < 1e-3 for p in pixel) else None,
    )


def _text(raw: bytes, offset: int) -> str | None:
    text = raw[offset : offset + 16].split(b"\0")[0].decode("latin-1").strip()
    return text if text.isprintable() and text else None


def _date(days: float) -> str | None:
    if not math.isfinite(days) or not _FIRST_DAY < days < _LAST_DAY:
        return None
    return (_EPOCH + timedelta(days=days)).isoformat(timespec="milliseconds")
