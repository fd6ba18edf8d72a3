"""TIFF of Olympus Soft Imaging Solutions (analySIS, iTEM, cellSens).

Tag 33560 points to a structure ``SIS0`` with the date, the image's name and a list of
blocks; block 1 holds the size of a pixel, in metres times a power of ten, and the
camera. Tag 33471 holds sections of ``key=value``, among them the numbers of z
positions, bands and times. A first page in colour may be the rendering of what the
camera saw, which stands in the second.
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Channel, Detector, ImageSize
from fairsubmit.readers.about import About
from fairsubmit.readers.gathered import in_metres
from fairsubmit.readers.tiff.dates import iso_date, iso_time, stamp
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader, ini
from fairsubmit.readers.tiff.markup import decoded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Entry, Tiff

__all__ = ["OlympusSis"]

SIS, SIS_INI, MAKE, MODEL, ARTIST = 33560, 33471, 271, 272, 315
MAX_PAGES = 8
MAX_BLOCKS = 256
MAX_TEXT = 1 << 20
# magic, minute, hour, day, month - 1, year - 1900, name, number of blocks
HEADER = struct.Struct("<4s6xhhhhh6x32sH")
BLOCK = struct.Struct("<hhI")
# power of ten, x, y, (magnification), name of the camera, kind of picture
CALIBRATION = struct.Struct("<10xhdd16x2x34s32s")
CALIBRATION_BLOCK = 1


class OlympusSis(DialectReader):
    """Images of Olympus' and Soft Imaging System's programs."""

    name = "olympus_sis"
    about = About(
        "Olympus SIS TIFF",
        (".tif", ".tiff"),
        "pixel size, date, camera",
        "2 real files",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether it has the maker's tags, or names him on a page without them."""
        if SIS in tiff.tags or SIS_INI in tiff.tags:
            return True
        return b"Soft Imaging" in (tiff.text(MAKE, 64) or b"")

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return the image's record."""
        image = _Image(tiff, path)
        image.read()
        return [image.record(self)]


class _Image(Dialect):
    def read(self) -> None:
        self.place = "IFD:0"
        tags = self.tiff.tags
        for index, offset in enumerate(self.tiff.offsets[:MAX_PAGES]):
            try:
                found = tags if index == 0 else self.tiff.directory(offset)[0]
                page = self.tiff.page(found, offset)
            except DamagedFileError:
                continue
            if SIS in found or SIS_INI in found:
                tags, self.page, self.place = found, page, f"IFD:{index}"
                break
        self.tags = tags
        for axis, tag in (("x", "ImageWidth"), ("y", "ImageLength")):
            self.provenance[f"size.{axis}"] = f"{self.place}/{tag}"
        self._sections()
        self._structure()
        camera = self._string(MODEL)
        if camera and "detector" not in self.provenance:
            maker = self._string(MAKE) or None
            place = f"{self.place}/Model"
            self.found("detector", Detector(maker, camera), place)
        self.person(self._string(ARTIST), f"{self.place}/Artist")

    def _string(self, tag: int) -> str:
        entry = self.tags.get(tag)
        raw = b"" if entry is None else self.tiff.raw(entry, 256)
        return decoded(raw.partition(b"\0")[0]).strip()

    def _sections(self) -> None:
        entry = self.tags.get(SIS_INI)
        if entry is None:
            return
        sections = ini(decoded(self.tiff.raw(entry, MAX_TEXT)))
        dimension = sections.get("Dimension", {})
        z, c, t = (_count(dimension.get(key)) for key in ("Z", "Band", "Time"))
        page = self.page
        if z * c * t != self.alike():
            return
        size = ImageSize(page.width, page.height, z, c * page.samples, t)
        self.found("size", size, f"{self.place}/33471 [Dimension]")
        channels = [Channel(i, samples_per_pixel=page.samples) for i in range(c)]
        self.found("channels", tuple(channels), f"{self.place}/33471 [Dimension] Band")

    def _structure(self) -> None:
        entry = self.tags.get(SIS)
        source = self.tiff.source
        start = self.tiff.integer({SIS: entry}, SIS) if entry else 0
        raw = source.read(start, HEADER.size) if start else b""
        if len(raw) < HEADER.size or raw[:4] != b"SIS0":
            if entry is not None:
                message = "tag 33560 points to no structure SIS0"
                self.problem("metadata-unreadable", message, f"byte {start}")
            return
        _, minute, hour, day, month, year, name, count = HEADER.unpack(raw)
        date = iso_date(f"{1900 + year:04d}-{month + 1}-{day}")
        time = iso_time(f"{hour}:{minute:02d}")
        self._acquired_at(date, time)
        self.found("name", _text(name), f"{self.place}/33560 name")
        blocks = source.read(start + HEADER.size, BLOCK.size * min(count, MAX_BLOCKS))
        whole = blocks[: len(blocks) // BLOCK.size * BLOCK.size]
        for kind, _, offset in BLOCK.iter_unpack(whole):
            if kind == CALIBRATION_BLOCK:
                self._calibration(source.read(offset, CALIBRATION.size))
                return

    def _acquired_at(self, date: str | None, time: str | None) -> None:
        """Keep date and time: the tag DateTime has the seconds too."""
        when = stamp(date, time)
        entry: Entry | None = self.tags.get(306)
        raw = b"" if entry is None else self.tiff.raw(entry, 20)
        day, _, seconds = raw.rstrip(b"\0").decode("ascii", "replace").partition(" ")
        exact = stamp(iso_date(day), iso_time(seconds))
        if exact is not None and (when is None or exact.startswith(when)):
            self.found("acquired_at", exact, f"{self.place}/DateTime")
        else:
            self.found("acquired_at", when, f"{self.place}/33560 date")

    def _calibration(self, raw: bytes) -> None:
        if len(raw) < CALIBRATION.size:
            return
        power, x, y, camera, _ = CALIBRATION.unpack(raw)
        for axis, value in (("x", x), ("y", y)):
            place = f"{self.place}/33560 block 1"
            if 0 < value < 1e12 and -18 <= power <= 3:
                size = in_metres(Decimal(repr(value)).scaleb(power))
                self.length(axis, size, place)
            elif value != 0:
                message = f"{value!r} × 10^{power} m cannot be meant; ignored"
                self.problem("value-ignored", message, place)
        name = _text(camera)
        if name is not None:
            place = f"{self.place}/33560 camera"
            self.found("detector", Detector("Olympus", name), place)


def _count(text: str | None) -> int:
    """Return a number of planes; 1 where there is none."""
    return max(int(text), 1) if text and text.isdecimal() and len(text) < 7 else 1


def _text(raw: bytes) -> str | None:
    return decoded(raw.partition(b"\0")[0]).strip() or None
