"""The images that the sub-blocks of a CZI file make up, and how far each reaches.

A scene is an image; so is each view of it, and each acquisition block: OME has no axis
for these. The tiles of a mosaic lie on the canvas of the scene and unite to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fairsubmit.readers.czi.segments import Entry

__all__ = ["Collection", "Image"]

# A plate of 1,536 wells with 16 fields each has 24,576 scenes.
MAX_IMAGES = 1 << 15
MAX_PLANES = 1 << 19
MAX_CHANNELS = 1 << 10
EXTRA = "HRI"
_ABSENT = (0, 1, 0)


class Image:
    """One image: the sub-blocks of one scene, view and acquisition block.

    Attributes
    ----------
    scene, view, block
        The starts of the dimensions S, V and B; ``scene`` is ``None`` without S.
    pixel_types
        Number of the pixel type by channel: the first that was met.
    several_types
        Channels whose sub-blocks differ in their pixel type.
    """

    __slots__ = (
        "block",
        "box",
        "ends",
        "extra",
        "outline",
        "pixel_types",
        "planes",
        "scene",
        "several_types",
        "starts",
        "view",
    )

    def __init__(self, scene: int | None, view: int, block: int) -> None:
        self.scene, self.view, self.block = scene, view, block
        self.box: tuple[int, int, int, int] | None = None
        # Of the smaller resolutions: stands in where there is nothing else.
        self.outline: tuple[int, int, int, int] | None = None
        self.starts: dict[str, set[int]] = {"Z": set(), "C": set(), "T": set()}
        # Of sub-blocks that hold several planes: where the last one ends.
        self.ends: dict[str, int] = {}
        self.extra: dict[str, set[int]] = {}
        # The starts of Z, C and T in one number, to hold half a million of them.
        self.planes: set[int] = set()
        self.pixel_types: dict[int, int] = {}
        self.several_types: set[int] = set()

    @property
    def width(self) -> int:
        """Pixels along x."""
        box = self.box or self.outline
        return max(box[2] - box[0], 0) if box else 0

    @property
    def height(self) -> int:
        """Pixels along y."""
        box = self.box or self.outline
        return max(box[3] - box[1], 0) if box else 0

    def length(self, axis: str) -> int:
        """Return the number of positions along Z, C or T; at least 1."""
        starts = self.starts[axis]
        if axis in self.ends:
            return max(self.ends[axis] - min(starts, default=0), 1)
        return max(len(starts), 1)

    @property
    def channels(self) -> list[int]:
        """The channels that have pixels."""
        return sorted(self.pixel_types)


class Collection:
    """Gathers the images of a file, or of several that make up one.

    Attributes
    ----------
    images
        By scene, view and block.
    parts, here
        Numbers of the files that hold sub-blocks, and of those that were read.
    last
        Position of the last sub-block in the file of this number; its pixels end last.
    full
        Whether some sub-blocks were left out because there were too many.
    """

    def __init__(self) -> None:
        self.images: dict[tuple[int, int, int], Image] = {}
        self.parts: set[int] = set()
        self.here: set[int] = set()
        self.last: dict[int, int] = {}
        self.full = False
        self.planes = 0

    def add(self, entries: Iterable[Entry], *, own: int) -> int:
        """Add the sub-blocks of one file's directory; return how many there were.

        Parameters
        ----------
        entries
            The sub-blocks.
        own
            Number of the file; entries that name no other lie in it.
        """
        self.here.add(own)
        count = 0
        for entry in entries:
            count += 1
            part = entry.part if entry.part > 0 else own
            self.parts.add(part)
            if entry.position > self.last.get(part, -1):
                self.last[part] = entry.position
            image = self._image(entry.dimensions)
            if image is not None:
                self._place(image, entry)
        return count

    def in_order(self) -> list[Image]:
        """Return the images that have an extent, by scene, block and view."""
        keys = sorted(self.images, key=lambda key: (key[0], key[2], key[1]))
        images = [self.images[key] for key in keys]
        return [image for image in images if image.width and image.height]

    def _image(self, dimensions: dict[str, tuple[int, int, int]]) -> Image | None:
        scene = dimensions.get("S")
        view, block = dimensions.get("V", _ABSENT)[0], dimensions.get("B", _ABSENT)[0]
        key = (scene[0] if scene else 0, view, block)
        image = self.images.get(key)
        if image is None:
            if len(self.images) >= MAX_IMAGES:
                self.full = True
                return None
            image = Image(scene[0] if scene else None, view, block)
            self.images[key] = image
        return image

    def _place(self, image: Image, entry: Entry) -> None:
        dimensions = entry.dimensions
        x, y = dimensions.get("X"), dimensions.get("Y")
        if x is None or y is None or x[1] <= 0 or y[1] <= 0:
            return
        reduced = x[2] not in {0, x[1]} or y[2] not in {0, y[1]}
        box = (x[0], y[0], x[0] + x[1], y[0] + y[1])
        if reduced:
            image.outline = _united(image.outline, box)
            if entry.pyramid:
                return
        else:
            image.box = _united(image.box, box)
        # Images of localisation microscopy stand at another scale than their file
        # says, and no pyramid: they are planes all the same.
        self._plane(image, entry)

    def _plane(self, image: Image, entry: Entry) -> None:
        dimensions = entry.dimensions
        plane = tuple(dimensions.get(axis, _ABSENT)[0] for axis in "ZCT")
        z, c, t = plane
        if c not in image.pixel_types and len(image.pixel_types) >= MAX_CHANNELS:
            self.full = True
            return
        if image.pixel_types.setdefault(c, entry.pixel_type) != entry.pixel_type:
            image.several_types.add(c)
        number = (z & _WORD) << 64 | (c & _WORD) << 32 | t & _WORD
        if number not in image.planes:
            if self.planes >= MAX_PLANES:
                self.full = True
                return
            self.planes += 1
            image.planes.add(number)
            for axis, start in zip("ZCT", plane, strict=True):
                image.starts[axis].add(start)
        for axis in dimensions.keys() & _LONG:
            self._axis(image, axis, dimensions[axis])

    @staticmethod
    def _axis(image: Image, axis: str, extent: tuple[int, int, int]) -> None:
        start, size, _ = extent
        if axis in EXTRA:
            found = image.extra.setdefault(axis, set())
            if len(found) < MAX_CHANNELS:
                found.add(start)
        elif size > 1:
            image.ends[axis] = max(image.ends.get(axis, 0), start + size)


_LONG = frozenset((*"ZCT", *EXTRA))
_WORD = 0xFFFFFFFF


def _united(
    box: tuple[int, int, int, int] | None, other: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    if box is None:
        return other
    return (
        min(box[0], other[0]),
        min(box[1], other[1]),
        max(box[2], other[2]),
        max(box[3], other[3]),
    )
