"""Leica SCN whole slides: BigTIFF with XML in the description of its first page.

A ``collection`` holds ``image`` elements; each lists in ``pixels/dimension`` which
directory (`ifd`) holds which resolution (`r`), focal plane (`z`) and channel (`c`), and
in ``view`` how many nm of the slide it shows. The image that shows the whole collection
is the overview. The numerical aperture in the XML is that of the illumination.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Channel, ImageSize, Instrument, Objective
from fairsubmit.readers.about import About
from fairsubmit.readers.gathered import exact, in_metres
from fairsubmit.readers.tiff.dates import iso_date
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader
from fairsubmit.readers.tiff.markup import MarkupElement, named, parsed, value_of
from fairsubmit.readers.tiff.structure import DESCRIPTION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["LeicaScn"]

NAMESPACE = b"leica-microsystems.com/scn/"
MAX_IMAGES = 256
MAX_DIMENSIONS = 4096
CONTRAST = {"brightfield": "Brightfield", "fluorescence": "Fluorescence"}


class LeicaScn(DialectReader):
    """Whole-slide images of Leica SCN400 scanners."""

    name = "leica_scn"
    suffixes: Sequence[str] = (".scn",)
    about = About(
        "Leica SCN",
        (".scn",),
        "pixel size, objective, channels, focal planes, date, scanner; each region",
        "files written from the specification",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether the description is Leica's XML."""
        return NAMESPACE in (tiff.text(DESCRIPTION, 1 << 10) or b"")

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return one record per scanned region."""
        whole = _Image(tiff, path, 0)
        root = parsed(whole.text())
        collection = None if root is None else named(root, "collection")
        regions = [] if collection is None else _regions(collection)
        images = [region for region in regions if not region.overview]
        if len(images) < len(regions):
            whole.slide_label("tag 270 collection/image")
        if not images:
            images = regions
        if not images:
            message = "tag 270 is no XML of Leica's that names an image"
            whole.problem("metadata-unreadable", message, "tag 270")
            return [whole.record(self)]
        found = []
        for series, region in enumerate(images):
            image = whole if series == 0 else _Image(tiff, path, series)
            image.read(region)
            found.append(image.record(self))
        return found


class _Region(NamedTuple):
    """An image of the collection.

    Attributes
    ----------
    element
        Its XML.
    dimensions
        `r`, `z`, `c` and `ifd` of each of its planes.
    overview
        Whether it shows the whole slide.
    number
        Among the images of the collection.
    """

    element: MarkupElement
    dimensions: list[tuple[int, int, int, int]]
    overview: bool
    number: int


def _regions(collection: MarkupElement) -> list[_Region]:
    extent = [collection.get(key) for key in ("sizeX", "sizeY")]
    found = []
    for number, image in enumerate(collection.iter("{*}image")):
        if number >= MAX_IMAGES:
            break
        view = named(image, "view")
        seen = [None if view is None else view.get(k) for k in ("sizeX", "sizeY")]
        dimensions = [
            (_int(d, "r"), _int(d, "z"), _int(d, "c"), _int(d, "ifd"))
            for d, _ in zip(
                image.iter("{*}dimension"), range(MAX_DIMENSIONS), strict=False
            )
        ]
        whole = extent == seen and extent[0] is not None
        found.append(_Region(image, dimensions, whole, number))
    return found


def _int(element: MarkupElement, key: str) -> int:
    text: Any = element.get(key, "0")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


class _Image(Dialect):
    def read(self, region: _Region) -> None:
        self.place = f"image:{region.number}"
        element = region.element
        planes = [d for d in region.dimensions if d[0] == 0]
        self._page(planes)
        channels = 1 + max((c for _, _, c, _ in planes), default=0)
        depth = 1 + max((z for _, z, _, _ in planes), default=0)
        self._sizes(element, depth, channels)
        self._channels(element, channels)
        objective = exact(value_of(element, "objective") or "")
        if objective is not None and objective > 0:
            place = f"{self.place}/scanSettings/objectiveSettings/objective"
            value = Objective(magnification=float(objective))
            self.found("objective", value, place)
        self.found("name", element.get("name") or None, f"{self.place}@name")
        created = value_of(element, "creationDate")
        if created is not None and iso_date(created[:10]) == created[:10]:
            self.found("acquired_at", created, f"{self.place}/creationDate")
        device = named(element, "device")
        model = "" if device is None else device.get("model", "").partition(";")[0]
        if model:
            place = f"{self.place}/device@model"
            self.found("instrument", Instrument("Leica", model.strip()), place)

    def _page(self, planes: Sequence[tuple[int, int, int, int]]) -> None:
        """Find the page of the first plane at full resolution, and miss others."""
        count = len(self.tiff.offsets)
        ifds = [ifd for *_, ifd in planes]
        missing = sorted({ifd for ifd in ifds if ifd >= count})
        if missing:
            message = (
                f"the XML names directory {missing[0]}, but the file has only {count}"
            )
            self.problem("planes-missing", message, self.place, error=True)
        first = min((ifd for ifd in ifds if ifd < count), default=0)
        try:
            self.page = self.tiff.page_at(first)
        except DamagedFileError as error:
            self.problem("planes-missing", str(error), self.place, error=True)
        for axis, tag in (("x", "ImageWidth"), ("y", "ImageLength")):
            self.provenance[f"size.{axis}"] = f"IFD:{first}/{tag}"

    def _sizes(self, element: MarkupElement, depth: int, channels: int) -> None:
        page = self.page
        size = ImageSize(page.width, page.height, depth, channels * page.samples, 1)
        self.found("size", size, f"{self.place}/pixels")
        view, pixels = named(element, "view"), named(element, "pixels")
        if view is None or pixels is None:
            return
        place = f"{self.place}/view"
        for axis, key in (("x", "sizeX"), ("y", "sizeY")):
            extent, count = exact(view.get(key, "")), exact(pixels.get(key, ""))
            if extent and count and count > 0:
                length = in_metres((extent / count).scaleb(-9))
                self.length(axis, length, f"{place}@{key}")
        spacing = exact(view.get("spacingZ", "")) or Decimal(0)
        if depth > 1:
            self.length("z", in_metres(spacing.scaleb(-9)), f"{place}@spacingZ")

    def _channels(self, element: MarkupElement, count: int) -> None:
        source = (value_of(element, "illuminationSource") or "").lower()
        names = {_int(c, "index"): c.get("name") for c in element.iter("{*}channel")}
        channels = tuple(
            Channel(
                index,
                names.get(index) or None,
                contrast_method=CONTRAST.get(source),
                samples_per_pixel=self.page.samples,
            )
            for index in range(min(count, MAX_DIMENSIONS))
        )
        self.found("channels", channels, f"{self.place}/scanSettings")
