"""The images that the sub-blocks of a CZI file make up, and how far each reaches.

A scene is an image; so is each view of it, and each acquisition block: OME has no axis
for these. The tiles of a mosaic lie on the canvas of the scene and unite to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fairsubmit.readers.czi.segments import PART, PIXEL_TYPE, POSITION, PYRAMID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fairsubmit.readers.czi.segments import Dimensions, Entry

__all__ = ["Collection", "Image"]

# A plate of 1,536 wells with 16 fields each has 24,576 scenes.
MAX_IMAGES = 1 << 15
MAX_PLANES = 1 << 19
MAX_CHANNELS = 1 << 10


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
    here
        Numbers of the files that were read.
    last
        Position of the last sub-block in the file of each number that holds some.
    full
        Whether some sub-blocks were left out because there were too many.
    """

    def __init__(self) -> None:
        self.images: dict[tuple[int, int, int], Image] = {}
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
        key: tuple[int, int, int] | None = None
        image: Image | None = None
        for numbers, dimensions, _ in entries:
            count += 1
            self._seen(numbers[PART] if numbers[PART] > 0 else own, numbers[POSITION])
            found = numbers[dimensions.s], numbers[dimensions.v], numbers[dimensions.b]
            if found != key:
                key, image = found, self._image(found, dimensions)
            if image is not None:
                self._place(image, numbers, dimensions)
        return count

    def in_order(self) -> list[Image]:
        """Return the images that have an extent, by scene, block and view."""
        keys = sorted(self.images, key=lambda key: (key[0], key[2], key[1]))
        images = [self.images[key] for key in keys]
        return [image for image in images if image.width and image.height]

    def _seen(self, part: int, position: int) -> None:
        """Note the last sub-block of a file."""
        if position > self.last.get(part, -1):
            self.last[part] = position

    def _image(self, key: tuple[int, int, int], dimensions: Dimensions) -> Image | None:
        image = self.images.get(key)
        if image is None:
            if len(self.images) >= MAX_IMAGES:
                self.full = True
                return None
            scene, view, block = key
            image = Image(scene if dimensions.scenes else None, view, block)
            self.images[key] = image
        return image

    def _place(
        self, image: Image, numbers: tuple[Any, ...], dimensions: Dimensions
    ) -> None:
        x, y = dimensions.x, dimensions.y
        if x < 0 or y < 0:
            return
        left, width, stored_width = numbers[x : x + 3]
        top, height, stored_height = numbers[y : y + 3]
        if width <= 0 or height <= 0:
            return
        box = (left, top, left + width, top + height)
        if stored_width in {0, width} and stored_height in {0, height}:
            if box != image.box:
                image.box = _united(image.box, box)
        else:
            image.outline = _united(image.outline, box)
            if numbers[PYRAMID]:
                return
        # Images of localisation microscopy stand at another scale than their file
        # says, and are in no pyramid: they are planes all the same.
        self._plane(image, numbers, dimensions)

    def _plane(
        self, image: Image, numbers: tuple[Any, ...], dimensions: Dimensions
    ) -> None:
        z, c, t = dimensions.z, dimensions.c, dimensions.t
        plane = numbers[z], numbers[c], numbers[t]
        number = (plane[0] & _BITS) << 42 | (plane[1] & _BITS) << 21 | plane[2] & _BITS
        if number not in image.planes and not self._new(image, number, plane):
            return
        if (
            image.pixel_types.setdefault(plane[1], numbers[PIXEL_TYPE])
            != numbers[PIXEL_TYPE]
        ):
            image.several_types.add(plane[1])
        if numbers[z + 1] > 1 or numbers[c + 1] > 1 or numbers[t + 1] > 1:
            for axis, place in (("Z", z), ("C", c), ("T", t)):
                start, size = numbers[place : place + 2]
                image.ends[axis] = max(image.ends.get(axis, start), start + size)
        for axis, place in dimensions.extra:
            found = image.extra.setdefault(axis, set())
            if len(found) < MAX_CHANNELS:
                found.add(numbers[place])

    def _new(self, image: Image, number: int, plane: tuple[int, int, int]) -> bool:
        """Note a plane; return whether there was room for it."""
        many = plane[1] not in image.pixel_types and (
            len(image.pixel_types) >= MAX_CHANNELS
        )
        if many or self.planes >= MAX_PLANES:
            self.full = True
            return False
        self.planes += 1
        image.planes.add(number)
        for axis, start in zip("ZCT", plane, strict=True):
            image.starts[axis].add(start)
        return True


# Of a start, so many bits are kept to tell planes apart.
_BITS = (1 << 21) - 1


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
