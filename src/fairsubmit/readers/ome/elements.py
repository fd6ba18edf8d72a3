"""The elements of OME-XML that records are made of, with attributes as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from fairsubmit.readers.ome.links import Links

__all__ = ["OmeAnnotation", "OmeChannel", "OmeDocument", "OmeImage", "OmePixels"]

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
    """What an OME-XML document says, by ID where others refer to it."""

    found: bool = False
    attributes: Attributes = field(default_factory=dict)
    binary_only: Attributes | None = None
    images: list[OmeImage] = field(default_factory=list)
    microscopes: dict[str, Attributes] = field(default_factory=dict)
    objectives: dict[tuple[str, str], Attributes] = field(default_factory=dict)
    detectors: dict[tuple[str, str], Attributes] = field(default_factory=dict)
    annotations: dict[str, OmeAnnotation] = field(default_factory=dict)
    links: Links = field(default_factory=Links)

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
