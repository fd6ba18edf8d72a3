"""TIFF that Gatan DigitalMicrograph exports.

Tags 65003, 65004 and 65005 hold the units of x, y and the pages, tags 65009, 65010 and
65011 how much of it a pixel is. Pages are z positions or times by their unit. A unit
such as ``1/nm`` is that of a diffraction pattern or a transform, ``eV`` that of a
spectrum: none of them is a size.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import ImageSize, Quantity
from fairsubmit.readers.about import About
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader
from fairsubmit.readers.tiff.markup import decoded
from fairsubmit.readers.units import length_unit, time_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["Gatan"]

UNITS = {"x": 65003, "y": 65004, "z": 65005}
SCALES = {"x": 65009, "y": 65010, "z": 65011}
ASCII, FLOAT, DOUBLE = 2, 11, 12
LARGEST = 1e30


class Gatan(DialectReader):
    """Images that DigitalMicrograph (Gatan Microscopy Suite) saved as TIFF."""

    name = "gatan_tiff"
    about = About(
        "DigitalMicrograph TIFF",
        (".tif", ".tiff"),
        "pixel size",
        "3 real files",
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
        for axis in "xy":
            image.scale(axis)
        image.pages_are()
        return [image.record(self)]


class _Image(Dialect):
    def pages_are(self) -> None:
        """Read what the pages of a stack are by the unit of their distance."""
        count, page = self.alike(), self.page
        written, value = self._unit("z"), self._double(SCALES["z"])
        if count == 1:
            return
        time, place = time_unit(written).value, f"IFD:0/{SCALES['z']}, {UNITS['z']}"
        if written and time is not None:
            size = ImageSize(page.width, page.height, 1, page.samples, count)
            self.found("size", size, place)
            if value is not None and 0 < value < LARGEST:
                self.found("time_increment", Quantity(value, time), place)
            return
        if length_unit(written).value is not None:
            size = ImageSize(page.width, page.height, count, page.samples, 1)
            self.found("size", size, place)
        self.scale("z")

    def scale(self, axis: str) -> None:
        value, written = self._double(SCALES[axis]), self._unit(axis)
        if value is None or not written:  # uncalibrated: one pixel a pixel
            return
        place = f"IFD:0/{SCALES[axis]}, {UNITS[axis]}"
        unit = length_unit(written).value
        if unit is None:
            message = f"a pixel is {value:.6g} {written}, which is no length; ignored"
            self.problem("unit-unknown", message, place)
        elif 0 < abs(value) < LARGEST:
            # A negative scale counts from the other side.
            self.length(axis, Quantity(abs(value), unit), place)
        elif value:
            message = f"a pixel of {value} {unit} cannot be meant; ignored"
            self.problem("value-ignored", message, place)

    def _unit(self, axis: str) -> str:
        entry = self.tiff.tags.get(UNITS[axis])
        raw = b"" if entry is None else self.tiff.raw(entry, 64)
        return decoded(raw.partition(b"\0")[0]).strip()

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
