"""BMP, the bitmap of Windows and OS/2.

Source: Microsoft, "Bitmap Storage" and BITMAPINFOHEADER to BITMAPV5HEADER.
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import TYPE_CHECKING

from fairsubmit.readers.about import About
from fairsubmit.readers.pictures.picture import Frame, Picture, PictureReader

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Bmp"]

CORE, INFO = 12, 40
HEADERS = frozenset({CORE, 16, INFO, 52, 56, 64, 108, 124})
# From this header on there is a mask of the bits of transparency, at byte 66.
WITH_ALPHA, ALPHA_MASK = 56, 66
# Samples per pixel and bits of each, by bits per pixel; up to 8 they are a palette's.
SAMPLES = {
    1: (1, 1),
    2: (1, 2),
    4: (1, 4),
    8: (1, 8),
    16: (3, 8),
    24: (3, 8),
    32: (3, 8),
}
UNCOMPRESSED = frozenset({0, 3, 6})


class Bmp(PictureReader):
    """Windows bitmaps."""

    name = "bmp"
    suffixes: Sequence[str] = (".bmp", ".dib")
    about = About(
        "BMP",
        (".bmp",),
        "bit depth, resolution",
        "files written from the specification",
    )
    magic = (b"BM",)

    def starts(self, head: bytes) -> bool:
        """Whether there are the letters and a header of a size that exists."""
        if not head.startswith(b"BM") or len(head) < 26:
            return False
        offset, size = struct.unpack_from("<II", head, 10)
        return size in HEADERS and offset >= 14 + size

    def frame(self, picture: Picture) -> Frame:
        """Read the header, and compare the pixels with the size of the file.

        Raises
        ------
        DamagedFileError
            If there is no whole header.
        """
        raw = picture.source.read(0, 70)
        if not self.starts(raw):
            raise picture.damaged("a BMP header", 0)
        offset, size = struct.unpack_from("<II", raw, 10)
        if len(raw) < min(14 + size, 54):
            raise picture.damaged("a whole BMP header, but the file ends", len(raw))
        fields = "<HHHH" if size == CORE else "<iiHH"
        width, height, _, depth = struct.unpack_from(fields, raw, 18)
        # A negative height counts from the top.
        height = abs(height)
        if width <= 0 or not height or depth not in SAMPLES:
            raise picture.damaged("width, height and depth of a BMP", 18)
        samples, bits = SAMPLES[depth]
        alpha = raw[ALPHA_MASK : ALPHA_MASK + 4]
        if size >= WITH_ALPHA and depth == 32 and alpha.strip(b"\0"):
            samples += 1
        length = (width * depth + 31) // 32 * 4 * height
        if size >= INFO:
            packing, packed = struct.unpack_from("<II", raw, 30)
            length = length if packing in UNCOMPRESSED else packed
            x, y = struct.unpack_from("<ii", raw, 38)
            picture.per_metre(Decimal(x), Decimal(y), "biXPelsPerMeter")
        if offset + length > picture.source.size:
            picture.truncated(f"has pixels up to byte {offset + length}")
        return Frame(width, height, samples, bits, "byte 18")
