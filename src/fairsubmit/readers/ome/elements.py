"""The elements of OME-XML that records are made of, with attributes as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.readers.ome.links import Links

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "OmeAnnotation",
    "OmeChannel",
    "OmeDocument",
    "OmeImage",
    "OmePixels",
    "default_pixels",
]

Attributes = dict[str, str]


@dataclass(slots=True)
class OmeChannel:
    """A Channel, a LogicalChannel (until 2008-09) or a ChannelInfo (2003)."""

    element: str
    attributes: Attributes
    detector: str | None = None
    index: int | None = None


@dataclass(slots=True)
class OmePixels:
    """A Pixels element; `runs` are the numbers of its per-plane runs."""

    attributes: Attributes
    channels: list[OmeChannel] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)


@dataclass(slots=True)
class OmeImage:
    """An Image element with what it refers to.

    Attributes
    ----------
    holders
        IDs of the ROIs and datasets that it refers to.
    """

    attributes: Attributes
    dates: Attributes = field(default_factory=dict)
    pixels: list[OmePixels] = field(default_factory=list)
    logical_channels: list[OmeChannel] = field(default_factory=list)
    instrument: str | None = None
    objective: str | None = None
    annotations: list[str] = field(default_factory=list)
    holders: list[str] = field(default_factory=list)
    rois: int = 0


@dataclass(slots=True)
class OmeAnnotation:
    """A structured annotation; `members` are the IDs in a list annotation."""

    kind: str
    namespace: str | None
    id: str | None
    values: dict[str, str] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)


@dataclass(slots=True)
class OmeDocument:
    """What an OME-XML document says, by ID where others refer to it.

    Attributes
    ----------
    people
        The fields of experimenters that have a value.
    """

    found: bool = False
    attributes: Attributes = field(default_factory=dict)
    binary_only: Attributes | None = None
    images: list[OmeImage] = field(default_factory=list)
    microscopes: dict[str, Attributes] = field(default_factory=dict)
    objectives: dict[tuple[str, str], Attributes] = field(default_factory=dict)
    detectors: dict[tuple[str, str], Attributes] = field(default_factory=dict)
    annotations: dict[str, OmeAnnotation] = field(default_factory=dict)
    links: Links = field(default_factory=Links)
    people: list[str] = field(default_factory=list)

    def references(self, image: OmeImage) -> tuple[str, ...]:
        """Return the IDs of annotations of an image and of what it belongs to."""
        waiting = [*image.annotations]
        waiting += self.links.annotations.get(image.attributes.get("ID", ""), ())
        for holder in image.holders:
            waiting += self.links.referred.get(holder, ())
        found: dict[str, None] = {}
        for reference in waiting:  # grows: the members of a list follow it
            if reference not in found:
                found[reference] = None
                annotation = self.annotations.get(reference)
                waiting += annotation.members if annotation else ()
        return tuple(found)

    def instrument_of(
        self, image: OmeImage, detectors: Iterable[str | None]
    ) -> str | None:
        """Return the ID of the instrument that took an image.

        Where the image names none, it is the one that its objective and detectors
        belong to.
        """
        if image.instrument is not None:
            return image.instrument
        own = {*detectors} - {None}
        found = {i for i, part in self.objectives if part == image.objective}
        found |= {i for i, part in self.detectors if part in own}
        return found.pop() if len(found) == 1 else None


def default_pixels(image: OmeImage) -> OmePixels | None:
    """Return an image's pixels; until schema 2008-09 there could be several."""
    wanted = image.attributes.get("DefaultPixels")
    for pixels in image.pixels:
        if wanted is not None and pixels.attributes.get("ID") == wanted:
            return pixels
    return image.pixels[0] if image.pixels else None
