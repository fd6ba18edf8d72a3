"""OME-XML elements become image metadata records.

Values are those of the file; only the spelling of units is put right. What cannot be
meant (a size of 0, a wavelength of -1, ``pixel`` as a length) is left out, and a
problem says so. Defaults of units are those of the OME schema 2016-06.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageAnnotation,
    ImageMetadata,
    ImageSize,
    Instrument,
    Objective,
    PhysicalSize,
    PlatePosition,
    Quantity,
)
from fairsubmit.readers.ome import people
from fairsubmit.readers.ome.elements import default_pixels
from fairsubmit.readers.ome.sax import DATE_ELEMENTS
from fairsubmit.readers.units import length_unit, number, time_unit
from fairsubmit.readers.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fairsubmit.readers.ome.sax import (
        OmeChannel,
        OmeDocument,
        OmeImage,
    )

__all__ = ["PIXEL_TYPES", "Recorder"]

# OME schema 2016-06, simple type PixelType.
PIXEL_TYPES = frozenset(
    {"int8", "int16", "int32", "uint8", "uint16", "uint32", "float", "bit", "double"}
    | {"complex", "double-complex"}
)
_ORDERS = frozenset({"XYZCT", "XYZTC", "XYCTZ", "XYCZT", "XYTCZ", "XYTZC"})
_OVERVIEWS = re.compile(
    r"(?:^|[\W_])(?:macro|label|thumb(?:nail)?|overview|slide ?preview)(?:\.\w+)?$",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
# Wavelengths: 2009-09 and later, then LogicalChannel until 2008-09.
_EXCITATION = ("ExcitationWavelength", "ExWave")
_EMISSION = ("EmissionWavelength", "EmWave")


class Recorder(Values):
    """Builds the record of one image.

    Parameters
    ----------
    document
        The OME-XML document.
    image
        One of its images.
    series
        Its 0-based number.
    """

    def __init__(self, document: OmeDocument, image: OmeImage, series: int) -> None:
        super().__init__()
        self.document = document
        self.image = image
        self.place = f"Image:{series}"
        self.series = series
        self.pixels = default_pixels(image)
        self.provenance: dict[str, str] = {}

    def record(
        self, path: str, *, form: str, reader: str, files: Iterable[str]
    ) -> ImageMetadata:
        """Return the record.

        Parameters
        ----------
        path, files
            As the caller names the files.
        form
            Name of the format.
        reader
            Name of the reader.
        """
        attributes = self.pixels.attributes if self.pixels else {}
        named = people.problem(self.document.people)
        if named is not None and not self.series:
            self.problems.append(named)
        name = self._name()
        return ImageMetadata(
            path,
            self.series,
            name,
            form,
            reader,
            self._dimension_order(attributes),
            self._size(attributes),
            self._pixel_type(attributes),
            self._significant_bits(attributes),
            self._physical_size(attributes),
            self._time_increment(attributes),
            self._channels(attributes),
            self._instrument(),
            self._objective(),
            self._detector(),
            self._acquired_at(),
            self._software(),
            self._annotations(),
            self.image.rois,
            tuple(files),
            tuple(self.problems),
            self.provenance,
            self._plate(),
        )

    # -- the image -------------------------------------------------------------

    def _name(self) -> str | None:
        name = self.image.attributes.get("Name") or None
        if name is not None:
            self.provenance["name"] = f"{self.place}@Name"
            if people.home(name):
                message = "the image's name is a path that tells a user's name"
                self.problem("personal-data", message, f"{self.place}@Name")
            if self.series and _OVERVIEWS.search(name.strip()):
                message = (
                    f"image {self.series} is named {name!r}: an overview of the slide "
                    "or a thumbnail rather than an image of the dataset"
                )
                self.problem("overview-image", message, f"{self.place}@Name")
        return name

    def _acquired_at(self) -> str | None:
        for element in DATE_ELEMENTS:
            text = self.image.dates.get(element)
            if text is None:
                continue
            place = f"{self.place}/{element}"
            if _is_date(text):
                self.provenance["acquired_at"] = place
                return text.replace(" ", "T", 1)
            self.problem("date-ignored", f"{element} {text!r} is no date", place)
        return None

    def _software(self) -> str | None:
        creator = self.document.attributes.get("Creator") or None
        if creator:
            self.provenance["software"] = "OME@Creator"
        return creator

    def _annotations(self) -> tuple[ImageAnnotation, ...]:
        found = []
        for reference in self.document.references(self.image):
            annotation = self.document.annotations.get(reference)
            if annotation is None:
                message = f"refers to annotation {reference!r}, which is not there"
                self.problem("dangling-reference", message, self.place)
                continue
            found.append(
                ImageAnnotation(
                    annotation.kind,
                    annotation.namespace,
                    annotation.id,
                    annotation.values,
                )
            )
        return tuple(found)

    def _plate(self) -> PlatePosition | None:
        place = self.document.links.places.get(self.image.attributes.get("ID", ""))
        if place is not None:
            self.provenance["plate"] = "Plate/Well/WellSample"
        return place

    # -- pixels ----------------------------------------------------------------

    def _dimension_order(self, attributes: Mapping[str, str]) -> str | None:
        order = attributes.get("DimensionOrder", "").strip().upper()
        if order in _ORDERS:
            self.provenance["dimension_order"] = f"{self.place}/Pixels@DimensionOrder"
            return order
        if order:
            message = f"DimensionOrder {order!r} is none that OME knows; ignored"
            self.problem(
                "order-ignored", message, f"{self.place}/Pixels@DimensionOrder"
            )
        return None

    def _size(self, attributes: Mapping[str, str]) -> ImageSize:
        return ImageSize(*[self._extent(attributes, axis) for axis in "XYZCT"])

    def _extent(self, attributes: Mapping[str, str], axis: str) -> int | None:
        text = attributes.get(f"Size{axis}")
        if text is None:
            return None
        place = f"{self.place}/Pixels@Size{axis}"
        if text.isdecimal() and len(text) < 10 and (extent := int(text)):
            self.provenance[f"size.{axis.lower()}"] = place
            return extent
        value, _ = number(text)
        if value is None or value < 1 or value != int(value):
            message = f"Size{axis} {text!r} is no number of pixels; ignored"
            self.problem("size-ignored", message, place)
            return None
        self.provenance[f"size.{axis.lower()}"] = place
        return int(value)

    def _pixel_type(self, attributes: Mapping[str, str]) -> str | None:
        key = "Type" if "Type" in attributes else "PixelType"
        text = attributes.get(key, "").strip()
        if not text:
            return None
        name = text.lower()
        self.provenance["pixel_type"] = f"{self.place}/Pixels@{key}"
        if name in PIXEL_TYPES:
            return name
        message = f"pixel type {text!r} is none that OME knows"
        self.problem("pixel-type-unknown", message, f"{self.place}/Pixels@{key}")
        return text

    def _significant_bits(self, attributes: Mapping[str, str]) -> int | None:
        text = attributes.get("SignificantBits", "").strip()
        if not text.isdecimal() or not 0 < int(text) <= 128:
            return None
        self.provenance["significant_bits"] = f"{self.place}/Pixels@SignificantBits"
        return int(text)

    def _physical_size(self, attributes: Mapping[str, str]) -> PhysicalSize:
        return PhysicalSize(*[self._pixel_length(attributes, axis) for axis in "XYZ"])

    def _pixel_length(
        self, attributes: Mapping[str, str], axis: str
    ) -> Quantity | None:
        key, holder, place = f"PhysicalSize{axis}", attributes, f"{self.place}/Pixels"
        if key not in attributes:  # schema 2003: of the Image, in micrometres
            key, holder, place = f"PixelSize{axis}", self.image.attributes, self.place
        quantity = self.quantity(holder, key, place, (length_unit, "µm"))
        if quantity is not None:
            self.provenance[f"physical_size.{axis.lower()}"] = f"{place}@{key}"
        return quantity

    def _time_increment(self, attributes: Mapping[str, str]) -> Quantity | None:
        key, holder, place = "TimeIncrement", attributes, f"{self.place}/Pixels"
        if key not in attributes:
            holder, place = self.image.attributes, self.place
        text = holder.get(key, "")
        if number(text)[0] == 0:  # how programs write "not a time series"
            return None
        quantity = self.quantity(holder, key, place, (time_unit, "s"))
        if quantity is not None:
            self.provenance["time_increment"] = f"{place}@{key}"
        return quantity

    # -- channels --------------------------------------------------------------

    def _channels(self, attributes: Mapping[str, str]) -> tuple[Channel, ...]:
        found = self._ome_channels()
        channels = tuple([self._channel(each, n) for n, each in enumerate(found)])
        self._check_samples(channels, attributes)
        return channels

    def _ome_channels(self) -> list[OmeChannel]:
        if self.pixels is not None and self.pixels.channels:
            return self.pixels.channels
        return sorted(
            self.image.logical_channels,
            key=lambda channel: channel.index if channel.index is not None else 1 << 30,
        )

    def _channel(self, channel: OmeChannel, index: int) -> Channel:
        attributes = channel.attributes
        inner = "/Pixels" if channel.element == "Channel" else ""
        place = f"{self.place}{inner}/{channel.element}:{index}"
        samples = attributes.get("SamplesPerPixel", "").strip()
        # AcquisitionMode since 2009-09, Mode before.
        mode = attributes.get("AcquisitionMode") or attributes.get("Mode")
        if attributes.get("Name"):
            self.provenance[f"channels.{index}.name"] = f"{place}@Name"
        return Channel(
            index,
            attributes.get("Name") or None,
            attributes.get("Fluor") or None,
            self._wavelength(attributes, _EXCITATION, place),
            self._wavelength(attributes, _EMISSION, place),
            attributes.get("ContrastMethod") or None,
            mode or None,
            int(samples) if samples.isdecimal() and int(samples) else None,
        )

    def _wavelength(
        self, attributes: Mapping[str, str], keys: tuple[str, ...], place: str
    ) -> Quantity | None:
        for key in keys:
            if key in attributes:
                return self.quantity(attributes, key, place, (length_unit, "nm"))
        return None

    def _check_samples(
        self, channels: tuple[Channel, ...], attributes: Mapping[str, str]
    ) -> None:
        text = attributes.get("SizeC", "").strip()
        total = sum(channel.samples_per_pixel or 1 for channel in channels)
        if channels and text.isdecimal() and int(text) and int(text) != total:
            message = f"SizeC is {text}, but the channels described make up {total}"
            self.problem("channel-count", message, f"{self.place}/Pixels@SizeC")

    # -- the microscope, by reference ------------------------------------------

    def _instrument(self) -> Instrument:
        own = [channel.detector for channel in self._ome_channels()]
        reference = self.document.instrument_of(self.image, own)
        if reference is None:
            return Instrument()
        microscope = self.document.microscopes.get(reference)
        if microscope is None:
            return Instrument()
        self.provenance["instrument"] = f"Instrument[{reference}]/Microscope"
        return Instrument(
            microscope.get("Manufacturer") or None, microscope.get("Model") or None
        )

    def _objective(self) -> Objective:
        reference = self.image.objective
        if reference is None:
            return Objective()
        found = self._referred(self.document.objectives, reference, "objective")
        if found is None:
            return Objective()
        place = f"Objective[{reference}]"
        self.provenance["objective"] = place
        magnification = "NominalMagnification"
        if magnification not in found:
            magnification = "Magnification"
        return Objective(
            found.get("Manufacturer") or None,
            found.get("Model") or None,
            self.positive(found, magnification, place),
            self.positive(found, "LensNA", place),
            found.get("Immersion") or None,
        )

    def _detector(self) -> Detector:
        references = [c.detector for c in self._ome_channels() if c.detector]
        if not references:
            return Detector()
        found = self._referred(self.document.detectors, references[0], "detector")
        if found is None:
            return Detector()
        place = f"Detector[{references[0]}]"
        if len(set(references)) > 1:
            message = (
                f"the channels have {len(set(references))} detectors; the record has "
                f"the first channel's, {references[0]!r}"
            )
            self.problem("several-detectors", message, self.place)
        self.provenance["detector"] = place
        return Detector(found.get("Manufacturer") or None, found.get("Model") or None)

    def _referred(
        self,
        known: Mapping[tuple[str, str], dict[str, str]],
        reference: str,
        what: str,
    ) -> dict[str, str] | None:
        found = known.get((self.image.instrument or "", reference))
        if found is None:
            found = next((v for (_, i), v in known.items() if i == reference), None)
        if found is None:
            message = f"refers to {what} {reference!r}, which is not described"
            self.problem("dangling-reference", message, self.place)
        return found


def _is_date(text: str) -> bool:
    found = _DATE.match(text)
    if found is None:
        return False
    try:
        datetime.fromisoformat(found.group())
    except ValueError:
        return False
    return True
