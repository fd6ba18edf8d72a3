"""PNG, animations (APNG) included.

Source: Portable Network Graphics, third edition (W3C, 2025): chunks of a length, a
type, data and a checksum; IHDR first, the pixels in IDAT, IEND last. ``pHYs`` is pixels
per metre, ``acTL`` the number of frames, ``tEXt``, ``zTXt`` and ``iTXt`` are keywords
with text.
"""

from __future__ import annotations

import struct
import zlib
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.readers.about import About
from fairsubmit.readers.pictures.exif import read_exif
from fairsubmit.readers.pictures.picture import Frame, Picture, PictureReader
from fairsubmit.readers.tiff.dates import iso_date, iso_time, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.readers.source import Source

__all__ = ["Png"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = struct.Struct(">IIBBBBB")
# Samples per pixel by colour type; 3 is a palette.
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
END = b"\0\0\0\0IEND\xaeB`\x82"
TAIL = 1 << 16
# Chunks before the pixels, and those visited to find an end that is not at the end.
MAX_CHUNKS = 4096
MAX_WALKED = 1 << 17
MAX_TEXT = 1 << 16
METRE = 1


class Png(PictureReader):
    """Portable Network Graphics."""

    name = "png"
    suffixes: Sequence[str] = (".png", ".apng")
    about = About(
        "PNG",
        (".png",),
        "bit depth, frames, resolution, date, program, camera",
        "files written from the specification",
    )
    magic = (SIGNATURE,)

    def frame(self, picture: Picture) -> Frame:
        """Read the chunks before the pixels, and look for the last one.

        Raises
        ------
        DamagedFileError
            If the first chunk is no header.
        """
        raw = picture.source.read(8, 8 + HEADER.size)
        if len(raw) < 8 + HEADER.size or raw[4:8] != b"IHDR":
            raise picture.damaged("a PNG header (IHDR)", 8)
        width, height, bits, colour, *_ = HEADER.unpack(raw[8:])
        if not width or not height or colour not in SAMPLES:
            raise picture.damaged("width, height and colour type of a PNG", 16)
        frame = Frame(width, height, SAMPLES[colour], bits, "IHDR")
        for chunk in _chunks(picture.source):
            if chunk.kind == b"IDAT":
                break
            if chunk.length <= MAX_TEXT:
                self._chunk(picture, frame, chunk)
        if not _ends(picture.source):
            picture.truncated("has no closing chunk (IEND)")
        return frame

    def _chunk(self, picture: Picture, frame: Frame, chunk: _Chunk) -> None:
        data = picture.source.read(chunk.offset, chunk.length)
        if chunk.kind == b"pHYs" and len(data) == 9 and data[8] == METRE:
            x, y = struct.unpack(">II", data[:8])
            picture.per_metre(Decimal(x), Decimal(y), "pHYs")
        elif chunk.kind == b"acTL" and len(data) == 8:
            frame.times = max(struct.unpack(">I", data[:4])[0], 1)
        elif chunk.kind == b"eXIf":
            read_exif(picture, data, "eXIf")
        elif chunk.kind in {b"tEXt", b"zTXt", b"iTXt"}:
            _text(picture, *_keyword(chunk.kind, data))


class _Chunk(NamedTuple):
    kind: bytes
    offset: int
    length: int


def _chunks(source: Source, limit: int = MAX_CHUNKS) -> Iterator[_Chunk]:
    offset = 8
    for _ in range(limit):
        block, start = source.window(offset, 8)
        if len(block) < start + 8:
            return
        length, kind = struct.unpack_from(">I4s", block, start)
        yield _Chunk(kind, offset + 8, length)
        offset += 12 + length


def _ends(source: Source) -> bool:
    """Whether IEND is there: at the end, or before what was added behind it."""
    start = max(source.size - TAIL, 8)
    if END in source.read(start, TAIL):
        return True
    if start == 8:
        return False
    return any(
        c.kind == b"IEND" and c.offset + 4 <= source.size
        for c in _chunks(source, MAX_WALKED)
    )


def _keyword(kind: bytes, data: bytes) -> tuple[str, str]:
    """Return keyword and text of a chunk; the text is short, however it expands."""
    key, _, rest = data.partition(b"\0")
    encoding = "latin-1"
    packed = kind == b"zTXt"
    if packed:
        rest = rest[1:]
    elif kind == b"iTXt":
        packed, encoding = rest[:1] == b"\1", "utf-8"
        # the language and the keyword in it
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    if packed:
        try:
            rest = zlib.decompressobj().decompress(rest, MAX_TEXT)
        except zlib.error:
            rest = b""
    return key.decode("latin-1"), rest.decode(encoding, "replace").strip()


def _text(picture: Picture, key: str, text: str) -> None:
    place = f"text {key}"
    if key == "Creation Time":
        picture.found("acquired_at", _moment(text), place)
    elif key == "Software":
        picture.found("software", text[:256] or None, place)
    elif key == "Title":
        picture.found("name", text[:256] or None, place)
    elif key == "Author":
        picture.person(text, place)
    elif key == "Source":
        picture.folder(text, place)


def _moment(text: str) -> str | None:
    """Return the time of creation, in ISO 8601 or as e-mails have it (RFC 1123)."""
    day, _, time = text.replace("T", " ", 1).partition(" ")
    found = stamp(iso_date(day), iso_time(time.rstrip("Z")))
    if found is not None:
        return f"{found}Z" if time.endswith("Z") and "T" in found else found
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment.isoformat()
