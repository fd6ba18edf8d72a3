"""What a TIFF says of its shape beyond its pages: a volume in one page, an array.

tifffile describes an array by ``{"shape": [7, 30, 40], "axes": "ZYX"}``, the axes only
if it was told them; with ``"truncated": true`` one directory stands for all planes,
which lie one after the other. ImageDepth (tag 32997) is the depth of a page that is a
volume.
"""

from __future__ import annotations

import json
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import ImageSize
from fairsubmit.readers.tiff.structure import DESCRIPTION

if TYPE_CHECKING:
    from fairsubmit.readers.tiff.structure import Page, Tiff

__all__ = ["Shaped", "shape_of"]

IMAGE_DEPTH = 32997
MAX_TEXT = 1 << 12
MAX_DIMENSIONS = 16
LARGEST = 1 << 40


class Shaped(NamedTuple):
    """The extent of an image of several planes.

    Attributes
    ----------
    size
        ``None`` if the axes are not told.
    planes
        All of them.
    place
        Where it stands.
    """

    size: ImageSize | None
    planes: int
    place: str


def shape_of(tiff: Tiff, page: Page, pages: int) -> Shaped | None:
    """Return what is said of the shape of an image; ``None`` if nothing is.

    Parameters
    ----------
    tiff
        The file.
    page, pages
        The first page of the image, and how many there are like it.
    """
    depth = tiff.integer(tiff.tags, IMAGE_DEPTH, 1)
    if 1 < depth < LARGEST and pages == 1:
        volume = ImageSize(page.width, page.height, depth, page.samples, 1)
        return Shaped(volume, depth, "IFD:0/ImageDepth")
    told = _told(tiff)
    shape = _extents(told.get("shape"))
    plane = page.width * page.height * page.samples
    planes, rest = divmod(prod(shape), max(plane, 1))
    whole = planes == pages or (pages == 1 and told.get("truncated") is True)
    if not shape or rest or not planes or not whole:
        return None
    size = _size(shape, told.get("axes"), page)
    return Shaped(size, planes, "IFD:0/ImageDescription/shape")


def _told(tiff: Tiff) -> dict[str, object]:
    raw = tiff.text(DESCRIPTION, MAX_TEXT) or b""
    if not raw.startswith(b'{"shape"'):
        return {}
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _extents(shape: object) -> list[int]:
    if not isinstance(shape, list) or not 2 <= len(shape) <= MAX_DIMENSIONS:
        return []
    found = [n for n in shape if isinstance(n, int) and 0 < n < LARGEST]
    return found if len(found) == len(shape) else []


def _size(shape: list[int], axes: object, page: Page) -> ImageSize | None:
    """Return the extents by the letters of the axes, if they leave nothing open."""
    if not isinstance(axes, str) or len(axes) != len(shape):
        return None
    found = dict(zip(axes.upper(), shape, strict=True))
    open_ones = [n for axis, n in found.items() if axis not in "XYZCTS" and n > 1]
    as_pages = (found.get("X"), found.get("Y")) == (page.width, page.height)
    if open_ones or not as_pages or len(found) != len(shape):
        return None
    z, c, t, s = (found.get(axis, 1) for axis in "ZCTS")
    return ImageSize(page.width, page.height, z, c * s, t)
