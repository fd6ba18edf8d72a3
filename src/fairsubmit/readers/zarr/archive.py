"""OME-Zarr in one ZIP file: ``.ozx`` (NGFF RFC-9), ``.zarr.zip``.

Source: ZIP File Format Specification (APPNOTE.TXT) 6.3, sections 4.3 and 4.5. The
central directory at the file's end names every member. It may list millions of chunks,
so it is read in blocks, and what is kept of it is limited: where the metadata stand,
and the sizes of as many other members as their chunks can be counted by. Only members
that hold metadata are ever read.
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import DamagedFileError
from fairsubmit.readers.zarr.document import MAX_JSON
from fairsubmit.readers.zarr.node import NODE_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.readers.source import Source

__all__ = ["MAGIC", "ArchiveStore", "open_archive"]

MAGIC = b"PK\x03\x04"
# About what is kept of the central directory, in bytes; what CPython takes for a
# member whose place, and one whose size alone is kept.
MAX_NAMES = 100 << 20
DOCUMENT_SIZE = 500
NAME_SIZE = 250
MAX_DEPTH = 32
BLOCK = 1 << 20
STORED, DEFLATED = 0, 8
ENCRYPTED, UTF_8 = 1, 1 << 11
ZIP64 = 1
MARK_16, MARK_32 = 0xFFFF, 0xFFFFFFFF
_END = struct.Struct("<4s4H2IH")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_ENTRY = struct.Struct("<4s4B4HIIIHHHHHII")
_LOCAL = struct.Struct("<4s2B4HIIIHH")
_DOCUMENTS = frozenset({*NODE_FILES, ".zmetadata", "METADATA.ome.xml"})
_COMMENT = MARK_16


class _Member(NamedTuple):
    """Where a member stands, from its entry in the central directory."""

    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    header: int


class _Directory(NamedTuple):
    """Where the central directory stands, and how far all offsets are off."""

    start: int
    end: int
    shift: int


def open_archive(source: Source) -> ArchiveStore:
    """Read the central directory of a ZIP file.

    Raises
    ------
    DamagedFileError
        If there is none, as in a file that is cut short.
    ReadError
        If the file cannot be read.
    """
    return ArchiveStore(source, _directory(source))


def _directory(source: Source) -> _Directory:
    shown = source.path.as_posix()
    tail_start = max(0, source.size - _END.size - _COMMENT)
    tail = source.read(tail_start, source.size - tail_start)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or place + _END.size > len(tail):
        expected = "the end of a ZIP file's central directory: the file is cut short"
        raise DamagedFileError(shown, expected, offset=source.size)
    end = tail_start + place
    record = _END.unpack_from(tail, place)
    length, offset = record[5], record[6]
    if MARK_32 in (length, offset) or record[4] == MARK_16:
        found = _directory_64(source, end)
        if found is not None:
            length, offset, end = found
    start = end - length
    if start < 0 or start < offset:
        expected = f"a central directory of {length} bytes from byte {offset}"
        raise DamagedFileError(shown, expected, offset=end)
    return _Directory(start, end, start - offset)


def _directory_64(source: Source, end: int) -> tuple[int, int, int] | None:
    """Return length, offset and end of a directory with a Zip64 record."""
    place = end - _LOCATOR.size
    raw = source.read(max(place, 0), _LOCATOR.size)
    if place < 0 or len(raw) < _LOCATOR.size or raw[:4] != b"PK\x06\x07":
        return None
    # Where bytes were put before the archive, the record still ends at its locator.
    for at in (_LOCATOR.unpack(raw)[2], place - _END_64.size):
        if 0 <= at < end:
            record = source.read(at, _END_64.size)
            if len(record) == _END_64.size and record[:4] == b"PK\x06\x06":
                fields = _END_64.unpack(record)
                return fields[8], fields[9], at
    return None


class ArchiveStore:
    """The members of a ZIP file.

    Parameters
    ----------
    source
        The file; it must stay open.
    directory
        Where its central directory stands.

    Attributes
    ----------
    all_named
        Whether every member's name was kept.
    """

    leads_outside = False

    def __init__(self, source: Source, directory: _Directory) -> None:
        self.shown = source.path.as_posix()
        self.all_named = True
        self.root = ""
        self.overrun: str | None = None
        self._source = source
        self._shift = directory.shift
        self._documents: dict[str, _Member] = {}
        self._sizes: dict[str, int] = {}
        self._folders: dict[str, set[str]] | None = None
        self._sorted: list[str] | None = None
        self._room = MAX_NAMES
        for name, member in _entries(source, directory):
            self._keep(name, member, directory.start)

    def _keep(self, name: str, member: _Member, end: int) -> None:
        if name.endswith("/"):
            return
        if member.header + self._shift + member.packed > end and not self.overrun:
            self.overrun = name
        document = name.rpartition("/")[2] in _DOCUMENTS
        self._room -= len(name) + (DOCUMENT_SIZE if document else NAME_SIZE)
        if self._room < 0 or name.count("/") > MAX_DEPTH:
            self.all_named = False
        elif document:
            self._documents[name] = member
        else:
            self._sizes[name] = member.size

    def where(self, key: str) -> str:
        """Return a key as a path, for messages."""
        return f"{self.shown}/{self.root}{key}"

    def read(self, key: str, limit: int = MAX_JSON) -> bytes | None:
        """Return the bytes of a member; ``None`` if there is none.

        Raises
        ------
        DamagedFileError
            If they are not what the directory says, or more than `limit`.
        ReadError
            If the file cannot be read.
        """
        member = self._documents.get(self.root + key)
        if member is None:
            return None
        shown = self.where(key)
        data = self._unpacked(member, shown, limit)
        if zlib.crc32(data) != member.checksum:
            expected = f"bytes with the CRC-32 {member.checksum:08x}"
            raise DamagedFileError(shown, expected, offset=member.header)
        return data

    def _unpacked(self, member: _Member, shown: str, limit: int) -> bytes:
        if member.flags & ENCRYPTED or member.method not in (STORED, DEFLATED):
            expected = "a member that is stored or deflated, and not encrypted"
            raise DamagedFileError(shown, expected, offset=member.header)
        if max(member.size, member.packed) > limit:
            raise DamagedFileError(
                shown, f"at most {limit} bytes", offset=member.header
            )
        packed = self._packed(member, shown)
        if member.method == STORED:
            return packed
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = inflater.decompress(packed, member.size + 1)
        except zlib.error as error:
            expected = f"deflated data ({error})"
            raise DamagedFileError(shown, expected, offset=member.header) from None
        if len(data) != member.size:
            expected = f"{member.size} bytes, as the ZIP file says"
            raise DamagedFileError(shown, expected, offset=member.header)
        return data

    def _packed(self, member: _Member, shown: str) -> bytes:
        start = member.header + self._shift
        header = self._source.read(start, _LOCAL.size)
        if len(header) < _LOCAL.size or header[:4] != MAGIC:
            expected = "the header of a ZIP file's member"
            raise DamagedFileError(shown, expected, offset=start)
        fields = _LOCAL.unpack(header)
        start += _LOCAL.size + fields[-2] + fields[-1]
        packed = self._source.read(start, member.packed)
        if len(packed) < member.packed:
            expected = f"{member.packed} bytes of a ZIP file's member"
            raise DamagedFileError(shown, expected, offset=start)
        return packed

    def size(self, key: str) -> int | None:
        """Return the number of bytes of a member; ``None`` if there is none."""
        key = self.root + key
        member = self._documents.get(key)
        return self._sizes.get(key) if member is None else member.size

    def has(self, key: str) -> bool:
        """Whether there is a member, or a folder with metadata, of that name."""
        key = self.root + key
        return key in self._documents or key in self._sizes or key in self._tree()

    def names(self, prefix: str, most: int) -> Sequence[str] | None:
        """Return the names below a prefix; ``None`` if there are more than `most`."""
        if not self.all_named:
            return None
        if self._sorted is None:
            self._sorted = sorted(self._sizes)
        prefix = self.root + prefix
        start, found = len(prefix), dict[str, None]()
        for index in range(bisect_left(self._sorted, prefix), len(self._sorted)):
            name = self._sorted[index]
            if not name.startswith(prefix):
                break
            found[name[start:].partition("/")[0]] = None
            if len(found) > most:
                return None
        return list(found)

    def folders(self, prefix: str) -> Sequence[str]:
        """Return the names of the folders with metadata below a prefix, sorted."""
        return sorted(self._tree().get((self.root + prefix)[:-1], ()))

    def identity(self, prefix: str) -> str:
        """Return the prefix: ZIP files have no links."""
        return self.root + prefix

    def _tree(self) -> dict[str, set[str]]:
        """Return the names of the folders in each folder that leads to metadata."""
        if self._folders is None:
            tree: dict[str, set[str]] = {"": set()}
            for name in self._documents:
                folder = name.rpartition("/")[0]
                while folder and folder not in tree:
                    tree[folder] = set()
                    folder = folder.rpartition("/")[0]
            for folder in tree:
                above, _, last = folder.rpartition("/")
                if last:
                    tree[above].add(last)
            self._folders = tree
        return self._folders


def _entries(source: Source, directory: _Directory) -> Iterator[tuple[str, _Member]]:
    """Yield name and place of each member.

    Raises
    ------
    DamagedFileError
        If the directory is none.
    """
    place, end = directory.start, directory.end
    block, block_start = b"", place
    while place < end:
        at = place - block_start
        # Name, extra field and comment have at most 3 times 65,535 bytes.
        if (
            at + _ENTRY.size + 3 * MARK_16 > len(block)
            and block_start + len(block) < end
        ):
            block = source.read(place, min(BLOCK, end - place))
            block_start, at = place, 0
        if at + _ENTRY.size > len(block) or block[at : at + 4] != b"PK\x01\x02":
            expected = "an entry of a ZIP file's central directory"
            shown = source.path.as_posix()
            raise DamagedFileError(shown, expected, offset=place)
        fields = _ENTRY.unpack_from(block, at)
        flags, method, checksum = fields[5], fields[6], fields[9]
        name_size, extra_size, comment_size = fields[12:15]
        at += _ENTRY.size
        raw = block[at : at + name_size]
        sizes = (fields[11], fields[10], fields[18])
        if MARK_32 in sizes:
            extra = block[at + name_size : at + name_size + extra_size]
            sizes = _sizes_64(sizes, extra)
        size, packed, header = sizes
        yield _name(raw, flags), _Member(flags, method, checksum, packed, size, header)
        place += _ENTRY.size + name_size + extra_size + comment_size


def _name(raw: bytes, flags: int) -> str:
    if raw.isascii():
        name = raw.decode()
    else:
        name = raw.decode("utf-8" if flags & UTF_8 else "cp437", "replace")
    return name.replace("\\", "/").removeprefix("./")


def _sizes_64(sizes: tuple[int, int, int], extra: bytes) -> tuple[int, int, int]:
    """Replace those sizes that stand in the Zip64 extra field (APPNOTE 4.5.3)."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == ZIP64:
            numbers = extra[at + 4 : at + 4 + length]
            values = iter(
                struct.unpack(
                    f"<{len(numbers) // 8}Q", numbers[: len(numbers) // 8 * 8]
                )
            )
            size, packed, header = (
                next(values, n) if n == MARK_32 else n for n in sizes
            )
            return size, packed, header
        at += 4 + length
    return sizes
