"""JPEG 2000: JP2 files, and code-streams without one.

Source: ISO/IEC 15444-1, annexes A (SIZ, EOC) and I (boxes: ihdr, bpcc, resc).
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.readers.about import About
from fairsubmit.readers.pictures.picture import Frame, Picture, PictureReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.readers.source import Source

__all__ = ["Jpeg2000"]

SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
CODESTREAM = b"\xff\x4f\xff\x51"
END = b"\xff\xd9"
TAIL = 1 << 10
MAX_BOXES = 1024
PARENTS = frozenset({b"jp2h", b"res "})
# Bits of all components alike, unless this says that a box of its own tells.
VARYING = 255


class Jpeg2000(PictureReader):
    """JPEG 2000 pictures."""

    name = "jpeg_2000"
    suffixes: Sequence[str] = (".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx")
    about = About(
        "JPEG 2000",
        (".jp2", ".j2k"),
        "bit depth, capture resolution",
        "files written from the specification",
    )
    magic = (SIGNATURE, CODESTREAM)

    def frame(self, picture: Picture) -> Frame:
        """Read boxes up to the pixels, and look for the end.

        Raises
        ------
        DamagedFileError
            If there is no whole header.
        """
        source = picture.source
        if source.head.startswith(CODESTREAM):
            found = _siz(picture, 0)
            _check_end(picture, source.size)
            return found
        frame = None
        for box in _boxes(source, 0, source.size):
            data = source.read(box.offset, min(box.length, 64))
            if box.kind == b"ihdr" and len(data) >= 11:
                frame = _ihdr(data)
            elif box.kind == b"bpcc" and frame is not None and data:
                frame.bits, frame.signed = (data[0] & 127) + 1, data[0] > 127
            elif box.kind == b"resc" and len(data) >= 10:
                _capture(picture, data)
            elif box.kind == b"jp2c":
                frame = frame or _siz(picture, box.offset)
                _check_end(picture, box.offset + box.length)
                break
        if frame is None or not frame.width or not frame.height:
            raise picture.damaged("a JPEG 2000 header (ihdr)", 12)
        return frame


class _Box(NamedTuple):
    kind: bytes
    offset: int
    length: int


def _boxes(source: Source, offset: int, end: int) -> Iterator[_Box]:
    """Yield boxes, and those within the ones that hold others."""
    for _ in range(MAX_BOXES):
        raw = source.read(offset, 16)
        if len(raw) < 8 or offset >= end:
            return
        length, kind = struct.unpack_from(">I4s", raw)
        head = 8
        if length == 1 and len(raw) == 16:
            (length,), head = struct.unpack_from(">Q", raw, 8), 16
        elif length == 0:  # up to the end of the file
            length = source.size - offset
        if length < head:
            return
        yield _Box(kind, offset + head, length - head)
        offset += head if kind in PARENTS else length


def _ihdr(data: bytes) -> Frame:
    height, width, components, bits = struct.unpack_from(">IIHB", data)
    varying = bits == VARYING
    depth = 8 if varying else (bits & 127) + 1
    signed = bits > 127 and not varying
    return Frame(width, height, max(components, 1), depth, "ihdr", signed=signed)


def _siz(picture: Picture, offset: int) -> Frame:
    raw = picture.source.read(offset, 43)
    if len(raw) < 43 or not raw.startswith(CODESTREAM):
        raise picture.damaged("a JPEG 2000 code-stream (SOC, SIZ)", offset)
    right, bottom, left, top = struct.unpack_from(">IIII", raw, 8)
    components, bits = struct.unpack_from(">HB", raw, 40)
    if right <= left or bottom <= top or not components:
        raise picture.damaged("the size of a JPEG 2000 image (SIZ)", offset + 8)
    depth, signed = (bits & 127) + 1, bits > 127
    return Frame(right - left, bottom - top, components, depth, "SIZ", signed=signed)


def _capture(picture: Picture, data: bytes) -> None:
    """Read grid points per metre, vertically and horizontally, of the capture."""
    values = struct.unpack_from(">HHHHbb", data)
    if all(values[:4]):
        y = Decimal(values[0]) / values[1] * Decimal(10) ** values[4]
        x = Decimal(values[2]) / values[3] * Decimal(10) ** values[5]
        picture.per_metre(x, y, "resc")


def _check_end(picture: Picture, end: int) -> None:
    size = picture.source.size
    if end > size:
        picture.truncated(f"has pixels up to byte {end}")
    elif END not in picture.source.read(max(end - TAIL, 0), min(TAIL, end)):
        picture.truncated("has no end marker (EOC)")
