"""OME-XML built from image metadata records."""

from __future__ import annotations

import posixpath
import re
from itertools import count
from typing import TYPE_CHECKING, Any

from lxml import etree

from fairsubmit.errors import ReadError
from fairsubmit.readers.ome.conform import Notes, conform
from fairsubmit.readers.ome.document import Document, written
from fairsubmit.readers.ome.schema import NAMESPACE
from fairsubmit.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.etree import _Element

    from fairsubmit.metadata.image import (
        Channel,
        ImageAnnotation,
        ImageMetadata,
        Quantity,
    )

__all__ = ["built"]

# Says which program and which files; there is no other place for either.
SOURCE = "urn:fairsubmit:source"
MAX_FILES = 100
_ORDER = "CZT"
_VALUES = frozenset(
    f"{kind}Annotation"
    for kind in ("Boolean", "Comment", "Double", "Long", "Tag", "Term", "Timestamp")
)
# What XML 1.0 cannot hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def built(records: Sequence[ImageMetadata], notes: Iterable[str] = ()) -> Document:
    """Return a document of images that have sizes and a pixel type of OME's.

    Parameters
    ----------
    records
        Of one image file or folder.
    notes
        What was left out before.

    Raises
    ------
    ReadError
        If the schema refuses it all the same.
    """
    taken = Notes()
    taken.add(notes)
    root = _Builder(records, taken).root
    errors = conform(root, taken)
    if errors:
        message = f"{records[0].path} has no OME-XML: {errors[0]}"
        raise ReadError(message, hint="report this with the file, please")
    etree.indent(root)
    return Document(written(root), taken.texts())


def _add(parent: _Element, name: str, **attributes: object) -> _Element:
    """Add an element with those of the attributes that have a value."""
    given = {
        key: _text(value) for key, value in attributes.items() if value is not None
    }
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", given)


def _text(value: object) -> str:
    return _ILLEGAL.sub(
        "\ufffd", repr(value) if isinstance(value, float) else str(value)
    )


def _quantity(name: str, value: Quantity | None) -> dict[str, object]:
    """Return the attributes of a number and its unit."""
    if value is None or value.unit is None:
        return {}
    return {name: value.value, f"{name}Unit": value.unit}


class _Builder:
    """Builds one document, part by part in the order of the schema."""

    def __init__(self, records: Sequence[ImageMetadata], notes: Notes) -> None:
        self.note = notes
        nsmap: Any = {None: NAMESPACE}
        self.root = etree.Element(
            f"{{{NAMESPACE}}}OME", {"Creator": f"fairsubmit {VERSION}"}, nsmap
        )
        self._annotations: dict[str, str] = {}
        self._store = self.root.makeelement(f"{{{NAMESPACE}}}StructuredAnnotations")
        self._plates(records)
        instruments = self._instruments(records)
        for index, record in enumerate(records):
            self._image(index, record, instruments[index])
        if len(self._store):
            self.root.append(self._store)

    # -- plates ---------------------------------------------------------------------

    def _plates(self, records: Sequence[ImageMetadata]) -> None:
        plates: dict[str | None, dict[tuple[int, int], list[int]]] = {}
        for index, record in enumerate(records):
            place = record.plate
            if place is None:
                continue
            if place.row is None or place.column is None:
                self.note("a place on a plate without row and column is left out")
                continue
            wells = plates.setdefault(place.plate, {})
            wells.setdefault((place.row, place.column), []).append(index)
        samples = count()
        for number, (name, wells) in enumerate(plates.items()):
            plate = _add(self.root, "Plate", ID=f"Plate:{number}", Name=name)
            for (row, column), images in sorted(wells.items()):
                identity = f"{number}:{row}:{column}"
                well = _add(
                    plate, "Well", ID=f"Well:{identity}", Row=row, Column=column
                )
                images.sort(key=lambda i: (records[i].plate.field or 0, i))  # type: ignore[union-attr]
                for image in images:
                    at = next(samples)
                    sample = _add(well, "WellSample", ID=f"WellSample:{at}", Index=at)
                    _add(sample, "ImageRef", ID=f"Image:{image}")

    # -- instruments ------------------------------------------------------------------

    def _instruments(self, records: Sequence[ImageMetadata]) -> list[int | None]:
        """Describe each combination once; return its number for each record."""
        numbers: dict[object, int] = {}
        found: list[int | None] = []
        for record in records:
            parts = (record.instrument, record.objective, record.detector)
            if not any(_known(part) for part in parts):
                found.append(None)
                continue
            if parts not in numbers:
                numbers[parts] = len(numbers)
                self._instrument(numbers[parts], record)
            found.append(numbers[parts])
        return found

    def _instrument(self, number: int, record: ImageMetadata) -> None:
        stand, detector, lens = record.instrument, record.detector, record.objective
        whole = _add(self.root, "Instrument", ID=f"Instrument:{number}")
        if _known(stand):
            _add(
                whole, "Microscope", Manufacturer=stand.manufacturer, Model=stand.model
            )
        if _known(detector):
            _add(
                whole,
                "Detector",
                ID=f"Detector:{number}",
                Manufacturer=detector.manufacturer,
                Model=detector.model,
            )
        if _known(lens):
            _add(
                whole,
                "Objective",
                ID=f"Objective:{number}",
                Manufacturer=lens.manufacturer,
                Model=lens.model,
                NominalMagnification=lens.magnification,
                LensNA=lens.numerical_aperture,
                Immersion=lens.immersion,
            )

    # -- images -----------------------------------------------------------------------

    def _image(self, index: int, record: ImageMetadata, instrument: int | None) -> None:
        image = _add(self.root, "Image", ID=f"Image:{index}", Name=record.name)
        if record.acquired_at is not None:
            _add(image, "AcquisitionDate").text = _text(record.acquired_at)
        if instrument is not None:
            _add(image, "InstrumentRef", ID=f"Instrument:{instrument}")
            if _known(record.objective):
                _add(image, "ObjectiveSettings", ID=f"Objective:{instrument}")
        self._pixels(image, index, record, instrument)
        self._annotate(image, index, record)
        if record.rois:
            self.note(f"regions of interest are left out: {record.rois} are counted")

    def _pixels(
        self, image: _Element, index: int, record: ImageMetadata, instrument: int | None
    ) -> None:
        size, length = record.size, record.physical_size
        pixels = _add(
            image,
            "Pixels",
            ID=f"Pixels:{index}",
            DimensionOrder=_order(record.dimension_order),
            Type=record.pixel_type,
            SignificantBits=record.significant_bits,
            SizeX=size.x,
            SizeY=size.y,
            SizeZ=size.z,
            SizeC=size.c,
            SizeT=size.t,
            **_quantity("PhysicalSizeX", length.x),
            **_quantity("PhysicalSizeY", length.y),
            **_quantity("PhysicalSizeZ", length.z),
            **_quantity("TimeIncrement", record.time_increment),
        )
        # Which detector took which channel is known where there is one alone.
        several = any(p.code == "several-detectors" for p in record.problems)
        detector = instrument if _known(record.detector) and not several else None
        for channel in record.channels:
            _channel(pixels, index, channel, detector)
        _add(pixels, "MetadataOnly")

    # -- annotations -----------------------------------------------------------------

    def _annotate(self, image: _Element, index: int, record: ImageMetadata) -> None:
        for annotation in record.annotations:
            identity = self._annotation(annotation)
            if identity is not None:
                _add(image, "AnnotationRef", ID=identity)
        entries = [("format", record.format or ""), ("software", record.software or "")]
        folder = posixpath.dirname(record.path)  # a path may tell a user's name
        entries += [
            ("file", posixpath.relpath(name, folder or "."))
            for name in record.files[:MAX_FILES]
        ]
        if len(record.files) > MAX_FILES:
            entries.append(("files", str(len(record.files))))
        identity = f"Annotation:source-{index}"
        found = _add(self._store, "MapAnnotation", ID=identity, Namespace=SOURCE)
        _map(found, ((key, value) for key, value in entries if value))
        _add(image, "AnnotationRef", ID=identity)

    def _annotation(self, annotation: ImageAnnotation) -> str | None:
        kind, values = annotation.kind, annotation.values
        if kind not in _VALUES and kind != "MapAnnotation":
            self.note(f"{kind} is left out: the record does not hold all of it")
            return None
        key = (
            f"{annotation.id}\0{kind}\0{annotation.namespace}\0{sorted(values.items())}"
        )
        if key in self._annotations:
            return self._annotations[key]
        identity = f"Annotation:{len(self._annotations)}"
        found = _add(self._store, kind, ID=identity, Namespace=annotation.namespace)
        if kind == "MapAnnotation":
            _map(found, values.items())
        else:
            _add(found, "Value").text = _text(values.get("value", ""))
        self._annotations[key] = identity
        return identity


def _map(annotation: _Element, entries: Iterable[tuple[str, str]]) -> None:
    value = _add(annotation, "Value")
    for key, text in entries:
        _add(value, "M", K=key).text = _text(text)


def _channel(
    pixels: _Element, image: int, channel: Channel, detector: int | None
) -> None:
    found = _add(
        pixels,
        "Channel",
        ID=f"Channel:{image}:{channel.index}",
        Name=channel.name,
        SamplesPerPixel=channel.samples_per_pixel,
        AcquisitionMode=channel.acquisition_mode,
        ContrastMethod=channel.contrast_method,
        Fluor=channel.fluorophore,
        **_quantity("ExcitationWavelength", channel.excitation_wavelength),
        **_quantity("EmissionWavelength", channel.emission_wavelength),
    )
    if detector is not None:
        _add(found, "DetectorSettings", ID=f"Detector:{detector}")


def _known(part: object) -> bool:
    """Whether anything is known of a part of the microscope."""
    names = type(part).__dataclass_fields__  # type: ignore[attr-defined]
    return any(getattr(part, name) is not None for name in names)


def _order(found: str | None) -> str:
    """Return an order that OME has; axes that are not named stand last."""
    named = [axis for axis in found or "" if axis in _ORDER]
    return "XY" + "".join(dict.fromkeys((*named, *_ORDER)))
