"""Hamamatsu NDPI whole slides.

An NDPI file starts as a little-endian TIFF, but its offsets have 64 bits: those of the
header and of the next directory are written so, and behind the latter stand, entry for
entry, the upper 32 bits of every value or offset. Tag 65421 is the magnification of a
page, −1 for the overview of the slide and −2 for a map of where it was scanned; tag
65424 is the height of its focal plane in nm.
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import (
    Channel,
    ImageSize,
    Instrument,
    Objective,
    Problem,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened
from fairsubmit.readers.tiff.dates import iso_date, iso_time, stamp
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader, ini
from fairsubmit.readers.tiff.markup import decoded
from fairsubmit.readers.tiff.resolution import calibration
from fairsubmit.readers.tiff.structure import (
    LAYOUTS,
    MAX_ENTRIES,
    TYPE_SIZES,
    Entry,
    Tiff,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.source import Source
    from fairsubmit.readers.tiff.structure import Page

__all__ = ["Hamamatsu"]

MAGIC = b"II*\0"
MAKE, MODEL, DATE_TIME = 271, 272, 306
FILE_FORMAT, MAGNIFICATION, FOCAL_PLANE = 65420, 65421, 65424
REFERENCE, CAPTURE_MODE, COMMENTS = 65427, 65441, 65449
LABEL_OBSCURED = 65450
LONG, LONG8, FLOAT = 4, 16, 11
# A slide has some ten levels, for each of its focal planes.
MAX_PAGES = 4096
# Values that are read; tables of tile offsets and colour profiles are not.
MAX_VALUE = 1 << 14
# From this mode on pixels are 16-bit, of one channel, whatever the other tags say.
FLUORESCENCE = 6
OVERVIEW = -1


class NdpiTiff(Tiff):
    """The directories of an NDPI file; values stand within their entries.

    Parameters
    ----------
    source
        The open file.

    Raises
    ------
    DamagedFileError
        If the header or the first directory cannot be read.
    """

    def __init__(self, source: Source) -> None:  # its own header: not as a TIFF's
        self.source = source
        self.layout = LAYOUTS[MAGIC]
        if not source.head.startswith(MAGIC) or len(source.head) < 12:
            path = source.path.as_posix()
            raise DamagedFileError(path, "a whole NDPI header", offset=0)
        first = self._offset(source.head[4:12])
        self.offsets = array("Q", [first])
        self.tags, self.next = self.directory(first)
        self.first = self.page(self.tags, first)
        self.problems = _walked(self)

    def _offset(self, raw: bytes) -> int:
        """Return an offset, of 64 bits unless that lies outside of the file."""
        low, high = struct.unpack("<II", raw.ljust(8, b"\0"))
        found: int = low | high << 32
        return found if found < self.source.size else low

    def directory(self, offset: int) -> tuple[dict[int, Entry], int]:
        """Read the directory at `offset`; return its tags and the next one's offset.

        Raises
        ------
        DamagedFileError
            If there is no whole directory.
        """
        raw = self.source.read(offset, 2)
        count = int.from_bytes(raw, "little")
        block = self.source.read(offset + 2, 16 * count + 8)
        if not 0 < count <= MAX_ENTRIES or len(block) < 12 * count:
            path = self.source.path.as_posix()
            raise DamagedFileError(path, "an image file directory", offset=offset)
        upper = block[12 * count + 8 :].ljust(4 * count, b"\0")
        tags = {}
        for index in range(count):
            tag, kind, values, value = self.layout.entry.unpack_from(block, 12 * index)
            upper_half = upper[4 * index : 4 * index + 4]
            tags[tag] = self._entry((tag, kind, values, value), upper_half)
        return tags, self._offset(block[12 * count : 12 * count + 8])

    def _entry(self, written: tuple[int, int, int, bytes], high: bytes) -> Entry:
        """Return an entry that holds its value, whatever its length."""
        tag, kind, values, value = written
        unit = TYPE_SIZES.get(kind, 1)
        if kind == LONG and values == 1:
            found = self._offset(value + high)
            return Entry(tag, LONG8, 1, struct.pack("<Q", found))
        if unit * values <= 4:
            return Entry(tag, kind, values, value)
        raw = b""  # longer values are not needed
        if unit * values <= MAX_VALUE:
            raw = self.source.read(self._offset(value + high), unit * values)
        return Entry(tag, kind, len(raw) // unit, raw)

    def number(self, tags: dict[int, Entry], tag: int) -> float | None:
        """Return a tag's value, an integer with sign or a floating-point number."""
        entry = tags.get(tag)
        if entry is None or entry.values != 1 or len(entry.raw) < 4:
            return None
        (found,) = struct.unpack("<f" if entry.type == FLOAT else "<i", entry.raw[:4])
        return float(found) if found - found == 0 else None


def _walked(tiff: NdpiTiff) -> list[Problem]:
    """Find the other pages and whether all their pixels are within the file."""
    seen = {tiff.offsets[0]}
    problems: list[Problem] = []
    tags, offset = tiff.tags, tiff.next
    while True:
        end = tiff.integer(tags, 273) + tiff.integer(tags, 279)
        if end > tiff.source.size:
            words = f"the pixels of page {len(seen)} end {end - tiff.source.size} bytes"
            return [*problems, _cut(tiff, words, tiff.source.size)]
        if not offset:
            return problems
        if offset in seen or len(seen) >= MAX_PAGES:
            message = (
                f"the chain of directories runs in a circle after page {len(seen)}"
            )
            place = f"byte {offset}"
            return [*problems, Problem("directory-loop", message, place, error=True)]
        try:
            tags, following = tiff.directory(offset)
        except DamagedFileError:
            words = f"the directory of page {len(seen) + 1}, at byte {offset}, lies"
            return [*problems, _cut(tiff, words, offset)]
        seen.add(offset)
        tiff.offsets.append(offset)
        offset = following


def _cut(tiff: NdpiTiff, words: str, place: int) -> Problem:
    message = (
        f"{words} past the end of the file ({tiff.source.size} bytes): the file is cut "
        "short or damaged; copy it again from its source"
    )
    return Problem("truncated", message, f"byte {place}", error=True)


class Hamamatsu(DialectReader):
    """Whole-slide images of Hamamatsu NanoZoomer scanners."""

    name = "hamamatsu_ndpi"
    suffixes: Sequence[str] = (".ndpi",)
    about = About(
        "Hamamatsu NDPI",
        (".ndpi",),
        "pixel size, magnification, focal planes, date, scanner; above 4 GiB too",
        "files written from the specification",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether its first directory has Hamamatsu's tags."""
        if not head.startswith(MAGIC) or len(head) < 12:
            return False
        try:
            with opened(path) as source:
                tags = _first_tags(source)
        except ReadError:
            return False
        return FILE_FORMAT in tags and MAKE in tags

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the slide's record.

        Raises
        ------
        DamagedFileError
            If there is no whole image file directory.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            return self.records(NdpiTiff(source), path)

    def speaks(self, tiff: Tiff) -> bool:
        """Whether the first page has Hamamatsu's tags."""
        return FILE_FORMAT in tiff.tags and MAKE in tiff.tags

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return the slide's record."""
        if not isinstance(tiff, NdpiTiff):
            tiff = NdpiTiff(tiff.source)
        slide = _Slide(tiff, path)
        slide.read_slide(tiff)
        return [slide.record(self)]


def _first_tags(source: Source) -> set[int]:
    """Return the tags of the first directory, without their values."""
    low, high = struct.unpack_from("<II", source.head, 4)
    offset = low | high << 32
    offset = offset if offset < source.size else low
    count = int.from_bytes(source.read(offset, 2), "little")
    if not 0 < count <= MAX_ENTRIES:
        return set()
    block = source.read(offset + 2, 12 * count)
    whole = block[: len(block) // 12 * 12]
    return {tag for (tag,) in struct.iter_unpack("<H10x", whole)}


class _Level(NamedTuple):
    """A page of the slide at full resolution, and the height of its focal plane."""

    page: Page
    height: float | None


class _Slide(Dialect):
    def read_slide(self, tiff: NdpiTiff) -> None:
        levels, overview = self._levels(tiff)
        page = levels[0].page if levels else self.page
        self.page = page
        deep = (tiff.number(tiff.tags, CAPTURE_MODE) or 0) >= FLUORESCENCE
        if deep:
            self.page = page = _deep(page)
            channel = Channel(0, samples_per_pixel=1)
            self.found("channels", (channel,), f"tag {CAPTURE_MODE} CaptureMode")
        size = ImageSize(page.width, page.height, len(levels) or 1, page.samples, 1)
        self.found("size", size, "IFD:0")
        self._lengths_of(levels)
        self._instrument(tiff)
        self._acquired_at()
        name = self._string(REFERENCE)
        self.found("name", name or None, f"tag {REFERENCE}")
        if overview and not tiff.integer(tiff.tags, LABEL_OBSCURED):
            self.slide_label(f"tag {MAGNIFICATION}")

    def _levels(self, tiff: NdpiTiff) -> tuple[list[_Level], bool]:
        """Return the planes of full resolution, and whether there is an overview."""
        levels: list[_Level] = []
        overview = False
        for tags, page in self.pages():
            magnification = tiff.number(tags, MAGNIFICATION)
            if magnification is not None and magnification < 0:
                overview = overview or magnification == OVERVIEW
                continue
            same = not levels or (page.width, page.height) == (
                levels[0].page.width,
                levels[0].page.height,
            )
            if same:
                levels.append(_Level(page, tiff.number(tags, FOCAL_PLANE)))
        return levels, overview

    def _lengths_of(self, levels: Sequence[_Level]) -> None:
        size, problem = calibration(self.tiff)
        self.length("x", size.x, "IFD:0/XResolution")
        self.length("y", size.y, "IFD:0/YResolution")
        if problem is not None:
            self.problems.append(problem)
        heights = sorted({z.height for z in levels if z.height is not None})
        steps = [b - a for a, b in pairwise(heights)]
        if 0 < len(steps) == len(levels) - 1 and max(steps) < 1.01 * min(steps):
            self.length("z", Quantity(steps[0], "nm"), f"tag {FOCAL_PLANE}")

    def _instrument(self, tiff: NdpiTiff) -> None:
        maker, model = self._string(MAKE), self._string(MODEL)
        place = "IFD:0/Make, Model"
        self.found("instrument", Instrument(maker or None, model or None), place)
        lens = tiff.number(tiff.tags, MAGNIFICATION)
        if lens is not None and 0 < lens < 1000:
            place = f"tag {MAGNIFICATION}"
            self.found("objective", Objective(magnification=lens), place)

    def _acquired_at(self) -> None:
        """Read the tag DateTime, with slashes here, or the slide's property Created."""
        day, _, time = self._string(DATE_TIME).partition(" ")
        when = stamp(iso_date(day), iso_time(time))
        place = "IFD:0/DateTime"
        if when is None:
            created = ini(self._string(COMMENTS)).get("", {}).get("Created", "")
            when, place = iso_date(created), f"tag {COMMENTS} Created"
        self.found("acquired_at", when, place)

    def _string(self, tag: int) -> str:
        entry = self.tiff.tags.get(tag)
        raw = b"" if entry is None else self.tiff.raw(entry, MAX_VALUE)
        return decoded(raw.partition(b"\0")[0]).strip()


def _deep(page: Page) -> Page:
    return replace(page, bits=16, samples=1, sample_format=1)
