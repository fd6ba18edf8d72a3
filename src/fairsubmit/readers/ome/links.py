"""What OME-XML ties to an image from elsewhere: its place on a plate, annotations.

A well, its plate, a dataset or a region of interest refers to annotations, and to
images or is referred to by them: what is said of a well is said of its images.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fairsubmit.metadata.image import PlatePosition

__all__ = ["HOLDERS", "Links"]

# Elements that annotations and images meet in. Shapes are parts of their ROI.
HOLDERS = frozenset({"Dataset", "Plate", "Well", "WellSample", "ROI"})
_PLATE, _WELL = "Plate", "Well"


@dataclass(slots=True)
class _Holder:
    """An open element."""

    element: str
    attributes: dict[str, str]
    annotations: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    samples: int = 0


@dataclass(slots=True)
class Links:
    """Collects what belongs to which image.

    Attributes
    ----------
    annotations
        IDs of annotations, by the ID of the image.
    places
        Places on plates, by the ID of the image.
    referred
        IDs of annotations, by the ID of a region of interest or a dataset that the
        image itself refers to.
    """

    annotations: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, PlatePosition] = field(default_factory=dict)
    referred: dict[str, list[str]] = field(default_factory=dict)
    _open: list[_Holder] = field(default_factory=list)

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """Take the start of one of `HOLDERS`."""
        self._open.append(_Holder(element, attributes))

    def annotation(self, reference: str) -> None:
        """Take a reference to an annotation."""
        if self._open:
            self._open[-1].annotations.append(reference)

    def image(self, reference: str) -> None:
        """Take a reference to an image."""
        if not self._open:
            return
        self._open[-1].images.append(reference)
        by_name = {holder.element: holder for holder in self._open}
        if _PLATE not in by_name or _WELL not in by_name:
            return
        well = by_name[_WELL]
        place = PlatePosition(
            by_name[_PLATE].attributes.get("Name") or None,
            _count(well.attributes.get("Row")),
            _count(well.attributes.get("Column")),
            well.samples,
        )
        self.places.setdefault(reference, place)

    def end(self, element: str) -> None:
        """Take the end of one of `HOLDERS`."""
        if not self._open or self._open[-1].element != element:
            return
        holder = self._open.pop()
        if holder.annotations and "ID" in holder.attributes:
            self.referred[holder.attributes["ID"]] = holder.annotations
        if holder.annotations:
            for image in holder.images:
                self.annotations.setdefault(image, []).extend(holder.annotations)
        if self._open:
            self._open[-1].images += holder.images
            self._open[-1].samples += element == "WellSample"


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdecimal() else None
