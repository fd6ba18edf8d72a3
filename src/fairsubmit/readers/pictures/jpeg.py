"""JPEG (JFIF and EXIF) of any process: baseline, progressive, lossless, arithmetic.

Source: ITU-T T.81, annex B: segments of a marker and a length; a frame header (SOF)
with precision, height, width and number of components; EOI at the end.
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import TYPE_CHECKING

from fairsubmit.readers.about import About
from fairsubmit.readers.pictures.exif import read_exif
from fairsubmit.readers.pictures.picture import Frame, Picture, PictureReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.readers.source import Source

__all__ = ["Jpeg"]

SOI, END = b"\xff\xd8", b"\xff\xd9"
# SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC); JPEG-LS has SOF55 (F7).
FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
SCAN, EOI, APP0, APP1 = 0xDA, 0xD9, 0xE0, 0xE1
# Bytes without meaning that stand before the picture in some files.
FILLING = b"\0 \t\r\n"
MAX_FILLING = 1024
MAX_SEGMENTS = 4096
TAIL = 1 << 16
# Films that telephones add behind a picture.
MAX_SEARCHED = 1 << 26
METRES = {1: Decimal("0.0254"), 2: Decimal("0.01")}


class Jpeg(PictureReader):
    """JPEG pictures."""

    name = "jpeg"
    suffixes: Sequence[str] = (".jpg", ".jpeg", ".jpe", ".jfif")
    about = About(
        "JPEG",
        (".jpg", ".jpeg"),
        "bit depth, resolution, date, program, camera",
        "files written from the specification",
    )

    def starts(self, head: bytes) -> bool:
        """Whether it starts as JPEG does, after at most some empty bytes."""
        return head[_start(head) :].startswith(SOI + b"\xff")

    def frame(self, picture: Picture) -> Frame:
        """Read the segments before the pixels, and look for the end.

        Raises
        ------
        DamagedFileError
            If there is no frame header.
        """
        source = picture.source
        start = _start(source.head)
        if not self.starts(source.head):
            raise picture.damaged("a JPEG header (SOI)", start)
        frame, offset = self._segments(picture, start + 2)
        if frame is None:
            raise picture.damaged("a JPEG frame header (SOF)", offset)
        if not _ends(source, offset):
            picture.truncated("has no end marker (EOI)")
        return frame

    def _segments(self, picture: Picture, offset: int) -> tuple[Frame | None, int]:
        """Return the frame, and where its pixels start or the segments broke."""
        source = picture.source
        frame = None
        for _ in range(MAX_SEGMENTS):
            block, start = source.window(offset, 4)
            if len(block) < start + 2 or block[start] != 0xFF:
                break
            marker = block[start + 1]
            if marker == 0xFF or marker in ALONE:
                offset += 1 if marker == 0xFF else 2
                continue
            if marker in {SCAN, EOI} or len(block) < start + 4:
                break
            (length,) = struct.unpack_from(">H", block, start + 2)
            if marker in FRAMES and frame is None:
                frame = _frame(picture, offset)
            elif marker in {APP0, APP1}:
                _application(
                    picture, marker, source.read(offset + 4, max(length, 2) - 2)
                )
            offset += 2 + max(length, 2)
        return frame, offset


def _start(head: bytes) -> int:
    """Return where the picture starts."""
    if head[:1] == b"\xff":
        return 0
    start = head[:MAX_FILLING]
    return len(start) - len(start.lstrip(FILLING))


def _frame(picture: Picture, offset: int) -> Frame | None:
    raw = picture.source.read(offset + 4, 6)
    if len(raw) < 6:
        return None
    precision, height, width, components = struct.unpack(">BHHB", raw)
    if not (height and width and components and precision):
        return None
    return Frame(width, height, components, precision, f"byte {offset} SOF")


def _application(picture: Picture, marker: int, data: bytes) -> None:
    if marker == APP1 and data.startswith(b"Exif\0"):
        read_exif(picture, data[6:], "EXIF")
    elif marker == APP0 and data.startswith(b"JFIF\0") and len(data) >= 12:
        unit, x, y = struct.unpack_from(">BHH", data, 7)
        if unit in METRES:
            dots = (Decimal(x) / METRES[unit], Decimal(y) / METRES[unit])
            picture.per_metre(*dots, "APP0 JFIF density")


def _ends(source: Source, pixels: int) -> bool:
    """Whether the end marker stands behind the pixels, which cannot hold it."""
    start = max(source.size - TAIL, pixels)
    if END in source.read(start, TAIL):
        return True
    last = min(start, pixels + MAX_SEARCHED)
    overlap = b""
    while pixels < last:
        block = source.read(pixels, min(1 << 20, last - pixels))
        if END in overlap + block[:1] or END in block:
            return True
        if not block:
            return False
        overlap, pixels = block[-1:], pixels + len(block)
    return start > last
