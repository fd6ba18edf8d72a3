"""What one pixel of a CZI image is, by channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import Problem

if TYPE_CHECKING:
    from fairsubmit.readers.czi.images import Image
    from fairsubmit.readers.czi.record import Common

__all__ = ["PixelType", "pixel_types", "significant_bits", "type_problem", "widest"]


class PixelType(NamedTuple):
    """A pixel type.

    Attributes
    ----------
    name
        As the XML of CZI has it.
    ome
        As OME names it.
    samples
        Samples of one pixel; those of colour are blue, green, red (and alpha).
    bits
        Of one sample.
    """

    name: str
    ome: str
    samples: int
    bits: int


# By the number in a directory entry.
_NUMBERED = {
    0: PixelType("Gray8", "uint8", 1, 8),
    1: PixelType("Gray16", "uint16", 1, 16),
    2: PixelType("Gray32Float", "float", 1, 32),
    3: PixelType("Bgr24", "uint8", 3, 8),
    4: PixelType("Bgr48", "uint16", 3, 16),
    8: PixelType("Bgr96Float", "float", 3, 32),
    9: PixelType("Bgra32", "uint8", 4, 8),
    10: PixelType("Gray64ComplexFloat", "complex", 1, 64),
    11: PixelType("Bgr192ComplexFloat", "complex", 3, 64),
    12: PixelType("Gray32", "int32", 1, 32),
    13: PixelType("Gray64Float", "double", 1, 64),
}
_NAMED = {kind.name: kind for kind in _NUMBERED.values()}
_NAMED["Gray64"] = _NUMBERED[13]
_IMAGE = "Information/Image"


def pixel_types(image: Image | None, common: Common) -> dict[int, PixelType | None]:
    """Return the pixel type of each channel, ``None`` for one that is not known.

    What the pixels themselves say goes before the XML, which programs that convert
    an image sometimes leave as it was.

    Parameters
    ----------
    image
        The image; without one, or without planes of its own, the XML is asked.
    common
        The file's metadata.
    """
    if image is not None and image.pixel_types:
        return {c: _NUMBERED.get(image.pixel_types[c]) for c in image.channels}
    general = common.metadata.value(f"{_IMAGE}/PixelType")
    channels = common.channel_elements()
    names = [channel.value("PixelType") or general for channel in channels]
    count = max(common.size("C") or 0, 1)
    if not names or (image is None and len(names) != count):
        names = [general] * min(count, 1 << 10)
    return {c: _NAMED.get(name or "") for c, name in enumerate(names)}


def widest(types: dict[int, PixelType | None]) -> str | None:
    """Return the OME type that holds the pixels of every channel."""
    known = [kind for kind in types.values() if kind is not None]
    return max(known, key=lambda kind: kind.bits).ome if known else None


def type_problem(types: dict[int, PixelType | None], image: Image) -> Problem | None:
    """Return what is odd about the pixel types of an image."""
    names = sorted({kind.name for kind in types.values() if kind is not None})
    if len(names) > 1:
        message = f"the channels differ in their pixel type: {', '.join(names)}"
        return Problem("pixel-types-differ", message, "ZISRAWDIRECTORY")
    if image.several_types:
        message = "planes of one channel differ in their pixel type"
        return Problem("pixel-types-differ", message, "ZISRAWDIRECTORY")
    if not names:
        numbers = ", ".join(str(n) for n in sorted(set(image.pixel_types.values())))
        message = f"the pixel type ({numbers or 'none'}) is not known"
        return Problem("pixel-type-unknown", message, "ZISRAWDIRECTORY")
    return None


def significant_bits(common: Common, widest_bits: int | None) -> int | None:
    """Return how many bits carry the signal; the most, where channels differ.

    Parameters
    ----------
    common
        The file's metadata.
    widest_bits
        Bits of one sample, which no channel can exceed.
    """
    texts = [c.value("ComponentBitCount") for c in common.channel_elements()]
    path = f"{_IMAGE}/Dimensions/Channels/Channel/ComponentBitCount"
    if not any(texts):
        path = f"{_IMAGE}/ComponentBitCount"
        texts = [common.metadata.value(path)]
    bits = [int(t) for t in texts if t and t.isdecimal() and len(t) < 4]
    most = max(bits, default=0)
    if not 0 < most <= (widest_bits or 64):
        return None
    common.provenance["significant_bits"] = path
    return most
