"""Chunks of an ND2 file: a small copy with those of metadata, and what is missing.

A chunk is 0x0ABECEDA, the length of its name, the length of its data (64 bits), its
name, its data. The last 40 bytes of the file are ``ND2 CHUNK MAP SIGNATURE 0000001!``
and the offset of the map, a chunk in which each name is followed by the offset and the
size of its chunk. All numbers are little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.readers.nikon.guard import UnsafeError, checked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.readers.source import Source

__all__ = ["MAGIC", "Chunks", "excerpt", "find_chunks"]

MAGIC = b"\xda\xce\xbe\x0a"
_HEADER = struct.Struct("<4sIQ")
_ENTRY = struct.Struct("<QQ")
_TAIL = struct.Struct("<32sQ")
_FILE_MAP = b"ND2 FILEMAP SIGNATURE NAME 0001!"
_MAP_END = b"ND2 CHUNK MAP SIGNATURE 0000001!"
FILE_HEADER = 112
_FRAME = b"ImageDataSeq|"
# LV: since version 3; without: XML of version 2.
WANTED = frozenset(
    {
        *(b"ImageAttributesLV!", b"ImageAttributes!"),
        *(b"ImageMetadataSeqLV|0!", b"ImageMetadataSeq|0!"),
        *(b"ImageMetadataLV!", b"ImageMetadata!"),
        *(b"ImageTextInfoLV!", b"ImageTextInfo!"),
        b"CustomDataVar|AppInfo_V1_0!",
        b"CustomData|RoiMetadata_v1!",
    }
)
# 40 bytes for a frame: more than a million of them.
MAX_MAP = 1 << 26
PIECE = 1 << 20
MAX_NAME = 1 << 16
# All chunks of metadata together; one position of thousands takes about 500 bytes.
MAX_METADATA = 1 << 23
# To be walked through where there is no map.
MAX_WALKED = 200_000


@dataclass(slots=True)
class Chunks:
    """Where the chunks are.

    Attributes
    ----------
    metadata
        Offsets of those that hold metadata, by name.
    frames
        Number of frames.
    cut
        First offset at which something should be that lies behind the end of the file.
    mapped
        Whether the file has its map, without which no program opens it.
    """

    metadata: dict[bytes, int] = field(default_factory=dict)
    frames: int = 0
    cut: int | None = None
    mapped: bool = True

    def note(self, name: bytes, offset: int, size: int, end: int) -> None:
        """Take a chunk into account.

        Parameters
        ----------
        name, offset, size
            Of the chunk; `size` is that of its data.
        end
            Of the file.
        """
        last = offset + _HEADER.size + size
        if last > end and (self.cut is None or offset < self.cut):
            self.cut = min(offset, end)
        if name.startswith(_FRAME):
            self.frames += 1
        elif name in WANTED and last <= end:
            self.metadata[name] = offset


def find_chunks(source: Source) -> Chunks:
    """Return the chunks by the map at the end; without one, by walking from the start.

    Raises
    ------
    ReadError
        If the file cannot be read.
    """
    raw = source.read(max(source.size - _TAIL.size, 0), _TAIL.size)
    if len(raw) == _TAIL.size:
        signature, offset = _TAIL.unpack(raw)
        if signature == _MAP_END:
            found = _mapped(source, offset)
            if found is not None:
                return found
    return _walked(source)


def _mapped(source: Source, offset: int) -> Chunks | None:
    raw = source.read(offset, _HEADER.size + 32) if offset < source.size else b""
    if len(raw) < _HEADER.size + 32 or raw[_HEADER.size :] != _FILE_MAP:
        return None
    magic, name_size, size = _HEADER.unpack_from(raw)
    if magic != MAGIC or name_size > MAX_NAME:
        return None
    start = offset + _HEADER.size + name_size
    chunks = Chunks()
    for name, at, count in _entries(source, start, min(size, MAX_MAP)):
        # A size that equals the offset stands for "not known".
        chunks.note(name, at, 0 if count == at else count, source.size)
    return chunks


def _entries(source: Source, start: int, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, offset and size of each entry of the map."""
    end = min(start + size, source.size)
    left = b""
    for offset in range(start, end, PIECE):
        data = left + source.read(offset, min(PIECE, end - offset))
        position = 0
        while (bang := data.find(b"!", position, position + 256)) >= 0:
            after = bang + 1
            name = data[position:after]
            if name == _MAP_END:
                return
            if after + _ENTRY.size > len(data):
                break
            at, count = _ENTRY.unpack_from(data, after)
            yield name, at, count
            position = after + _ENTRY.size
        left = data[position:]
        if len(left) > PIECE // 2:  # no name in all that: this is no map
            return


def _walked(source: Source) -> Chunks:
    """Go from chunk to chunk; the file was cut before its map, or is being written."""
    chunks = Chunks(mapped=False)
    offset = 0
    for _ in range(MAX_WALKED):
        raw, at = source.window(offset, _HEADER.size + 64)
        if len(raw) - at < _HEADER.size:
            break
        magic, name_size, size = _HEADER.unpack_from(raw, at)
        if magic != MAGIC or name_size > MAX_NAME:
            break
        name = bytes(raw[at + _HEADER.size : at + _HEADER.size + 64])
        name = name[: name.find(b"!") + 1]
        chunks.note(name, offset, name_size + size, source.size)
        offset += _HEADER.size + name_size + size
    chunks.cut = source.size if chunks.cut is None else chunks.cut
    return chunks


def excerpt(source: Source, chunks: Chunks) -> tuple[bytes, list[str]]:
    """Return an ND2 file with the metadata alone, and what could not be taken over.

    The library then reads nothing else: no pixels, no large or harmful chunk.

    Parameters
    ----------
    source
        The file.
    chunks
        Its chunks.

    Raises
    ------
    ReadError
        If the file cannot be read.
    """
    out = bytearray(source.read(0, FILE_HEADER))
    entries: list[tuple[bytes, int, int]] = []
    left_out: list[str] = []
    budget = MAX_METADATA
    for name, offset in sorted(chunks.metadata.items(), key=lambda item: item[1]):
        try:
            data = _data(source, offset, budget)
        except UnsafeError as error:
            left_out.append(f"{name.decode('ascii')} ({error})")
            continue
        budget -= len(data)
        entries.append((name, len(out), len(data)))
        out += _chunk(name, data)
    end = len(out)
    # The library takes a size that equals the offset for "unknown": so it is here.
    listed = b"".join(name + _ENTRY.pack(at, at) for name, at, _ in entries)
    out += _chunk(_FILE_MAP, listed + _MAP_END + _ENTRY.pack(end, 0)[:8])
    out += _TAIL.pack(_MAP_END, end)
    return bytes(out), left_out


def _chunk(name: bytes, data: bytes) -> bytes:
    return _HEADER.pack(MAGIC, len(name), len(data)) + name + data


def _data(source: Source, offset: int, budget: int) -> bytes:
    raw = source.read(offset, _HEADER.size)
    if len(raw) < _HEADER.size:
        raise UnsafeError("it is cut off")
    magic, name_size, size = _HEADER.unpack(raw)
    if magic != MAGIC or name_size > MAX_NAME:
        raise UnsafeError("no chunk begins where the map says")
    if size > budget:
        raise UnsafeError("it is too large")
    data = source.read(offset + _HEADER.size + name_size, size)
    if len(data) < size:
        raise UnsafeError("it is cut off")
    return checked(data, budget)
