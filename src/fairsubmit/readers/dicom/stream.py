"""Where a DICOM file's data set begins, and how it is encoded (PS3.5, PS3.10)."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fairsubmit.readers.source import Source

__all__ = [
    "DEFLATED",
    "NATIVE",
    "SUFFIXES",
    "Encoding",
    "LimitError",
    "Stream",
    "begins",
    "encoding",
    "inflated",
]

SUFFIXES = (".dcm", ".dicom", ".ima")
PREAMBLE = 128
MAGIC = b"DICM"
# Transfer syntaxes without compression of pixels.
IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
GE_PRIVATE = "1.2.840.113619.5.2"
NATIVE = frozenset({IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN, GE_PRIVATE})
_LONG = frozenset({b"OB", b"OW", b"OF", b"OD", b"OL", b"SQ", b"UN", b"UT", b"UC"})
_VRS = frozenset({b"UI", b"UL", b"CS", b"DA", b"TM", b"SH", b"LO", b"OB", b"SQ", b"DT"})
_MEDIA, _SYNTAX = 0x0002, 0x0010
_META_ELEMENTS = 64
_META_LENGTH = 1 << 14
# A header is at most so long, and read in so many steps; both bound memory.
MAX_BYTES = 1 << 26
MAX_VALUE = 1 << 24
MAX_READS = 120_000
BLOCK = 1 << 15
MAX_INFLATED = 1 << 22


class LimitError(Exception):
    """A header is larger than any that is known."""


class Encoding(NamedTuple):
    """How a data set is written.

    Attributes
    ----------
    start
        Its offset.
    syntax
        Transfer syntax UID; ``None`` where the file does not tell.
    implicit
        Whether value representations are left out.
    little
        Whether it is little-endian.
    media
        SOP class UID of the meta information.
    """

    start: int
    syntax: str | None
    implicit: bool
    little: bool
    media: str | None = None


def begins(head: bytes, name: str) -> bool:
    """Whether a file is DICOM: by ``DICM``, or by name and first elements.

    Parameters
    ----------
    head
        The first bytes.
    name
        Of the file: files without the preamble are believed only with a known suffix.
    """
    if head[PREAMBLE : PREAMBLE + 4] == MAGIC:
        return True
    return name.lower().endswith(SUFFIXES) and _plausible(head)


def _plausible(head: bytes) -> bool:
    """Whether the first two elements are of group 2 or 8 and in order."""
    group, element = _tag(head, 0)
    if group not in {2, 8} or element > 0x1200 or len(head) < 24:
        return False
    if head[4:6] in _VRS:
        length = int.from_bytes(head[6:8], "little")
        end = 8 + length if head[4:6] not in _LONG else 12
    else:
        length = int.from_bytes(head[4:8], "little")
        end = 8 + length
    if length > 256 or length % 2 or end + 8 > len(head):
        return False
    return (group, element) < _tag(head, end) < (0x7FE1, 0)


def _tag(raw: bytes, at: int) -> tuple[int, int]:
    group = int.from_bytes(raw[at : at + 2], "little")
    return group, int.from_bytes(raw[at + 2 : at + 4], "little")


def encoding(source: Source) -> Encoding:
    """Read the file meta information, group 2, always explicit and little-endian."""
    at = PREAMBLE + 4 if source.head[PREAMBLE : PREAMBLE + 4] == MAGIC else 0
    told: dict[int, str] = {}
    for _ in range(_META_ELEMENTS):
        raw = source.read(at, 12)
        group, element = _tag(raw, 0)
        if len(raw) < 8 or group != 2:
            break
        long = raw[4:6] in _LONG
        start = at + (12 if long else 8)
        length = int.from_bytes(raw[8:12] if long else raw[6:8], "little")
        if length > _META_LENGTH:
            break
        if element in {_MEDIA, _SYNTAX}:
            text = source.read(start, length).decode("ascii", "replace")
            told[element] = text.strip("\0 ")
        at = start + length
    syntax = told.get(_SYNTAX) or None
    explicit = source.read(at, 6)[4:6].isalpha()
    little = syntax != BIG_ENDIAN
    implicit = syntax in {IMPLICIT, GE_PRIVATE} or (syntax is None and not explicit)
    return Encoding(at, syntax, implicit, little, told.get(_MEDIA))


def inflated(source: Source, start: int) -> io.BytesIO:
    """Return the start of a deflated data set; nothing where it is damaged."""
    raw = source.read(start, MAX_INFLATED)
    try:
        return io.BytesIO(zlib.decompressobj(-15).decompress(raw, MAX_INFLATED))
    except zlib.error:
        return io.BytesIO()


class Stream:
    """A file as pydicom reads it: few reads of the disk, bounded in number and size.

    Parameters
    ----------
    source
        The file.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._at = 0
        self._block = source.head
        self._start = 0
        self._reads = 0
        self._bytes = 0
        # Whether the file ended where more was asked for.
        self.short = False

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a position."""
        base = {0: 0, 1: self._at, 2: self._source.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, count: int = -1) -> bytes:
        """Return up to `count` bytes and go on.

        Raises
        ------
        LimitError
            If more is asked for than a header can hold.
        """
        left = max(0, self._source.size - self._at)
        self.short = self.short or 0 < left < count
        count = left if count < 0 else min(count, left)
        self._reads += 1
        self._bytes += count
        if count > MAX_VALUE or self._bytes > MAX_BYTES or self._reads > MAX_READS:
            message = f"a header of at most {MAX_BYTES} bytes"
            raise LimitError(message)
        start = self._at - self._start
        if start < 0 or start + count > len(self._block):
            self._block = self._source.read(self._at, max(count, BLOCK))
            self._start, start = self._at, 0
        found = self._block[start : start + count]
        self._at += len(found)
        return found
