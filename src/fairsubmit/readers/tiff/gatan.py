"""TIFF that Gatan DigitalMicrograph exports.

Tags 65003, 65004 and 65005 hold the units of x, y and z, tags 65009, 65010 and 65011
how much of it a pixel is. A unit such as ``1/nm`` is that of a diffraction pattern or a
transform, ``eV`` that of a spectrum: none of them is a size.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Quantity
from fairsubmit.readers.about import About
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader
from fairsubmit.readers.tiff.markup import decoded
from fairsubmit.readers.units import length_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["Gatan"]

UNITS = {"x": 65003, "y": 65004, "z": 65005}
SCALES = {"x": 65009, "y": 65010, "z": 65011}
ASCII, FLOAT, DOUBLE = 2, 11, 12


class Gatan(DialectReader):
    """Images that DigitalMicrograph (Gatan Microscopy Suite) saved as TIFF."""

    name = "gatan_tiff"
    about = About(
        "DigitalMicrograph TIFF",
        (".tif", ".tiff"),
        "pixel size",
        "1 real file",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether it has units and scales in tags of the types that Gatan uses."""
        unit, scale = tiff.tags.get(UNITS["x"]), tiff.tags.get(SCALES["x"])
        if unit is None or scale is None:
            return False
        return unit.type == ASCII and scale.type in {FLOAT, DOUBLE}

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return the image's record."""
        image = _Image(tiff, path)
        for axis in "xyz" if image.alike() > 1 else "xy":
            image.scale(axis)
        return [image.record(self)]


class _Image(Dialect):
    def scale(self, axis: str) -> None:
        value = self._double(SCALES[axis])
        entry = self.tiff.tags.get(UNITS[axis])
        raw = b"" if entry is None else self.tiff.raw(entry, 64)
        written = decoded(raw.partition(b"\0")[0]).strip()
        if value is None or not written:  # uncalibrated: one pixel a pixel
            return
        place = f"IFD:0/{SCALES[axis]}, {UNITS[axis]}"
        unit = length_unit(written).value
        if unit is None:
            message = f"a pixel is {value:.6g} {written}, which is no length; ignored"
            self.problem("unit-unknown", message, place)
        elif 0 < abs(value) < 1e30:
            # A negative scale counts from the other side.
            self.length(axis, Quantity(abs(value), unit), place)
        elif value:
            message = f"a pixel of {value} {unit} cannot be meant; ignored"
            self.problem("value-ignored", message, place)

    def _double(self, tag: int) -> float | None:
        entry = self.tiff.tags.get(tag)
        if entry is None or entry.type not in {FLOAT, DOUBLE}:
            return None
        code, size = ("f", 4) if entry.type == FLOAT else ("d", 8)
        raw = self.tiff.raw(entry, size)
        if len(raw) < size:
            return None
        (value,) = struct.unpack(self.tiff.layout.order + code, raw)
        return float(value)
