"""Whether the pixels that a header promises are in the file (PS3.5, 7.5 and A.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import Problem
from fairsubmit.readers.dicom.stream import NATIVE

if TYPE_CHECKING:
    from fairsubmit.readers.dicom.dataset import Data, Header
    from fairsubmit.readers.dicom.stream import Encoding
    from fairsubmit.readers.source import Source

__all__ = ["pixels_missing"]

PER_FRAME = 0x52009230
# Float, double and integer pixels.
PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
DELIMITER = 0xFFFEE0DD
UNDEFINED = 0xFFFFFFFF
MAX_ELEMENTS = 256
MAX_ITEMS = 100_000
TAIL = 1 << 12
_LONG = frozenset({b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UN", b"UT"})
_LONG |= {b"UC", b"UR", b"SV", b"UV"}


class _Element(NamedTuple):
    tag: int
    start: int
    length: int


def pixels_missing(source: Source, header: Header) -> Problem | None:
    """Return what is wrong with the extent of the pixels.

    Parameters
    ----------
    source
        The file.
    header
        Its header, read to the end.
    """
    if header.end is None:
        return None
    at = header.end
    for _ in range(MAX_ELEMENTS):
        element = _element(source, at, header.encoding)
        if element is None:
            return _cut(source.size, "its pixels begin")
        if element.tag in PIXELS:
            return _of_pixels(source, header, element)
        if element.length != UNDEFINED:
            at = element.start + element.length
            continue
        after = _past_items(source, element.start, header.encoding)
        if after is None:
            return None
        at = after
    return None


def _element(source: Source, at: int, how: Encoding) -> _Element | None:
    raw = source.read(at, 12)
    order = "<" if how.little else ">"
    if len(raw) < 8:
        return None
    tag = _number(raw[0:2], order) << 16 | _number(raw[2:4], order)
    if how.implicit or tag >> 16 == 0xFFFE:
        return _Element(tag, at + 8, _number(raw[4:8], order))
    if raw[4:6] not in _LONG:
        return _Element(tag, at + 8, _number(raw[6:8], order))
    return _Element(tag, at + 12, _number(raw[8:12], order)) if len(raw) == 12 else None


def _number(raw: bytes, order: str) -> int:
    return int.from_bytes(raw, "little" if order == "<" else "big")


def _past_items(source: Source, at: int, how: Encoding) -> int | None:
    """Return where a sequence of items ends; ``None`` where it cannot be followed."""
    for _ in range(MAX_ITEMS):
        item = _element(source, at, how)
        if item is None:
            return source.size
        if item.tag == DELIMITER:
            return item.start
        if item.tag != 0xFFFEE000 or item.length == UNDEFINED:
            return None
        at = item.start + item.length
    return None


def _of_pixels(source: Source, header: Header, pixels: _Element) -> Problem | None:
    if pixels.length == UNDEFINED:
        return _of_fragments(source, header, pixels)
    end = pixels.start + pixels.length
    if end > source.size:
        return _cut(
            source.size, f"its pixels do: {end - source.size} bytes are missing"
        )
    needed = _native(header)
    if header.encoding.syntax in NATIVE and needed > pixels.length:
        message = f"has {pixels.length} bytes of pixels where {needed} are needed"
        return Problem("size-mismatch", message, "PixelData", error=True)
    return None


def _of_fragments(source: Source, header: Header, pixels: _Element) -> Problem | None:
    """Look for the end of compressed pixels: at the file's, or along the fragments."""
    order = "<" if header.encoding.little else ">"
    mark = b"\xfe\xff\xdd\xe0" if order == "<" else b"\xff\xfe\xe0\xdd"
    tail = max(pixels.start, source.size - TAIL)
    if mark + bytes(4) in source.read(tail, TAIL):
        return None
    end = _past_items(source, pixels.start, header.encoding)
    if end is not None and end >= source.size:
        return _cut(source.size, "its compressed pixels do")
    return None


def _cut(size: int, what: str) -> Problem:
    return Problem("truncated", f"ends before {what}", f"byte {size}", error=True)


def _native(data: Data) -> int:
    """Return the bytes of all frames without compression (PS3.5, 8.1.1)."""
    counts = [data.count(key) or 0 for key in ("Rows", "Columns", "BitsAllocated")]
    counts.append(data.count("SamplesPerPixel") or 1)
    counts.append(data.count("NumberOfFrames") or 1)
    bits = 1
    for count in counts:
        bits *= count
    # Colour of which two, or four, pixels share the chroma.
    shared = {"YBR_FULL_422": (2, 3), "YBR_PARTIAL_422": (2, 3)}
    shared["YBR_PARTIAL_420"] = (1, 2)
    part = shared.get(data.text("PhotometricInterpretation") or "", (1, 1))
    return (bits * part[0] // part[1] + 7) // 8
