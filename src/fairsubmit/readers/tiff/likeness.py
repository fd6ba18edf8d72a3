"""What the directories of one stack have in common, so that they are read quickly."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.readers.source import Source
    from fairsubmit.readers.tiff.structure import Entry, Tiff

__all__ = [
    "NOWHERE",
    "STRIPS",
    "TILES",
    "Likeness",
    "Row",
    "likeness_at",
    "likeness_of",
]

# TIFF 6.0, sections 8 and 15: where the pixels stand, and how many bytes they are.
STRIPS, TILES = (273, 279), (324, 325)
# Directories so close to each other are read as one block.
CLOSE = 1 << 12
NOWHERE = 1 << 64  # no file is as long

# Number of entries; tag, type and count of the first of the pair, its value; the same
# of the second; offset of the next directory.
Row = tuple[int, bytes, int, bytes, int, int]


class Likeness(NamedTuple):
    """What a directory must have to be like another one.

    Attributes
    ----------
    fields
        Reads a `Row`, in one call.
    entries, first, second
        What of it never changes.
    values
        Strips or tiles of a page.
    value
        Reads one value of the pair, where there are several.
    """

    fields: struct.Struct
    entries: int
    first: bytes
    second: bytes
    values: int
    value: struct.Struct

    def following(self, source: Source, block: bytes, begin: int) -> int:
        """Return what a directory like this one, whole in the file, points to.

        Parameters
        ----------
        source
            The file.
        block, begin
            Bytes with the directory, and where it begins in them.

        Returns
        -------
        int
            -1 if it is not like this one, or its pixels may not all be there.
        """
        if len(block) < begin + self.fields.size:
            return -1
        found = self.fields.unpack_from(block, begin)
        entries, first, start, second, length, after = found
        if entries != self.entries or first != self.first or second != self.second:
            return -1
        end = self._end(source, start, length)
        return after if length and end <= source.size else -1

    def run(
        self, source: Source, start: int, stride: int, room: int
    ) -> tuple[int, int]:
        """Count directories like this one that follow each other evenly.

        Parameters
        ----------
        source
            The file.
        start, stride
            Where the first stands, and how far from it the second, and so on.
        room
            Most of them that are read.

        Returns
        -------
        count, following
            So many are whole in the file; the last of them points to `following`.
        """
        found, following = 0, start
        if self.values > 1 or stride > CLOSE:
            rows = self._distant(source, range(start, start + room * stride, stride))
        else:
            rows = self._close(source.read(start, room * stride), stride)
        size, several = source.size, self.values > 1
        alike = self.entries, self.first, self.second
        for entries, first, begin, second, length, after in rows:
            if (entries, first, second) != alike:
                break
            end = self._end(source, begin, length) if several else begin + length
            if end > size or not length:
                break
            found += 1
            following = after
            if after != start + found * stride:
                break
        return found, following

    def _close(self, block: bytes, stride: int) -> Iterator[Row]:
        spaced = struct.Struct(f"{self.fields.format}{stride - self.fields.size}x")
        return spaced.iter_unpack(block[: len(block) // stride * stride])

    def _distant(self, source: Source, offsets: range) -> Iterator[Row]:
        size = self.fields.size
        for offset in offsets:
            raw = source.read(offset, size)
            if len(raw) < size:
                return
            yield self.fields.unpack(raw)

    def _end(self, source: Source, start: int, length: int) -> int:
        """Return where the last strip or tile ends; beyond any file if it is empty."""
        if self.values < 2:
            return start + length
        return self._last(source, start) + (self._last(source, length) or NOWHERE)

    def _last(self, source: Source, offset: int) -> int:
        """Return the last value of an array, or one beyond any file."""
        size = self.value.size
        raw = source.read(offset + (self.values - 1) * size, size)
        found: int = self.value.unpack(raw)[0] if len(raw) == size else NOWHERE
        return found


# By byte order, size of offsets and number of entries: the files of one program are
# alike, too. Whether a directory is like another one is seen when it is read.
_known: dict[tuple[str, bool, int], Likeness] = {}
MAX_KNOWN = 64


def likeness_at(tiff: Tiff, offset: int) -> Likeness | None:
    """Return what a directory with as many entries had last, if there was one."""
    layout = tiff.layout
    size = layout.count.size
    block, begin = tiff.source.window(offset, size)
    if len(block) < begin + size:
        return None
    (entries,) = layout.count.unpack_from(block, begin)
    return _known.get((layout.order, layout.big, entries))


def likeness_of(tiff: Tiff, tags: dict[int, Entry]) -> Likeness | None:
    """Return what directories like this one have; ``None`` for unusual ones."""
    layout = tiff.layout
    pair = STRIPS if STRIPS[0] in tags else TILES
    first, second = tags.get(pair[0]), tags.get(pair[1])
    native = 16 if layout.big else 4  # a value as wide as an offset
    if first is None or second is None or first.values != second.values:
        return None
    names = list(tags)
    before, after = (names.index(tag) for tag in pair)
    if first.type != native or second.type != native or before >= after:
        return None
    size = layout.entry.size
    number, same, value = ("Q", "12s", "Q") if layout.big else ("H", "8s", "I")
    code = (
        f"{layout.order}{number}{before * size}x{same}{value}"
        f"{(after - before - 1) * size}x{same}{value}"
        f"{(len(names) - after - 1) * size}x{value}"
    )
    head = struct.Struct(layout.order + ("HHQ" if layout.big else "HHI"))
    found = Likeness(
        struct.Struct(code),
        len(names),
        head.pack(pair[0], native, first.values),
        head.pack(pair[1], native, first.values),
        first.values,
        layout.pointer,
    )
    if len(_known) >= MAX_KNOWN:
        _known.clear()
    _known[layout.order, layout.big, len(names)] = found
    return found
