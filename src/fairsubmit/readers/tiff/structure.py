"""TIFF and BigTIFF directories, read without touching pixels.

Sources: TIFF Revision 6.0 (Adobe, 1992), sections 2 and 8; the BigTIFF design
(AWare Systems, 2007); TIFF Technical Note 1 for SubIFDs.
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.readers.source import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from fairsubmit.metadata.image import Problem
    from fairsubmit.readers.source import Source

__all__ = [
    "DESCRIPTION",
    "Entry",
    "Layout",
    "Page",
    "Tiff",
    "described",
    "is_tiff",
    "open_tiff",
]

# TIFF 6.0, section 8: ImageDescription, where programs leave their own metadata.
DESCRIPTION = 270

# TIFF 6.0 section 2, BigTIFF types 16–18.
TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8}
TYPE_SIZES |= {11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
SHORT_OR_LONG = {3: 2, 4: 4}
INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
# A directory of a real image has some tens of entries; Leica and Olympus some hundreds.
MAX_ENTRIES = 4096
MAX_TEXT = 1 << 28
MAX_VALUES = 1 << 16


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes and codes that differ between TIFF and BigTIFF and the byte orders."""

    order: str
    big: bool
    count: struct.Struct
    entry: struct.Struct
    pointer: struct.Struct
    byteorder: Literal["little", "big"]

    @classmethod
    def of(cls, order: str, *, big: bool) -> Layout:
        """Return the layout for a byte order (``<`` or ``>``)."""
        codes = ("Q", "HHQ8s", "Q") if big else ("H", "HHI4s", "I")
        count, entry, pointer = (struct.Struct(order + code) for code in codes)
        return cls(
            order, big, count, entry, pointer, "little" if order == "<" else "big"
        )


LAYOUTS = {
    b"II*\0": Layout.of("<", big=False),
    b"MM\0*": Layout.of(">", big=False),
    b"II+\0": Layout.of("<", big=True),
    b"MM\0+": Layout.of(">", big=True),
}


def is_tiff(head: bytes) -> bool:
    """Whether the bytes start as a TIFF or BigTIFF of either byte order does."""
    return head[:4] in LAYOUTS


class Entry(NamedTuple):
    """One entry of a directory; `raw` is its last field, a value or an offset."""

    tag: int
    type: int
    values: int
    raw: bytes


# From a tuple, as `Entry._make` does, without a call of Python's own for each.
_entry: Callable[[tuple[int, int, int, bytes]], Entry] = partial(tuple.__new__, Entry)


@dataclass(frozen=True, slots=True)
class Page:
    """What a directory says about its image.

    Attributes
    ----------
    offset
        Of the directory, in bytes.
    width, height
        Pixels.
    bits
        Bits of one sample.
    samples
        Samples per pixel.
    sample_format
        1 unsigned, 2 signed, 3 floating point, 5 and 6 complex (SampleFormat).
    reduced
        Whether it is a smaller version of another page (NewSubfileType bit 0).
    tiled
        Whether its pixels lie in tiles.
    """

    offset: int
    width: int
    height: int
    bits: int
    samples: int
    sample_format: int
    reduced: bool
    tiled: bool

    @property
    def pixel_type(self) -> str | None:
        """OME-XML name of the pixel type, or ``None`` for one that OME lacks."""
        return _PIXEL_TYPES.get((self.sample_format, self.bits))


_PIXEL_TYPES = {
    **{(1, bits): f"uint{bits}" for bits in (8, 16, 32)},
    **{(4, bits): f"uint{bits}" for bits in (8, 16, 32)},
    **{(2, bits): f"int{bits}" for bits in (8, 16, 32)},
    (1, 1): "bit",
    (1, 12): "uint16",
    (1, 10): "uint16",
    (1, 14): "uint16",
    (3, 32): "float",
    (3, 64): "double",
    (6, 64): "complex",
    (6, 128): "double-complex",
}


class Tiff:
    """A TIFF file's directories.

    Parameters
    ----------
    source
        The open file.

    Attributes
    ----------
    tags
        Entries of the first directory by tag number.
    problems
        What `fairsubmit.readers.tiff.chain.check` found, once it ran.
    offsets
        Offsets of the directories found so far; `fairsubmit.readers.tiff.chain.walk`
        finds the rest.

    Raises
    ------
    DamagedFileError
        If the header or the first directory cannot be read.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        head = source.head
        layout = LAYOUTS.get(head[:4])
        if layout is None:
            raise DamagedFileError(
                source.path.as_posix(), "a TIFF header ('II' or 'MM')", offset=0
            )
        self.layout = layout
        if layout.big and head[4:8] not in {b"\x08\0\0\0", b"\0\x08\0\0"}:
            raise DamagedFileError(
                source.path.as_posix(), "a BigTIFF header with 8-byte offsets", offset=4
            )
        start = 8 if layout.big else 4
        if len(head) < start + layout.pointer.size:
            raise DamagedFileError(
                source.path.as_posix(),
                "a whole TIFF header, but the file ends",
                offset=len(head),
            )
        (first,) = layout.pointer.unpack_from(head, start)
        self.offsets = array("Q", [first])
        self.tags, self.next = self.directory(first)
        self.first = self.page(self.tags, first)
        self.problems: list[Problem] | None = None

    def directory(self, offset: int) -> tuple[dict[int, Entry], int]:
        """Read the directory at `offset`; return its tags and the next one's offset.

        Raises
        ------
        DamagedFileError
            If there is no whole directory.
        """
        layout = self.layout
        size = layout.count.size
        block, begin = self.source.window(offset, size)
        if len(block) < begin + size:
            raise self._no_directory(offset)
        (count,) = layout.count.unpack_from(block, begin)
        if not 0 < count <= MAX_ENTRIES:
            raise self._no_directory(offset)
        length = count * layout.entry.size
        block, begin = self.source.window(offset, size + length + layout.pointer.size)
        begin, end = begin + size, begin + size + length
        if len(block) < end:
            raise self._no_directory(offset)
        entries = map(_entry, layout.entry.iter_unpack(block[begin:end]))
        tags = {entry[0]: entry for entry in entries}
        # Some writers leave the last pointer out at the end of the file.
        whole = len(block) >= end + layout.pointer.size
        return tags, layout.pointer.unpack_from(block, end)[0] if whole else 0

    def _no_directory(self, offset: int) -> DamagedFileError:
        where = (
            ""
            if offset < self.source.size
            else (f", but the file ends at byte {self.source.size}")
        )
        return DamagedFileError(
            self.source.path.as_posix(),
            f"an image file directory{where}",
            offset=offset,
        )

    def page(self, tags: dict[int, Entry], offset: int) -> Page:
        """Return what a directory's tags say.

        Raises
        ------
        DamagedFileError
            If the directory has no width or height.
        """
        width, height = self.integer(tags, 256), self.integer(tags, 257)
        if not width or not height:
            raise DamagedFileError(
                self.source.path.as_posix(),
                "ImageWidth and ImageLength in the image file directory",
                offset=offset,
            )
        return Page(
            offset,
            width,
            height,
            self.integer(tags, 258, 1),
            self.integer(tags, 277, 1),
            self.integer(tags, 339, 1),
            reduced=bool(self.integer(tags, 254) & 1) or self.integer(tags, 255) == 2,
            tiled=322 in tags,
        )

    def page_at(self, index: int) -> Page:
        """Return page `index` of those found.

        Raises
        ------
        DamagedFileError
            If its directory cannot be read.
        """
        if index == 0:
            return self.first
        offset = self.offsets[index]
        tags, _ = self.directory(offset)
        return self.page(tags, offset)

    def integer(self, tags: dict[int, Entry], tag: int, default: int = 0) -> int:
        """Return the first value of an integer tag; `default` where it is absent."""
        entry = tags.get(tag)
        if entry is None:
            return default
        if entry.values == 1 and entry.type in SHORT_OR_LONG:
            size = SHORT_OR_LONG[entry.type]
            return int.from_bytes(entry.raw[:size], self.layout.byteorder)
        return next(iter(self.integers(entry, last=1)), default)

    def integers(self, entry: Entry, *, last: int = MAX_VALUES) -> tuple[int, ...]:
        """Return up to `last` first values of an integer tag; none if out of file."""
        code = INTEGERS.get(entry.type)
        if code is None or not entry.values:
            return ()
        count = min(entry.values, last)
        shape = struct.Struct(f"{self.layout.order}{count}{code}")
        raw = self.raw(entry, shape.size)
        return shape.unpack(raw) if len(raw) == shape.size else ()

    def raw(self, entry: Entry, limit: int) -> bytes:
        """Return up to `limit` bytes of an entry's value."""
        size = TYPE_SIZES.get(entry.type, 1) * entry.values
        if size <= len(entry.raw):
            return entry.raw[: min(size, limit)]
        return self.source.read(self.value_offset(entry), min(size, limit))

    def value_offset(self, entry: Entry) -> int:
        """Return where a value that does not fit into its entry stands."""
        offset: int = self.layout.pointer.unpack(entry.raw)[0]
        return offset

    def ratio(self, tag: int) -> tuple[int, int] | None:
        """Return numerator and denominator of a RATIONAL tag of the first page."""
        entry = self.tags.get(tag)
        if entry is None or entry.type != 5 or not entry.values:
            return None
        raw = self.raw(entry, 8)
        if len(raw) != 8:
            return None
        numerator, denominator = struct.unpack(self.layout.order + "II", raw)
        return (numerator, denominator) if numerator and denominator else None

    def text(self, tag: int, limit: int = MAX_TEXT) -> bytes | None:
        """Return a text tag of the first page without its closing NULs.

        Fewer bytes than the tag promises come back where the file ends too early.
        """
        entry = self.tags.get(tag)
        if entry is None or entry.type not in {1, 2, 7}:
            return None
        if len(entry.raw) < entry.values <= limit:
            # Not to copy megabytes only to drop the closing NUL.
            last = self.value_offset(entry) + entry.values - 1
            if self.source.read(last, 1) == b"\0":
                limit = entry.values - 1
        return self.raw(entry, limit)

    def missing_text(self, tag: int) -> tuple[int, int] | None:
        """Return where a text tag's value should end, if the file ends before."""
        entry = self.tags.get(tag)
        if entry is None or entry.values <= len(entry.raw):
            return None
        start = self.value_offset(entry)
        end = start + entry.values * TYPE_SIZES.get(entry.type, 1)
        return (start, end) if end > self.source.size else None

    def pages(self, indices: Iterable[int]) -> list[Page]:
        """Return the pages at `indices` that exist and can be read."""
        found = []
        for index in indices:
            if index < len(self.offsets):
                try:
                    found.append(self.page_at(index))
                except DamagedFileError:
                    continue
        return found


def open_tiff(source: Source) -> Tiff:
    """Return the TIFF of an open file, parsed once however often it is asked for.

    Raises
    ------
    DamagedFileError
        If the header or the first directory cannot be read.
    """
    if not isinstance(source.parsed, Tiff):
        source.parsed = Tiff(source)
    return source.parsed


def described(path: Path, head: bytes) -> bytes:
    """Return how the description of a TIFF's first page begins.

    Parameters
    ----------
    path
        The file.
    head
        Its first bytes.

    Returns
    -------
    bytes
        Up to 64; none if there is no description or no whole TIFF.
    """
    if not is_tiff(head):
        return b""
    try:
        with opened(path) as source:
            return open_tiff(source).text(DESCRIPTION, 64) or b""
    except ReadError:
        return b""
