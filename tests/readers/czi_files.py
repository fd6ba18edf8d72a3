"""CZI files written byte by byte from the structure of their segments.

A segment has a name, an allocated and a used size, and fills a multiple of 32 bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.readers.czi.reader import Czi as CziReader

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata, Problem

PREFIX = 32
GUID, OTHER = b"\x11" * 16, b"\x22" * 16
CHANNEL = '<Channel Id="Channel:0" Name="DAPI"><PixelType>Gray16</PixelType></Channel>'
IMAGE = f"<Dimensions><Channels>{CHANNEL}</Channels></Dimensions>"


def segment(name: str, content: bytes) -> bytes:
    allocated = -(-len(content) // 32) * 32
    head = struct.pack("<16sqq", name.encode(), allocated, len(content))
    return head + content.ljust(allocated, b"\0")


def dimension(letter: str, start: int, size: int, stored: int) -> bytes:
    return struct.pack("<4siifi", letter.encode(), start, size, float(start), stored)


def entry(
    position: int,
    dimensions: dict[str, tuple[int, ...]],
    *,
    pixel_type: int = 1,
    part: int = 0,
    pyramid: int = 0,
) -> bytes:
    """Return a directory entry; a dimension is start, size and stored size."""
    fixed = struct.pack(
        "<2siqiiB5xi", b"DV", pixel_type, position, part, 0, pyramid, len(dimensions)
    )
    parts = []
    for letter, (start, *rest) in dimensions.items():
        size = rest[0] if rest else 1
        parts.append(dimension(letter, start, size, rest[1] if rest[1:] else size))
    return fixed + b"".join(parts)


def metadata(
    image: str = IMAGE, *, information: str = "", other: str = "", sizes: str = ""
) -> str:
    """Return a document: what Image holds, what Information, what Metadata."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<ImageDocument><Metadata>'
        f"{other}<Information><Image>{sizes}{image}</Image>{information}</Information>"
        "</Metadata></ImageDocument>"
    )


def scaling(**metres: str) -> str:
    items = "".join(
        f'<Distance Id="{axis}"><Value>{value}</Value></Distance>'
        for axis, value in metres.items()
    )
    return f"<Scaling><Items>{items}</Items></Scaling>"


@dataclass
class Block:
    """A sub-block and its place."""

    dimensions: dict[str, tuple[int, ...]]
    pixel_type: int = 1
    part: int = 0
    pyramid: int = 0
    pixels: bytes = b"\0" * 96


def plane(**starts: int) -> Block:
    """Return a sub-block of 8 x 6 pixels; ``X``, ``Y`` are where it begins."""
    x, y = starts.pop("X", 0), starts.pop("Y", 0)
    others = {letter: (start, 1, 1) for letter, start in starts.items()}
    return Block({"X": (x, 8, 8), "Y": (y, 6, 6), **others})


@dataclass
class Czi:
    """A file; `bytes` writes it.

    Attributes
    ----------
    xml
        ``None`` for a file without metadata.
    stamps
        Times of the attachment ``TimeStamps``.
    """

    blocks: list[Block] = field(default_factory=lambda: [plane(C=0)])
    xml: str | bytes | None = field(default_factory=metadata)
    stamps: tuple[float, ...] = ()
    primary: bytes = GUID
    own: bytes = GUID
    part: int = 0
    with_directory: bool = True

    def bytes(self) -> bytes:
        out = bytearray(PREFIX + 512)
        entries = []
        for block in self.blocks:
            options = {
                "pixel_type": block.pixel_type,
                "part": block.part,
                "pyramid": block.pyramid,
            }
            found = entry(len(out), block.dimensions, **options)
            entries.append(found)
            sizes = struct.pack("<iiq", 0, 0, len(block.pixels))
            head = (sizes + found).ljust(256, b"\0")
            out += segment("ZISRAWSUBBLOCK", head + block.pixels)
        described = self._metadata(out)
        attachments = self._attachments(out)
        listed = 0
        if self.with_directory:
            listed = len(out)
            count = struct.pack("<i124x", len(entries))
            out += segment("ZISRAWDIRECTORY", count + b"".join(entries))
        header = struct.pack(
            "<iiii16s16siqqiq",
            *(1, 0, 0, 0),
            self.primary,
            self.own,
            self.part,
            listed,
            described,
            0,
            attachments,
        )
        out[: PREFIX + 512] = segment("ZISRAWFILE", header.ljust(512, b"\0"))
        return bytes(out)

    def _metadata(self, out: bytearray) -> int:
        if self.xml is None:
            return 0
        position = len(out)
        xml = self.xml if isinstance(self.xml, bytes) else self.xml.encode()
        out += segment("ZISRAWMETADATA", struct.pack("<ii248x", len(xml), 0) + xml)
        return position

    def _attachments(self, out: bytearray) -> int:
        if not self.stamps:
            return 0
        count = len(self.stamps)
        numbers = struct.pack(f"<ii{count}d", 8 + 8 * count, count, *self.stamps)
        listed = [("Thumbnail", "JPG", b"\xff\xd8"), ("TimeStamps", "CZTIMS", numbers)]
        entries = []
        for name, kind, content in listed:
            fixed = struct.pack(
                "<2s10xqi16s8s80s",
                b"A1",
                len(out),
                0,
                GUID,
                kind.encode(),
                name.encode(),
            )
            entries.append(fixed)
            head = (struct.pack("<i12x", len(content)) + fixed).ljust(256, b"\0")
            out += segment("ZISRAWATTACH", head + content)
        position = len(out)
        promised = struct.pack("<i252x", len(entries))
        out += segment("ZISRAWATTDIR", promised + b"".join(entries))
        return position


def whole() -> bytes:
    """Return a file that has everything that a reader looks for."""
    names = ("TR1", "TR2")
    scenes = "".join(
        f'<Scene Index="{n}" Name="{name}"><ArrayName>B{n + 1}</ArrayName></Scene>'
        for n, name in enumerate(names)
    )
    image = (
        '<Dimensions><Channels><Channel Id="C:0" Name="DAPI"><Fluor>DAPI</Fluor>'
        "<EmissionWavelength>465</EmissionWavelength></Channel></Channels><S><Scenes>"
        f"{scenes}</Scenes></S></Dimensions>"
    )
    blocks = [
        plane(C=0, S=s, M=m, T=t, X=8 * m)
        for s in (0, 1)
        for m in (0, 1)
        for t in (0, 1)
    ]
    xml = metadata(image, other=scaling(X="1e-7", Y="1e-7"))
    return Czi(blocks, xml, stamps=(0.0, 2.0)).bytes()


def read(folder: Path, czi: Czi | bytes, name: str = "a.czi") -> list[ImageMetadata]:
    path = folder / name
    path.write_bytes(czi if isinstance(czi, bytes) else czi.bytes())
    return list(CziReader().read(path))


def one(folder: Path, czi: Czi | bytes) -> ImageMetadata:
    (record,) = read(folder, czi)
    return record


def described(folder: Path, image: str = "", **options: str) -> ImageMetadata:
    return one(folder, Czi(xml=metadata(image, **options)))


def codes(record: ImageMetadata) -> list[str]:
    return [problem.code + "!" * problem.error for problem in record.problems]


def problem(record: ImageMetadata, code: str) -> Problem:
    (found,) = (p for p in record.problems if p.code == code)
    return found
