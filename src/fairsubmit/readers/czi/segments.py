"""The segments of a CZI file: its header, directory, metadata and attachments.

Source: the ZISRAW (CZI) file format as libCZI (Carl Zeiss, LGPL) documents its
structures. All numbers are little-endian. Every segment starts with 32 bytes: name,
allocated size and used size.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from fairsubmit.errors import DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.readers.source import Source

__all__ = [
    "MAGIC",
    "PART",
    "PIXEL_TYPE",
    "POSITION",
    "PYRAMID",
    "Dimensions",
    "Entry",
    "FileHeader",
    "Segment",
    "directory",
    "file_header",
    "metadata_xml",
    "scan",
    "segment_at",
    "time_stamps",
]

MAGIC = b"ZISRAWFILE\0\0\0\0\0\0"
DIRECTORY, METADATA = b"ZISRAWDIRECTORY", b"ZISRAWMETADATA"
SUB_BLOCK, ATTACHMENTS = b"ZISRAWSUBBLOCK", b"ZISRAWATTDIR"
ATTACHMENT = b"ZISRAWATTACH"
PREFIX = struct.Struct("<16sqq")
# Version, reserved, two GUIDs, part number; positions of directory and metadata,
# whether an update is pending, position of the attachment directory.
_HEADER = struct.Struct("<16x16s16siqqiq")
# Schema, pixel type, position, part, compression, pyramid type, number of dimensions.
_ENTRY = struct.Struct("<2siqiiB5xi")
# Name, start, size, start coordinate, stored size.
_DIMENSION = "4sii4xi"
DIRECTORY_START, XML_START, ATTACHMENTS_START = 128, 256, 256
ATTACHMENT_ENTRY = struct.Struct("<2s10xqi16s8s80s")

MAX_DIMENSIONS = 64
# The largest acquisitions (light sheets, slides) have some hundred thousands.
MAX_ENTRIES = 1 << 20
MAX_SCANNED = 1 << 14
MAX_XML = 1 << 26
MAX_ATTACHMENTS = 1 << 12
MAX_STAMPS = 1 << 17
BLOCK = 1 << 18


class FileHeader(NamedTuple):
    """What the first segment says; positions are 0 where a segment is missing.

    Attributes
    ----------
    primary, own
        GUIDs of the first file of the set and of this one.
    part
        Number of this file in a set of several; 0 is the first.
    """

    primary: bytes
    own: bytes
    part: int
    directory: int
    metadata: int
    attachments: int

    @property
    def is_part(self) -> bool:
        """Whether this is not the first file of a set of several."""
        return self.part > 0 and self.primary != self.own


class Segment(NamedTuple):
    """Name and place of a segment; `used` are bytes of content."""

    name: bytes
    start: int
    allocated: int
    used: int

    @property
    def end(self) -> int:
        """Byte after the content."""
        return self.start + PREFIX.size + max(self.used, 0)


class Dimensions:
    """Where the dimensions of an entry stand in its numbers.

    Parameters
    ----------
    letters
        Of the dimensions, in the entry's order.

    Attributes
    ----------
    x, y, z, c, t, s, v, b
        Index of the start; size and stored size follow. Of a dimension that an entry
        does not have, the index of `ABSENT`, which ends the numbers.
    extra
        Letters and indices of the dimensions that are none of these, nor the mosaic's.
    """

    __slots__ = ("b", "c", "extra", "s", "scenes", "t", "v", "x", "y", "z")

    def __init__(self, letters: Sequence[str]) -> None:
        places = {letter: 8 + 4 * n for n, letter in enumerate(letters)}
        absent = 7 + 4 * len(letters)
        self.x, self.y = places.get("X", -1), places.get("Y", -1)
        self.z, self.c, self.t = (places.get(letter, absent) for letter in "ZCT")
        self.s, self.v, self.b = (places.get(letter, absent) for letter in "SVB")
        self.scenes = "S" in places
        self.extra = tuple((axis, places[axis]) for axis in "HRI" if axis in places)


class Entry(NamedTuple):
    """A sub-block: pixels of one plane, or of one tile of it.

    Attributes
    ----------
    numbers
        Schema, pixel type, position, part, compression, pyramid type, number of
        dimensions; name, start, size and stored size of each; `ABSENT`.
    """

    numbers: tuple[Any, ...]
    dimensions: Dimensions
    size: int


PIXEL_TYPE, POSITION, PART, PYRAMID = 1, 2, 3, 5
# Start, size and stored size of a dimension that an entry does not have.
ABSENT = (0, 1, 0)


def file_header(source: Source) -> FileHeader:
    """Return the header of a CZI file.

    Raises
    ------
    DamagedFileError
        If the file ends within it.
    """
    if len(source.head) < PREFIX.size + _HEADER.size:
        raise DamagedFileError(
            source.path.as_posix(),
            "the whole header of a CZI file, but the file ends",
            offset=len(source.head),
        )
    found = _HEADER.unpack_from(source.head, PREFIX.size)
    primary, own, part, entries, metadata, _, attachments = found
    return FileHeader(primary, own, part, entries, metadata, attachments)


def segment_at(source: Source, position: int) -> Segment | None:
    """Return the segment at a position; ``None`` if none starts there."""
    if not 0 <= position <= source.size - PREFIX.size:
        return None
    raw = source.read(position, PREFIX.size)
    if len(raw) < PREFIX.size:
        return None
    name, allocated, used = PREFIX.unpack(raw)
    name = name.rstrip(b"\0")
    if not name.startswith(b"ZISRAW"):
        return None
    # Writers that fill a segment leave the used size 0.
    return Segment(name, position, allocated, used or allocated)


def directory(source: Source, position: int) -> Iterator[Entry] | None:
    """Return the sub-blocks that the directory lists, read as one goes.

    Parameters
    ----------
    source
        The open file.
    position
        Of the directory's segment.

    Returns
    -------
    iterator of Entry or None
        ``None`` if there is no directory. The iterator ends early where the file ends
        or an entry is none, so fewer may come than `count_of` says.
    """
    segment = segment_at(source, position)
    if segment is None or segment.name != DIRECTORY:
        return None
    return _entries(source, segment, min(count_of(source, position), MAX_ENTRIES))


def count_of(source: Source, position: int) -> int:
    """Return how many sub-blocks the directory at a position says it has."""
    raw = source.read(position + PREFIX.size, 4)
    return max(int.from_bytes(raw, "little", signed=True), 0) if len(raw) == 4 else 0


def _entries(source: Source, segment: Segment, count: int) -> Iterator[Entry]:
    place = segment.start + PREFIX.size + DIRECTORY_START
    parser = _EntryParser()
    block, at = b"", 0
    for _ in range(count):
        found = parser.entry(block, at)
        if found is None:
            place += at
            block, at = source.read(place, BLOCK), 0
            found = parser.entry(block, at)
        if found is None:
            return
        at += found.size
        yield found


class _EntryParser:
    """Reads directory entries; those of one file have few layouts."""

    def __init__(self) -> None:
        self.layouts: dict[int, struct.Struct] = {}
        self.known: dict[tuple[bytes, ...], Dimensions] = {}

    def entry(self, block: bytes, at: int) -> Entry | None:
        """Return the entry at a place of a block, if there is a whole one."""
        if block[at : at + 2] != b"DV":
            return None
        # The number of dimensions is the last field of the fixed part.
        count = int.from_bytes(block[at + 28 : at + 32], "little", signed=True)
        layout = self.layouts.get(count) or self._layout(count)
        if layout is None or len(block) < at + layout.size:
            return None
        numbers = layout.unpack_from(block, at) + ABSENT
        names = numbers[7:-3:4]
        dimensions = self.known.get(names) or self._dimensions(names)
        return Entry(numbers, dimensions, layout.size)

    def _layout(self, count: int) -> struct.Struct | None:
        if not 0 < count <= MAX_DIMENSIONS:
            return None
        layout = struct.Struct(f"{_ENTRY.format}{_DIMENSION * count}")
        self.layouts[count] = layout
        return layout

    def _dimensions(self, names: tuple[bytes, ...]) -> Dimensions:
        found = Dimensions([name.rstrip(b"\0").decode("latin-1") for name in names])
        if len(self.known) < MAX_SCANNED:
            self.known[names] = found
        return found


class Scan(NamedTuple):
    """What a walk from segment to segment found.

    Attributes
    ----------
    complete
        Whether the walk came to the end of the file.
    """

    entries: list[Entry]
    metadata: int
    complete: bool


def scan(source: Source) -> Scan:
    """Walk from segment to segment, where a file has no directory.

    At most `MAX_SCANNED` segments are visited.
    """
    entries: list[Entry] = []
    metadata = position = 0
    parser = _EntryParser()
    for _ in range(MAX_SCANNED):
        segment = segment_at(source, position)
        if segment is None or segment.allocated < 0:
            return Scan(entries, metadata, complete=position >= source.size)
        if segment.name == METADATA:
            metadata = position
        elif segment.name == SUB_BLOCK:
            # Three sizes, then the entry as it stands in the directory.
            found = parser.entry(source.read(position + PREFIX.size + 16, 1 << 11), 0)
            if found is not None:
                numbers = (*found.numbers[:2], position, *found.numbers[3:])
                entries.append(found._replace(numbers=numbers))
        position += PREFIX.size + segment.allocated
    return Scan(entries, metadata, complete=False)


def metadata_xml(source: Source, position: int) -> tuple[bytes, int] | None:
    """Return the XML of the metadata segment, and how many bytes it should have.

    Returns
    -------
    tuple of bytes and int, or None
        At most `MAX_XML` bytes, fewer where the file ends; ``None`` if there is no
        metadata segment.
    """
    segment = segment_at(source, position) if position > 0 else None
    if segment is None or segment.name != METADATA:
        return None
    raw = source.read(position + PREFIX.size, 4)
    size = int.from_bytes(raw, "little", signed=True)
    start = position + PREFIX.size + XML_START
    count = max(min(size, source.size - start, MAX_XML), 0)
    return source.read(start, count), size


def time_stamps(source: Source, position: int) -> tuple[float, ...]:
    """Return the times of the attachment ``TimeStamps``, in seconds; none without.

    Parameters
    ----------
    source
        The open file.
    position
        Of the attachment directory.
    """
    segment = segment_at(source, position) if position > 0 else None
    if segment is None or segment.name != ATTACHMENTS:
        return ()
    start = position + PREFIX.size
    count = min(count_of(source, position), MAX_ATTACHMENTS)
    table = source.read(start + ATTACHMENTS_START, count * ATTACHMENT_ENTRY.size)
    whole = len(table) // ATTACHMENT_ENTRY.size * ATTACHMENT_ENTRY.size
    for entry in ATTACHMENT_ENTRY.iter_unpack(table[:whole]):
        if entry[5].rstrip(b"\0 ") == b"TimeStamps":
            return _stamps(source, entry[1])
    return ()


def _stamps(source: Source, position: int) -> tuple[float, ...]:
    segment = segment_at(source, position)
    if segment is None or segment.name != ATTACHMENT:
        return ()
    start = position + PREFIX.size + ATTACHMENTS_START
    head = source.read(start, 8)
    count = int.from_bytes(head[4:], "little", signed=True) if len(head) == 8 else 0
    if not 0 < count <= MAX_STAMPS:
        return ()
    raw = source.read(start + 8, 8 * count)
    return struct.unpack(f"<{count}d", raw) if len(raw) == 8 * count else ()
