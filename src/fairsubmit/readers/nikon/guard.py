"""Chunks of ND2 metadata are looked through before the library decodes them.

The library trusts files: a crafted one could make it inflate gigabytes, copy the same
bytes at hundreds of levels or search for the end of a text for hours. Chunks that could
are left out. In version 3 a chunk is a list of items: type (8 bits), characters of the
name (8 bits), name in UTF-16, value; a level holds the number of its items (32 bits),
its length from the start of the item (64 bits), the items, and 8 bytes for each.
"""

from __future__ import annotations

import re
import struct
import zlib

__all__ = ["UnsafeError", "checked"]

BYTES, TEXT, LEVEL, COMPRESSED = 9, 8, 11, 76
# bool, int32, uint32, int64, uint64, double, pointer
_FIXED = {1: 1, 2: 4, 3: 4, 4: 8, 5: 8, 6: 8, 7: 8}
_LEVEL = struct.Struct("<IQ")
_SIZE = struct.Struct("<Q")
# What a compressed chunk has before its zlib stream.
COMPRESSED_HEADER = 12
MAX_DEPTH = 24
MAX_ITEMS = 400_000
MAX_TEXT = 1 << 17
# The library tries to decode byte arrays that look like items.
MAX_NESTED = 1 << 16
MAX_XML = 1 << 22
_XML_TRAP = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class UnsafeError(Exception):
    """A chunk is not given to the library; the message says why."""


def checked(data: bytes, limit: int) -> bytes:
    """Return a chunk's data, inflated where it is compressed.

    Parameters
    ----------
    data
        As it stands in the file.
    limit
        Of the inflated data, in bytes.

    Raises
    ------
    UnsafeError
        If it is not well formed, or could do harm.
    """
    if data[:1] == bytes([COMPRESSED]):
        data = _inflated(data[COMPRESSED_HEADER:], limit)
    if data[:1] == b"<":
        if len(data) > MAX_XML or _XML_TRAP.search(data):
            raise UnsafeError("its XML is too large or has a document type")
        return data
    _Items(data).walk(0, len(data), 1, 0)
    return data


def _inflated(data: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(data, limit)
    except zlib.error as error:
        message = f"it cannot be inflated: {error}"
        raise UnsafeError(message) from error
    if stream.unconsumed_tail or not stream.eof:
        raise UnsafeError("it is cut off, or too large when inflated")
    return found


class _Items:
    """Walks through items without copying them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left = MAX_ITEMS

    def walk(self, position: int, end: int, count: int, depth: int) -> int:
        """Check `count` items and return where they end.

        Raises
        ------
        UnsafeError
            If one goes on behind `end`, or could do harm.
        """
        if depth > MAX_DEPTH:
            raise UnsafeError("its items lie too deep")
        for _ in range(count):
            if position >= end:
                break
            position = self._item(position, end, depth)
            if position > end:
                raise UnsafeError("an item is longer than what holds it")
        return position

    def _item(self, start: int, end: int, depth: int) -> int:
        self.left -= 1
        if self.left < 0 or start + 2 > end:
            raise UnsafeError("it has too many items, or is cut off")
        kind = self.data[start]
        position = start + 2 + 2 * self.data[start + 1]
        if kind in _FIXED:
            return position + _FIXED[kind]
        if kind == TEXT:
            return self._text(position, end)
        if kind == BYTES:
            return self._bytes(position, end)
        if kind == LEVEL:
            return self._level(start, position, end, depth)
        message = f"it has an item of the unknown type {kind}"
        raise UnsafeError(message)

    def _text(self, position: int, end: int) -> int:
        """Return where a text ends: two zero bytes at an even distance.

        Raises
        ------
        UnsafeError
            If it does not end within `MAX_TEXT` bytes.
        """
        limit = min(end, position + MAX_TEXT)
        found = self.data.find(b"\0\0", position, limit)
        while found >= 0 and (found - position) % 2:
            found = self.data.find(b"\0\0", found + 1, limit)
        if found < 0:
            raise UnsafeError("a text has no end")
        return found + 2

    def _bytes(self, position: int, end: int) -> int:
        body = position + _SIZE.size
        if body > end:
            raise UnsafeError("it is cut off")
        (size,) = _SIZE.unpack_from(self.data, position)
        start = self.data[body : body + 2]
        nested = len(start) == 2 and start[0] in {*range(1, 12), COMPRESSED}
        if nested and start[1] > 1 and size > MAX_NESTED:
            raise UnsafeError("a byte array looks like items")
        if start[:1] == bytes([COMPRESSED]):
            raise UnsafeError("a byte array is compressed")
        return body + int(size)

    def _level(self, start: int, position: int, end: int, depth: int) -> int:
        body = position + _LEVEL.size
        if body > end:
            raise UnsafeError("it is cut off")
        count, length = _LEVEL.unpack_from(self.data, position)
        stop = start + length
        if not body <= stop <= end:
            raise UnsafeError("a level is longer than what holds it")
        self.walk(body, stop, count, depth + 1)
        # What follows is skipped; a number of items that is not there leads behind.
        return int(min(stop + 8 * count, end))
