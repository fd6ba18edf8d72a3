"""Opera FLEX: the TIFF of PerkinElmer's and Evotec's Opera plate readers.

Tag 65200 of the first page holds XML: the plate, the well, and for each page an
``Array`` with its name, ``<field>_<channel>`` or ``…:<channel>``, and an ``Image`` with
its pixel size in metres, objective, camera and light sources.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageSize,
    Objective,
    PlatePosition,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.gathered import exact
from fairsubmit.readers.tiff.dates import iso_date
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader
from fairsubmit.readers.tiff.markup import MarkupElement, named, parsed, value_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["Flex"]

FLEX = 65200
MAX_FIELDS = 1024
MAX_CHANNELS = 64
MAX_PLANES = 1 << 16
# Objectives, cameras and light sources of an instrument.
MAX_PARTS = 256
IMMERSION = {"1.00": "Air", "1.0": "Air", "1": "Air", "1.33": "Water"}


class Flex(DialectReader):
    """Wells of Opera plates."""

    name = "flex"
    suffixes: Sequence[str] = (".flex",)
    about = About(
        "Opera FLEX",
        (".flex",),
        "plate, well, field, pixel size, channels, wavelengths, objective, date",
        "files written from the specification",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether the first page has Opera's XML."""
        entry = tiff.tags.get(FLEX)
        if entry is None:
            return False
        return b"<FLEX" in tiff.raw(entry, 1 << 10) or b"<Root" in tiff.raw(
            entry, 1 << 10
        )

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return one record per field of the well."""
        first = _Field(tiff, path, 0)
        root = parsed(first.text(FLEX))
        if root is None:
            message = "tag 65200 is no XML that can be read"
            first.problem("metadata-unreadable", message, "tag 65200")
            return [first.record(self)]
        well = _Well(root)
        pages = len(tiff.offsets)
        if well.planes and well.planes != pages:
            message = f"the XML lists {well.planes} planes, but the file has {pages}"
            error = well.planes > pages
            first.problem("planes-missing", message, "tag 65200 Arrays", error=error)
        first.person(well.operator, "tag 65200 OperatorName")
        found = []
        for series in range(well.fields):
            field = first if series == 0 else _Field(tiff, path, series)
            field.read(well)
            found.append(field.record(self))
        return found


class _Well:
    """What the XML says about a well.

    Attributes
    ----------
    planes
        Number of planes that the XML lists.
    fields
        Number of fields in this file.
    numbers
        0-based number of each field in its well, if it is told.
    channels
        Their names.
    depth
        Planes along z.
    """

    def __init__(self, root: MarkupElement) -> None:
        arrays = islice(root.iter("{*}Array"), MAX_PLANES)
        names = [array.get("Name", "") for array in arrays]
        self.planes = len(names)
        self.numbers = _fields(names)
        self.fields = len(self.numbers) or 1
        called = dict.fromkeys(n.replace(":", "_").rpartition("_")[2] for n in names)
        self.channels = list(called)[:MAX_CHANNELS]
        heights = {p.get("No") for p in islice(root.iter("{*}Plane"), MAX_PLANES)}
        depth = len(heights - {None})
        rest = self.planes // self.fields // max(len(self.channels), 1)
        self.depth = depth if depth and rest % depth == 0 else 1
        self.images = list(islice(root.iter("{*}Image"), MAX_PLANES))
        self.objectives = _by_id(root, "Objective")
        self.cameras = _by_id(root, "Camera")
        self.lights = _by_id(root, "LightSource")
        self.combinations = _by_id(root, "LightSourceCombination")
        self.operator = value_of(root, "OperatorName")
        self.plate = value_of(root, "PlateName") or value_of(root, "Barcode")
        place = named(root, "WellCoordinate")
        self.row, self.column = (
            None if place is None else _from_one(place.get(k)) for k in ("Row", "Col")
        )


def _fields(names: Sequence[str]) -> list[int]:
    """Return the 0-based numbers of the fields; none if the arrays do not tell."""
    written = dict.fromkeys(name.partition("_")[0] for name in names if "_" in name)
    numbers = [_from_one(text) for text in list(written)[: MAX_FIELDS + 1]]
    found = [number for number in numbers if number is not None]
    even = written and len(names) % len(written) == 0
    return found if even and len(found) == len(written) <= MAX_FIELDS else []


def _by_id(root: MarkupElement, name: str) -> dict[str, MarkupElement]:
    found: dict[str, MarkupElement] = {}
    for element in islice(root.iter(f"{{*}}{name}"), MAX_PARTS):
        if element.get("ID") is not None:
            found.setdefault(element.get("ID"), element)
    return found


class _Field(Dialect):
    def read(self, well: _Well) -> None:
        each = well.planes // well.fields
        start = self.series * each
        whole = len(well.images) == well.planes
        own = well.images[start : start + each] if whole else well.images[:1]
        image = own[0] if own else None
        self._arranged(well, each)
        for axis, key in (("x", "ImageResolutionX"), ("y", "ImageResolutionY")):
            place = f"tag 65200 Image/{key}"
            self.length(axis, self.metres(value_of(image, key), place), place)
        date = value_of(image, "DateTime") or ""
        if iso_date(date[:10]) == date[:10]:
            self.found("acquired_at", date.replace(" ", "T", 1), "Image/DateTime")
        self._channels(well, own)
        self._objective(_referred(well.objectives, image, "ObjectiveRef"))
        camera = _referred(well.cameras, image, "CameraRef")
        if camera is not None and camera.get("CameraType"):
            detector = Detector(model=camera.get("CameraType"))
            self.found("detector", detector, "Camera@CameraType")
        if well.plate is not None or well.row is not None:
            number = well.numbers[self.series] if well.numbers else None
            plate = PlatePosition(well.plate, well.row, well.column, number)
            self.found("plate", plate, "tag 65200 WellCoordinate")

    def _arranged(self, well: _Well, each: int) -> None:
        page, channels = self.page, max(len(well.channels), 1)
        times, left = divmod(each, channels * well.depth)
        size = ImageSize(page.width, page.height)
        if times and not left:
            rest = (well.depth, channels * page.samples, times)
            size = ImageSize(page.width, page.height, *rest)
        self.found("size", size, "tag 65200 Arrays")

    def _channels(self, well: _Well, images: Sequence[MarkupElement]) -> None:
        channels = tuple(
            Channel(
                index,
                name or None,
                excitation_wavelength=_excitation(well, images[index : index + 1]),
                samples_per_pixel=self.page.samples,
            )
            for index, name in enumerate(well.channels)
        )
        if channels:
            self.found("channels", channels, "tag 65200 Arrays/Array@Name")

    def _objective(self, element: MarkupElement | None) -> None:
        if element is None:
            return
        written = [value_of(element, k) for k in ("Magnification", "NumAperture")]
        numbers = [exact(text or "") for text in written]
        lens, aperture = (
            float(n) if n is not None and n > 0 else None for n in numbers
        )
        immersion = IMMERSION.get(value_of(element, "Immersion") or "")
        objective = Objective(None, element.get("ID"), lens, aperture, immersion)
        self.found("objective", objective, "tag 65200 Objective")


def _from_one(text: str | None) -> int | None:
    """Return a 1-based number as 0-based."""
    known = text is not None and text.isdecimal() and len(text) < 5 and int(text) > 0
    return int(text) - 1 if text is not None and known else None


def _referred(
    known: dict[str, MarkupElement], image: MarkupElement | None, reference: str
) -> MarkupElement | None:
    """Return the element that an image refers to by its ID; the only one, else."""
    wanted = value_of(image, reference)
    if wanted is None:
        return next(iter(known.values())) if len(known) == 1 else None
    return known.get(wanted)


def _excitation(well: _Well, images: Sequence[MarkupElement]) -> Quantity | None:
    """Return the wavelength of an image's light, if one source alone was used."""
    wanted = value_of(images[0], "LightSourceCombinationRef") if images else None
    combination = well.combinations.get(wanted or "")
    if combination is None:
        return None
    used = {ref.get("ID") for ref in combination.iter("{*}LightSourceRef")}
    waves = {
        exact(value_of(well.lights[light], "Wavelength") or "")
        for light in used
        if light in well.lights
    }
    (wave,) = waves if len(waves) == 1 else (None,)
    return Quantity(float(wave), "nm") if wave is not None and wave > 0 else None
