"""Compound files of Windows (OLE 2): streams within a file, read without loading it.

Source: Microsoft's specification [MS-CFB]. The file is a row of sectors; the file
allocation table (FAT) says which sector follows which. Streams below a cutoff lie in
sectors of 64 bytes within one stream, the mini stream, that has a table of its own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.readers.source import Source

__all__ = ["MAGIC", "Compound", "Stream"]

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FREE, END, MAX_REGULAR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFA
_HEADER = struct.Struct("<8s16xHHHHH6xIIIIIIIII")
_NUMBER = struct.Struct("<I")
_IN_HEADER = 109
ENTRY = 128
# A file of 10,000 planes has 20,000 entries.
MAX_ENTRIES = 200_000
MAX_TABLE = 1 << 16


@dataclass(frozen=True, slots=True)
class Stream:
    """An entry of the directory."""

    name: str
    kind: int
    start: int
    size: int


class Compound:
    """An open compound file.

    Parameters
    ----------
    source
        The file.

    Raises
    ------
    DamagedFileError
        If the tables or the directory do not lie within the file.
    ReadError
        If it cannot be read.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        raw = source.read(0, _HEADER.size)
        if len(raw) < _HEADER.size or not raw.startswith(MAGIC):
            raise self._damaged("the header of a compound file", 0)
        header = _HEADER.unpack(raw)
        shift, mini_shift = header[4], header[5]
        if shift not in {9, 12} or mini_shift not in range(4, 10):
            raise self._damaged("sectors of 512 or 4096 bytes", 30)
        self.sector: int = 1 << shift
        self.mini_sector: int = 1 << mini_shift
        self.per_sector = self.sector // _NUMBER.size
        self.cutoff, self._mini_start = header[10], header[11]
        self._tables = self._table_sectors(header[7], header[13], header[14])
        self.streams = self._directory(header[8])
        root = next((s for s in self.streams if s.kind == 5), None)
        self._mini = None if root is None else self._mini_sectors(root)

    def _damaged(self, expected: str, offset: int) -> DamagedFileError:
        return DamagedFileError(self.source.path.as_posix(), expected, offset=offset)

    def _offset(self, sector: int) -> int:
        return (sector + 1) * self.sector

    def _table_sectors(self, count: int, extra: int, extra_count: int) -> list[int]:
        """Return the sectors of the FAT, 109 of them from the header."""
        if count > MAX_TABLE:
            expected = f"at most {MAX_TABLE} sectors of tables"
            raise self._damaged(expected, 44)
        here = self.source.read(_HEADER.size, _IN_HEADER * _NUMBER.size)
        found = [n for (n,) in _NUMBER.iter_unpack(here[: len(here) // 4 * 4])]
        for _ in range(min(extra_count, MAX_TABLE)):
            if extra > MAX_REGULAR or len(found) >= count:
                break
            raw = self._whole(extra)
            numbers = [n for (n,) in _NUMBER.iter_unpack(raw)]
            extra = numbers.pop()
            found += numbers
        return found[:count]

    def _whole(self, sector: int) -> bytes:
        raw = self.source.read(self._offset(sector), self.sector)
        if len(raw) < self.sector:
            raise self._damaged("a sector", self._offset(sector))
        return raw

    def _next(self, sector: int) -> int:
        table, index = divmod(sector, self.per_sector)
        if table >= len(self._tables):
            return END
        offset = self._offset(self._tables[table]) + index * _NUMBER.size
        raw, at = self.source.window(offset, _NUMBER.size)
        if len(raw) - at < _NUMBER.size:
            raise self._damaged("the table of sectors", offset)
        return int(_NUMBER.unpack_from(raw, at)[0])

    def _chain(self, sector: int, most: int) -> Iterator[int]:
        """Yield at most `most` sectors, so that a loop in the table ends."""
        for _ in range(most):
            if sector >= MAX_REGULAR:
                return
            yield sector
            sector = self._next(sector)

    def _directory(self, start: int) -> list[Stream]:
        found = []
        for sector in self._chain(start, MAX_ENTRIES * ENTRY // self.sector):
            raw = self._whole(sector)
            for offset in range(0, self.sector, ENTRY):
                entry = _entry(raw[offset : offset + ENTRY], wide=self.sector > 512)
                if entry.kind:
                    found.append(entry)
        return found

    def _mini_sectors(self, root: Stream) -> list[int]:
        """Return the sectors of the mini stream."""
        count = min(-(-root.size // self.sector), MAX_ENTRIES)
        return list(self._chain(root.start, count))

    def read(self, stream: Stream, limit: int) -> bytes:
        """Return the bytes of a stream, at most `limit`.

        Raises
        ------
        DamagedFileError
            If its sectors do not lie within the file.
        ReadError
            If the file cannot be read.
        """
        size = min(stream.size, limit)
        if stream.size < self.cutoff:
            parts = self._mini_parts(stream.start, size)
        else:
            chain = self._chain(stream.start, -(-size // self.sector))
            parts = (self._whole(sector) for sector in chain)
        data = b"".join(parts)[:size]
        if len(data) < size:
            offset = self._offset(min(stream.start, MAX_REGULAR))
            expected = f"{size} bytes of the stream {stream.name!r}"
            raise self._damaged(expected, offset)
        return data

    def _mini_parts(self, start: int, size: int) -> Iterator[bytes]:
        mini = self._mini or []
        table = list(self._chain(self._mini_start, MAX_TABLE))
        each = self.sector // self.mini_sector
        for _ in range(-(-size // self.mini_sector)):
            place, index = divmod(start, each)
            if start >= MAX_REGULAR or place >= len(mini):
                return
            offset = self._offset(mini[place]) + index * self.mini_sector
            yield self.source.read(offset, self.mini_sector)
            part, index = divmod(start, self.per_sector)
            if part >= len(table):
                return
            offset = self._offset(table[part]) + index * _NUMBER.size
            raw = self.source.read(offset, _NUMBER.size)
            start = int.from_bytes(raw, "little") if len(raw) == 4 else END

    def end(self) -> int:
        """Return the offset behind the last sector that the FAT says is in use."""
        for table in range(len(self._tables) - 1, -1, -1):
            raw = self.source.read(self._offset(self._tables[table]), self.sector)
            numbers = [n for (n,) in _NUMBER.iter_unpack(raw[: len(raw) // 4 * 4])]
            used = [i for i, number in enumerate(numbers) if number != FREE]
            if used:
                return self._offset(table * self.per_sector + used[-1] + 1)
        return 0


def _entry(raw: bytes, *, wide: bool) -> Stream:
    length = min(int.from_bytes(raw[64:66], "little"), 64)
    name = raw[: max(length - 2, 0)].decode("utf-16-le", "replace")
    start = int.from_bytes(raw[116:120], "little")
    size = int.from_bytes(raw[120 : 128 if wide else 124], "little")
    return Stream(name, raw[66], start, size)
