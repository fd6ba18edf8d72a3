"""LIF, LOF and XML files of Leica, written byte by byte from their structure.

0x70, 32 bits of length, 0x2A, 32 bits of characters, UTF-16 XML; then for each memory
block 0x70, length, 0x2A, 64 bits (version 1: 32) of size, 0x2A, its name, its bytes.
"""

from __future__ import annotations

import struct

ROOT = "LMSDataContainerHeader"


def text_part(text: str) -> bytes:
    raw = text.encode("utf-16-le", "surrogatepass")
    return struct.pack("<IIBI", 0x70, len(raw) + 5, 0x2A, len(raw) // 2) + raw


def block(name: str, content: bytes = b"", *, version: int = 2) -> bytes:
    raw = name.encode("utf-16-le")
    layout = "<IIBQBI" if version == 2 else "<IIBIBI"
    fixed = struct.calcsize(layout) - 8
    head = struct.pack(
        layout, 0x70, fixed + len(raw), 0x2A, len(content), 0x2A, len(raw) // 2
    )
    return head + raw + content


def dimension(
    number: int,
    count: int | str,
    increment: int = 0,
    *,
    length: str = "0",
    unit: str = "m",
    origin: str = "0",
) -> str:
    return (
        f'<DimensionDescription DimID="{number}" NumberOfElements="{count}" '
        f'Origin="{origin}" Length="{length}" Unit="{unit}" BitInc="0" '
        f'BytesInc="{increment}"/>'
    )


def channel(
    increment: int = 0,
    *,
    bits: int = 8,
    kind: int = 0,
    tag: int = 0,
    lut: str = "Gray",
    properties: dict[str, str] | None = None,
) -> str:
    inside = "".join(
        f"<ChannelProperty><Key>{k}</Key><Value>{v}</Value></ChannelProperty>"
        for k, v in (properties or {}).items()
    )
    return (
        f'<ChannelDescription DataType="{kind}" ChannelTag="{tag}" Resolution="{bits}" '
        f'LUTName="{lut}" BytesInc="{increment}">{inside}</ChannelDescription>'
    )


def image(
    dimensions: str,
    channels: str = "",
    *,
    rest: str = "",
) -> str:
    return (
        "<Data><Image><ImageDescription>"
        f"<Channels>{channels or channel()}</Channels>"
        f"<Dimensions>{dimensions}</Dimensions></ImageDescription>{rest}</Image></Data>"
    )


def element(
    name: str, data: str = "", *, memory: str = "", size: int = 0, children: str = ""
) -> str:
    block_id = f' MemoryBlockID="{memory}"' if memory else ""
    return (
        f'<Element Name="{name}">{data}<Memory Size="{size}"{block_id}/>'
        f"<Children>{children}</Children></Element>"
    )


def document(inside: str, *, version: int = 2, root: str = ROOT) -> str:
    return f'<{root} Version="{version}">{inside}</{root}>'


def lif(xml: str, *blocks: bytes) -> bytes:
    return text_part(xml) + b"".join(blocks)


def plane(width: int = 4, height: int = 3) -> str:
    """The dimensions of one 8-bit plane."""
    return dimension(1, width, 1, length="3e-6") + dimension(
        2, height, width, length="4e-6"
    )


def one_image(
    dimensions: str | None = None,
    channels: str = "",
    *,
    rest: str = "",
    size: int = 12,
    content: bytes | None = None,
    version: int = 2,
    experiment: str = "",
) -> bytes:
    """A project of one image, in a block of its own."""
    data = image(plane() if dimensions is None else dimensions, channels, rest=rest)
    child = element("Series001", data, memory="MemBlock_1", size=size)
    project = element("Project", experiment, memory="MemBlock_0", children=child)
    return lif(
        document(project, version=version),
        block("MemBlock_0", version=version),
        block(
            "MemBlock_1", bytes(size) if content is None else content, version=version
        ),
    )


def lof(xml: str, content: bytes = bytes(12), *, size: int | None = None) -> bytes:
    """A LOF file: what it is, versions, the pixels, the XML."""
    length = len(content) if size is None else size
    middle = struct.pack("<BIBIBQ", 0x2A, 2, 0x2A, 0, 0x2A, length)
    return text_part("LMS_Object_File") + middle + content + text_part(xml)


def lof_image(name: str = "Series001") -> bytes:
    return lof(document(element(name, image(plane()), memory="MemBlock_1", size=12)))


def references(*names: str) -> str:
    inside = "".join(f'<Reference File="{name}" UUID="u"/>' for name in names)
    return f"<Children>{inside}</Children>"


def listing(name: str, kind: str, *names: str) -> bytes:
    """An XLEF (Experiment), XLCF (Collection) or XLLF that lists other files."""
    inside = f'<Element Name="{name}"><Data><{kind}/></Data>{references(*names)}'
    return document(f"{inside}</Element>").encode("utf-8-sig")


def xlif(name: str, *frames: str, size: int = 12) -> bytes:
    """The XML of one image, whose pixels are in other files."""
    inside = "".join(
        f'<Frame File="{frame}" Offset="0" Size="{size}" UUID="u"/>' for frame in frames
    )
    memory = f'<Memory Size="{size}" MemoryBlockID="MemBlock_1">{inside}</Memory>'
    body = f'<Element Name="{name}">{image(plane())}{memory}<Children/></Element>'
    return document(body).encode("utf-8-sig")
