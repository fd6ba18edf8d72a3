"""The binary side of LIF and LOF: where the XML stands, and whether the pixels do.

Every part starts with 0x70 (32 bits) and the length of what follows of its header;
0x2A (8 bits) stands before each item. All numbers are little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.readers.source import Source

__all__ = [
    "LOF_TEXT",
    "Blocks",
    "Text",
    "chunks",
    "header",
    "is_container",
    "pixels",
    "walk",
]

PART, ITEM = 0x70, 0x2A
_TEXT = struct.Struct("<IIBI")
# What stands in a LOF where a LIF has its XML; two versions and the size follow.
LOF_TEXT = "LMS_Object_File".encode("utf-16-le")
_OBJECT = struct.Struct("<BIBIBQ")
_BLOCKS = {1: struct.Struct("<IIBIBI"), 2: struct.Struct("<IIBQBI")}
CHUNK = 1 << 20
# Larger projects have 100 MB; what is larger still is an attack or an accident.
MAX_XML = 1 << 28
MAX_NAME = 1 << 10
# An image has one block, so this is more than any project has.
MAX_BLOCKS = 200_000


@dataclass(frozen=True, slots=True)
class Text:
    """Where a text or pixels stand: offset and number of bytes."""

    offset: int
    size: int

    @property
    def end(self) -> int:
        """Offset of what follows."""
        return self.offset + self.size


@dataclass(slots=True)
class Blocks:
    """The memory blocks of a file.

    Attributes
    ----------
    sizes
        Bytes of each block that lies whole within the file, by its name.
    truncated
        Where the file ends within the block of the second item's name.
    broken
        Offset at which something else than a block begins.
    complete
        Whether the chain was followed to its end.
    """

    sizes: dict[str, int] = field(default_factory=dict)
    truncated: tuple[int, str] | None = None
    broken: int | None = None
    complete: bool = True


def is_container(head: bytes) -> bool:
    """Whether a file that starts like this is one of the family."""
    if len(head) < _TEXT.size:
        return False
    part, size, item, length = _TEXT.unpack_from(head)
    return bool(part == PART and item == ITEM and size == 2 * length + 5)


def header(source: Source, offset: int = 0) -> Text:
    """Return where the text of the part at `offset` stands.

    Raises
    ------
    DamagedFileError
        If no such part is there, or it goes on behind the end of the file.
    ReadError
        If the file cannot be read.
    """
    raw = source.read(offset, _TEXT.size)
    shown = source.path.as_posix()
    if len(raw) < _TEXT.size:
        raise DamagedFileError(shown, "a Leica header", offset=offset)
    part, _, item, length = _TEXT.unpack(raw)
    if part != PART or item != ITEM:
        raise DamagedFileError(shown, "a Leica header", offset=offset)
    text = Text(offset + _TEXT.size, 2 * length)
    if text.end > source.size:
        what = f"{text.size} bytes of XML, but the file ends before"
        raise DamagedFileError(shown, what, offset=source.size)
    if text.size > MAX_XML:
        what = f"at most {MAX_XML} bytes of XML, found {text.size}"
        raise DamagedFileError(shown, what, offset=text.offset)
    return text


def chunks(source: Source, text: Text) -> Iterator[bytes]:
    """Yield the bytes of a text."""
    for offset in range(text.offset, text.end, CHUNK):
        yield source.read(offset, min(CHUNK, text.end - offset))


def pixels(source: Source) -> Text:
    """Return where the pixels of a LOF stand; its XML follows.

    Raises
    ------
    DamagedFileError
        If that is behind the end of the file, or no LOF.
    ReadError
        If the file cannot be read.
    """
    offset = header(source).end
    raw = source.read(offset, _OBJECT.size)
    shown = source.path.as_posix()
    if len(raw) < _OBJECT.size:
        raise DamagedFileError(shown, "the size of the pixels", offset=offset)
    *items, size = _OBJECT.unpack(raw)
    if items[::2] != [ITEM] * 3:
        raise DamagedFileError(shown, "the size of the pixels", offset=offset)
    found = Text(offset + _OBJECT.size, size)
    if found.end >= source.size:
        what = f"{size} bytes of pixels and then the XML, but the file ends before"
        raise DamagedFileError(shown, what, offset=source.size)
    return found


def walk(source: Source, offset: int, version: int) -> Blocks:
    """Follow the chain of memory blocks; the pixels themselves are not read.

    Parameters
    ----------
    source
        The file.
    offset
        Of the first block.
    version
        Of the format: 1 has sizes of 32 bits, 2 of 64.
    """
    layout = _BLOCKS.get(version, _BLOCKS[2])
    blocks = Blocks()
    for _ in range(MAX_BLOCKS):
        if offset >= source.size:
            return blocks
        raw, at = source.window(offset, layout.size + 2 * 32)
        if len(raw) - at < layout.size:
            blocks.truncated = (source.size, "")
            return blocks
        part, size, item, length, item2, characters = layout.unpack_from(raw, at)
        if (part, item, item2) != (PART, ITEM, ITEM) or characters > MAX_NAME:
            blocks.broken = offset
            return blocks
        start = offset + layout.size
        name = source.read(start, 2 * characters).decode("utf-16-le", "replace")
        # The header says its own length, so that later versions can add to it.
        start = max(start + 2 * characters, offset + 8 + size)
        if start + length > source.size:
            blocks.truncated = (source.size, name)
            return blocks
        blocks.sizes[name] = length
        offset = start + length
    blocks.complete = False
    return blocks
