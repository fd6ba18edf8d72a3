"""Small TIFF files and OME-XML documents, written byte by byte."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 12: 8, 16: 8}
CODES = {1: "B", 3: "H", 4: "I", 16: "Q"}

NAMESPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06"

Tag = tuple[int, int, bytes]  # number, type, values in the file's byte order


def tiff_bytes(
    pages: Sequence[tuple[int, int]] = ((32, 24),),
    *,
    description: bytes | None = None,
    order: str = "<",
    big: bool = False,
    bits: int = 8,
    samples: int = 1,
    sample_format: int = 1,
    strips: int = 1,
    tags: Sequence[Tag] = (),
    page_tags: Callable[[int], Sequence[Tag]] = lambda _: (),
) -> bytes:
    """Each page's directory, then its values, then its pixels; one after the other."""
    word = "Q" if big else "I"
    head = (b"II" if order == "<" else b"MM") + struct.pack(
        order + ("HHH" if big else "H"), *((43, 8, 0) if big else (42,))
    )
    out = bytearray(head + struct.pack(order + word, 16 if big else 8))
    for index, (width, height) in enumerate(pages):
        rows = -(-height // strips)
        row = (width * bits * samples + 7) // 8
        counts = [row * min(rows, height - i * rows) for i in range(strips)]
        values: dict[int, tuple[int, bytes]] = {
            256: (4, struct.pack(order + "I", width)),
            257: (4, struct.pack(order + "I", height)),
            258: (3, struct.pack(order + "H", bits) * samples),
            259: (3, struct.pack(order + "H", 1)),
            262: (3, struct.pack(order + "H", 2 if samples == 3 else 1)),
            277: (3, struct.pack(order + "H", samples)),
            278: (4, struct.pack(order + "I", rows)),
            339: (3, struct.pack(order + "H", sample_format) * samples),
        }
        if index == 0 and description is not None:
            values[270] = (2, description + b"\0")
        for number, kind, raw in [*tags, *page_tags(index)]:
            values[number] = (kind, raw)
        offset_type = 16 if big else 4
        for number in (273, 279):
            values.setdefault(
                number, (offset_type, b"\0" * SIZES[offset_type] * strips)
            )
        entry = 20 if big else 12
        room = 8 if big else 4
        start = len(out)
        ifd = (8 if big else 2) + entry * len(values) + room
        at = start + ifd
        places = {}
        for number, (_, raw) in values.items():
            if len(raw) > room:
                places[number] = at
                at += len(raw) + len(raw) % 2
        offsets = [at + sum(counts[:i]) for i in range(strips)]
        for number, numbers in ((273, offsets), (279, counts)):
            values[number] = (
                offset_type,
                struct.pack(f"{order}{strips}{CODES[offset_type]}", *numbers),
            )
        end = at + sum(counts)
        end += end % 2
        following = end if index + 1 < len(pages) else 0
        out += struct.pack(order + ("Q" if big else "H"), len(values))
        external = bytearray()
        for number in sorted(values):
            kind, raw = values[number]
            out += struct.pack(
                f"{order}HH{word}", number, kind, len(raw) // SIZES[kind]
            )
            if len(raw) > room:
                out += struct.pack(order + word, places[number])
            else:
                out += raw.ljust(room, b"\0")
        out += struct.pack(order + word, following)
        for number, (_, raw) in values.items():
            if len(raw) > room:
                assert places[number] == len(out) + len(external)
                external += raw + b"\0" * (len(raw) % 2)
        out += external
        out += bytes(sum(counts))
        out += b"\0" * (len(out) % 2)
    return bytes(out)


def ome_bytes(
    pixels: str = "",
    *,
    size: tuple[int, int] = (32, 24),
    inside: str = '<Channel ID="Channel:0:0" SamplesPerPixel="1"/><TiffData/>',
    image: str = "",
    before: str = "",
    after: str = "",
    root: str = "",
    planes: tuple[int, int, int] = (1, 1, 1),
    name: str = "cell",
) -> bytes:
    """One image; `planes` are SizeZ, SizeC, SizeT."""
    z, c, t = planes
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<OME xmlns="{NAMESPACE}" {root}>{before}'
        f'<Image ID="Image:0" Name="{name}">{image}'
        f'<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint8" SizeX="{size[0]}" '
        f'SizeY="{size[1]}" SizeZ="{z}" SizeC="{c}" SizeT="{t}" {pixels}>{inside}'
        f"</Pixels></Image>{after}</OME>"
    ).encode()


@pytest.fixture(scope="session")
def make_tiff() -> Callable[..., bytes]:
    """The writer of TIFF bytes."""
    return tiff_bytes


@pytest.fixture(scope="session")
def make_ome() -> Callable[..., bytes]:
    """The writer of OME-XML."""
    return ome_bytes


@pytest.fixture
def write_ome(tmp_path: Path) -> Callable[..., Path]:
    """Write an OME-TIFF of one page with the XML given; return its path."""

    def write(xml: bytes, name: str = "a.ome.tif", **options: object) -> Path:
        path = tmp_path / name
        path.write_bytes(tiff_bytes(description=xml, **options))  # type: ignore[arg-type]
        return path

    return write
