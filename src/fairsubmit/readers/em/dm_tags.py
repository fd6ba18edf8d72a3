"""The tag tree of Gatan's DM3 and DM4 files, read without its arrays.

Gatan has published no specification. The structure is as users found it: groups of
named tags, each a group again or data with its type before it. Numbers of the
structure are big-endian; those of the data have the order that byte 8 (DM3) or 12
(DM4) tells.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fairsubmit.readers.source import Source

__all__ = ["Array", "BrokenTreeError", "Tags", "is_dm", "read_tags"]

GROUP, DATA = 20, 21
STRUCT, STRING, ARRAY = 15, 18, 20
TYPES = {
    **dict(zip(range(2, 8), "hiHIfd", strict=True)),
    **dict(zip(range(8, 13), "?bbqQ", strict=True)),
}
TEXT = 4  # arrays of unsigned 16-bit integers are text, if they are short
# More than any file is known to have; past it the tree is left.
MAX_TAGS = 200_000
MAX_KEPT = 20_000
MAX_DEPTH = 32
MAX_NAME = 1 << 10
MAX_TYPE = 1 << 9
MAX_TEXT = 1 << 10
MAX_NESTED = 4
_FROM = ("ImageList/", "Thumbnails/")


class Array(NamedTuple):
    """An array that was not read: where it stands and how long it is, in bytes."""

    offset: int
    length: int


class BrokenTreeError(Exception):
    """The tree cannot be followed.

    Parameters
    ----------
    offset
        Where it broke.
    expected
        What should have stood there.
    """

    def __init__(self, offset: int, expected: str) -> None:
        super().__init__(expected)
        self.offset = offset
        self.expected = expected


Value = float | int | str | Array
Tags = dict[str, Value]


def is_dm(head: bytes) -> bool:
    """Whether a file starts as DM3 and DM4 do: version, byte order, a group of tags."""
    version = head[:4]
    if version == b"\0\0\0\3" and len(head) >= 19:
        order, group = head[8:12], head[12:]
        count, kind = group[2:6], group[6]
    elif version == b"\0\0\0\4" and len(head) >= 27:
        order, group = head[12:16], head[16:]
        count, kind = group[2:10], group[10]
    else:
        return False
    flags = order[:3] == b"\0\0\0" and order[3] <= 1 and max(group[:2]) <= 1
    return flags and 0 < int.from_bytes(count, "big") < MAX_TAGS and kind in {20, 21}


def read_tags(source: Source) -> tuple[Tags, BrokenTreeError | None]:
    """Return the tags of images and thumbnails by their paths, and what broke.

    Paths are names joined by ``/``; a tag without a name has its number.

    Parameters
    ----------
    source
        A file for which `is_dm` holds.
    """
    tree = _Tree(source)
    try:
        tree.walk()
    except BrokenTreeError as broken:
        return tree.tags, broken
    return tree.tags, None


class _Tree:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.long = source.head[3] == 4
        self.word, self.width = ("Q", 8) if self.long else ("I", 4)
        at = 12 if self.long else 8
        self.order = "<" if source.head[at + 3] else ">"
        self.at = at + 4
        self.tags: Tags = {}
        self.seen = 0

    def take(self, count: int, expected: str) -> bytes:
        """Return the next bytes and go on.

        Raises
        ------
        BrokenTreeError
            If the file ends before.
        """
        end = self.at + count
        if end > self.source.size:
            raise BrokenTreeError(self.source.size, expected)
        block, start = self.source.window(self.at, count)
        found = block[start : start + count]
        if len(found) < count:  # the file was cut since it was opened
            raise BrokenTreeError(self.source.size, expected)
        self.at += count
        return found

    def words(self, count: int, expected: str) -> tuple[int, ...]:
        raw = self.take(count * self.width, expected)
        return struct.unpack(f">{count}{self.word}", raw)

    def walk(self) -> None:
        open_groups = [self._group("")]
        while open_groups:
            prefix, count, done = open_groups[-1]
            if done == count:
                open_groups.pop()
                continue
            open_groups[-1] = (prefix, count, done + 1)
            path, kind = self._tag(prefix, done)
            if kind == GROUP:
                if len(open_groups) == MAX_DEPTH:
                    raise BrokenTreeError(
                        self.at, f"at most {MAX_DEPTH} groups in each other"
                    )
                open_groups.append(self._group(f"{path}/"))
            else:
                self._data(path)

    def _group(self, prefix: str) -> tuple[str, int, int]:
        self.take(2, "a group of tags")
        (count,) = self.words(1, "the number of tags in a group")
        return prefix, count, 0

    def _tag(self, prefix: str, number: int) -> tuple[str, int]:
        self.seen += 1
        if self.seen > MAX_TAGS:
            raise BrokenTreeError(self.at, f"at most {MAX_TAGS} tags")
        start = self.at
        kind, length = struct.unpack(">BH", self.take(3, "a tag"))
        if kind not in {GROUP, DATA} or length > MAX_NAME:
            raise BrokenTreeError(start, "a tag")
        name = self.take(length, "a tag's name").decode("latin-1") or str(number)
        if self.long:
            self.words(1, "a tag's length")
        return f"{prefix}{name}", kind

    def _data(self, path: str) -> None:
        start = self.at
        if self.take(4, "a tag's type") != b"%%%%":
            raise BrokenTreeError(start, "a tag's type")
        (count,) = self.words(1, "the length of a tag's type")
        if not 0 < count <= MAX_TYPE:
            raise BrokenTreeError(start, "the length of a tag's type")
        kind = self.words(count, "a tag's type")
        length, used = _length(kind, 0, 0)
        if length is None or used > count:
            raise BrokenTreeError(start, "a type of data that is known")
        wanted = path.startswith(_FROM) and len(self.tags) < MAX_KEPT
        if wanted and kind[0] in TYPES:
            raw = self.take(length, f"the value of {path}")
            self.tags[path] = struct.unpack(f"{self.order}{TYPES[kind[0]]}", raw)[0]
            return
        if wanted and kind[0] in {ARRAY, STRING}:
            self._array(path, kind, length)
        self.at += length

    def _array(self, path: str, kind: tuple[int, ...], length: int) -> None:
        text = kind[0] == STRING or kind[1] == TEXT
        if not text or length > MAX_TEXT or path.endswith("/Data"):
            self.tags[path] = Array(self.at, length)
            return
        if self.at + length > self.source.size:
            return
        block, start = self.source.window(self.at, length)
        encoding = "utf-16-le" if self.order == "<" else "utf-16-be"
        raw = block[start : start + length]
        self.tags[path] = raw.decode(encoding, "replace").strip("\0 ")


def _length(kind: tuple[int, ...], at: int, depth: int) -> tuple[int | None, int]:
    """Return the bytes of data of a type, and how many words told it."""
    code, rest = kind[at], kind[at + 1 :]
    if code in TYPES:
        return struct.calcsize(f"={TYPES[code]}"), at + 1
    if code == STRUCT and len(rest) > 1:
        end = at + 3 + 2 * rest[1]
        return _of_fields(kind[at + 4 : end : 2], rest[1]), end
    if code == STRING and rest:
        return rest[0], at + 2
    if code == ARRAY and len(rest) > 1 and depth < MAX_NESTED:
        item, end = _length(kind, at + 1, depth + 1)
        if item is not None and end < len(kind):
            return item * kind[end], end + 1
    return None, at


def _of_fields(codes: tuple[int, ...], count: int) -> int | None:
    if len(codes) != count or not all(code in TYPES for code in codes):
        return None
    return sum(struct.calcsize(f"={TYPES[code]}") for code in codes)
