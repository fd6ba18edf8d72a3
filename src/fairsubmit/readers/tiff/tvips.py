"""TIFF of TVIPS cameras on transmission electron microscopes (EM-MENU).

Tag 37706 points to the structure TemData of the EM-MENU manual. Its version 1 has 41
integers and a comment; version 2 goes on with text in UTF-16, floating-point numbers
and, at its end, the number 0xAAAAAAAA. Pixel sizes are in nm; a date is year, month and
day in one integer, a time is seconds of the day.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Detector, Instrument, Quantity
from fairsubmit.readers.about import About
from fairsubmit.readers.tiff.dates import iso_date
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader
from fairsubmit.readers.tiff.resolution import calibration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["Tvips"]

TVIPS = 37706
VERSION_1 = 244
VERSION_2 = 6312
MAGIC = 0xAAAAAAAA
# Offsets from the start of the structure.
DATE_1, TIME_1 = 224, 228
IMAGE_NAME, IMAGE_FOLDER = 244, 404
DATE_2, TIME_2 = 584, 588
PIXEL_SIZE_X, PIXEL_SIZE_Y = 2968, 2972
TEM_TYPE, TEM_MODE = 3112, 3532
CAMERA_TYPE = 3768
MAGIC_AT = 6308
TEXT = 160
DIFFRACTION = 3


class Tvips(DialectReader):
    """Images of TVIPS cameras."""

    name = "tvips"
    about = About(
        "TVIPS TIFF",
        (".tif", ".tiff"),
        "pixel size, date, microscope, camera",
        "1 real file",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether it has EM-MENU's tag."""
        return TVIPS in tiff.tags

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return the image's record."""
        image = _Image(tiff, path)
        image.read()
        return [image.record(self)]


class _Image(Dialect):
    def read(self) -> None:
        entry = self.tiff.tags[TVIPS]
        # The tag holds the offset of the structure, or, as type UNDEFINED, itself.
        within = entry.values > 1 and entry.type in {1, 7}
        start = self.tiff.integer(self.tiff.tags, TVIPS)
        if within:
            start = self.tiff.value_offset(entry)
        self.data = self.tiff.source.read(start, VERSION_2) if start else b""
        version = self._integer(0) if len(self.data) >= VERSION_1 else 0
        if version == 2 and len(self.data) == VERSION_2:
            version = 2 if self._integer(MAGIC_AT) & 0xFFFFFFFF == MAGIC else 0
        elif version != 1:
            version = 0
        if version == 0:
            message = "tag 37706 points to no EM-MENU structure of version 1 or 2"
            self.problem("metadata-unreadable", message, f"byte {start}")
        if version == 2:
            self._version_2()
        else:
            self._resolution()
        if version == 1:
            self._date(DATE_1, TIME_1, "DateV1, TimeV1")

    def _integer(self, offset: int) -> int:
        (found,) = struct.unpack_from(self.tiff.layout.order + "i", self.data, offset)
        return int(found)

    def _float(self, offset: int) -> float:
        """Return a 32-bit number with the digits that it has."""
        code = self.tiff.layout.order + "f"
        raw = self.data[offset : offset + 4]
        (found,) = struct.unpack(code, raw)
        for digits in range(6, 9):
            short = float(f"{found:.{digits}g}")
            if found - found == 0 and struct.pack(code, short) == raw:
                return short
        return float(found)

    def _text(self, offset: int) -> str | None:
        order = "utf-16-le" if self.tiff.layout.order == "<" else "utf-16-be"
        text = self.data[offset : offset + TEXT].decode(order, "ignore")
        return text.partition("\0")[0].strip() or None

    def _version_2(self) -> None:
        self._date(DATE_2, TIME_2, "Date, Time")
        self.found("name", self._text(IMAGE_NAME), "tag 37706 ImageName")
        model, camera = self._text(TEM_TYPE), self._text(CAMERA_TYPE)
        if model is not None:
            place = "tag 37706 TemType"
            self.found("instrument", Instrument(model=model), place)
        if camera is not None:
            place = "tag 37706 CameraType"
            self.found("detector", Detector("TVIPS", camera), place)
        self.folder(self._text(IMAGE_FOLDER), "tag 37706 ImageFolder")
        if self._integer(TEM_MODE) == DIFFRACTION:
            message = (
                "is a diffraction pattern, whose pixels have no size in space; ignored"
            )
            self.problem("value-ignored", message, "tag 37706 PixelSizeX")
            return
        for axis, offset in (("x", PIXEL_SIZE_X), ("y", PIXEL_SIZE_Y)):
            value = self._float(offset)
            place = f"tag 37706 PixelSize{axis.upper()}"
            if 0 < value < 1e9:
                self.length(axis, Quantity(value, "nm"), place)
            elif value != 0:
                message = f"{value:.4g} nm cannot be meant; ignored"
                self.problem("value-ignored", message, place)

    def _resolution(self) -> None:
        """Take the resolution tags, which EM-MENU fills with the size of the object."""
        size, problem = calibration(self.tiff)
        for axis, tag in (("x", "XResolution"), ("y", "YResolution")):
            self.length(axis, getattr(size, axis), f"IFD:0/{tag}")
        if problem is not None:
            self.problems.append(problem)

    def _date(self, date_at: int, time_at: int, place: str) -> None:
        packed, seconds = self._integer(date_at), self._integer(time_at)
        year, month, day = packed >> 16, packed >> 8 & 0xFF, packed & 0xFF
        date = iso_date(f"{year:04d}-{month}-{day}") if packed > 0 else None
        if date is None:
            return
        time = ""
        if 0 <= seconds < 86_400:
            minutes, second = divmod(seconds, 60)
            time = f"T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
        self.found("acquired_at", date + time, f"tag 37706 {place}")
