"""OME-XML of any schema from 2003 to 2016 (and unknown ones) as plain records.

Elements are known by their local names alone, so that namespaces and prefixes do not
matter. Nothing is validated: attributes stay text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from fairsubmit.readers.ome.cut import MARK
from fairsubmit.readers.ome.elements import (
    Attributes,
    OmeAnnotation,
    OmeChannel,
    OmeDocument,
    OmeImage,
    OmePixels,
)
from fairsubmit.readers.ome.links import HOLDERS
from fairsubmit.readers.ome.opaque import Opaque
from fairsubmit.readers.ome.people import FIELDS, named

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Builder",
    "OmeAnnotation",
    "OmeChannel",
    "OmeDocument",
    "OmeImage",
    "OmePixels",
]

# Objective's attributes were child elements until schema 2008-09.
_OBJECTIVE_CHILDREN = frozenset(
    {
        "Correction",
        "Immersion",
        "LensNA",
        "NominalMagnification",
        "CalibratedMagnification",
        "Magnification",
    }
)
# AcquisitionDate since 2012-06, AcquiredDate since 2009-09, CreationDate before.
DATE_ELEMENTS = ("AcquisitionDate", "AcquiredDate", "CreationDate")


class Builder:
    """Takes the events of any SAX parser and fills `document`."""

    def __init__(self) -> None:
        self.document = OmeDocument()
        self._image: OmeImage | None = None
        self._pixels: OmePixels | None = None
        self._channel: OmeChannel | None = None
        self._instrument = ""
        self._objective: Attributes | None = None
        self._annotation: OmeAnnotation | None = None
        self._annotations = False
        self._key: str | None = None
        self._text: list[str] | None = None
        self._opaque: Opaque | None = None

    # -- events ----------------------------------------------------------------

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element.

        Parameters
        ----------
        name
            May have a prefix or ``{uri}``.
        attributes
            Kept, and added to.
        """
        if self._opaque is not None:
            self._opaque.start(name, attributes)
            return
        handler = self._STARTS.get(name)
        if handler is None and (":" in name or "}" in name):
            name = _local(name)
            handler = self._STARTS.get(name)
        if handler is not None:
            handler(self, name, attributes)
        elif self._annotations and name.endswith("Annotation"):
            self._start_annotation(name, attributes)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if self._opaque is not None and self._opaque.end(name):
            return
        handler = self._ENDS.get(name)
        if handler is None and (":" in name or "}" in name):
            name = _local(name)
            handler = self._ENDS.get(name)
        if handler is not None:
            text, self._text = self._text, None
            handler(self, name, "".join(text).strip() if text else "")
        elif self._annotation is not None and name == self._annotation.kind:
            self._annotation = None

    def data(self, text: str) -> None:
        """Take character data."""
        if self._opaque is not None:
            self._opaque.data(text)
        elif self._text is not None:
            self._text.append(text)

    def close(self) -> OmeDocument:
        """Return the document (the name that lxml calls)."""
        return self.document

    # -- the document and its instruments --------------------------------------

    def _start_ome(self, _: str, attributes: Attributes) -> None:
        if not self.document.found:
            self.document.found = True
            self.document.attributes = attributes

    def _start_binary_only(self, _: str, attributes: Attributes) -> None:
        if self.document.found and self._image is None:
            self.document.binary_only = attributes

    def _start_instrument(self, _: str, attributes: Attributes) -> None:
        self._instrument = attributes.get("ID", "")

    def _end_instrument(self, *_: str) -> None:
        self._instrument = ""

    def _start_microscope(self, _: str, attributes: Attributes) -> None:
        self.document.microscopes.setdefault(self._instrument, attributes)

    def _start_objective(self, _: str, attributes: Attributes) -> None:
        self._objective = attributes
        key = (self._instrument, attributes.get("ID", ""))
        self.document.objectives.setdefault(key, attributes)

    def _end_objective(self, *_: str) -> None:
        self._objective = None

    def _start_objective_text(self, *_: object) -> None:
        if self._objective is not None:
            self._text = []

    def _end_objective_text(self, name: str, text: str) -> None:
        if self._objective is not None and text:
            self._objective.setdefault(name, text)

    def _start_detector(self, _: str, attributes: Attributes) -> None:
        key = (self._instrument, attributes.get("ID", ""))
        self.document.detectors.setdefault(key, attributes)

    def _start_experimenter(self, _: str, attributes: Attributes) -> None:
        self.document.people += [f"Experimenter@{key}" for key in named(attributes)]

    def _start_person_text(self, *_: object) -> None:
        self._text = []

    def _end_person_text(self, name: str, text: str) -> None:
        if text:
            self.document.people.append(f"Experimenter/{name}")

    # -- images ----------------------------------------------------------------

    def _start_image(self, _: str, attributes: Attributes) -> None:
        self._image = OmeImage(attributes)
        self.document.images.append(self._image)

    def _end_image(self, *_: str) -> None:
        self._image = self._pixels = self._channel = None

    def _start_date(self, *_: object) -> None:
        if self._image is not None and self._pixels is None:
            self._text = []

    def _end_date(self, name: str, text: str) -> None:
        if self._image is not None and text:
            self._image.dates.setdefault(name, text)

    def _start_instrument_ref(self, _: str, attributes: Attributes) -> None:
        if self._image is not None:
            self._image.instrument = self._image.instrument or attributes.get("ID")

    def _start_objective_ref(self, _: str, attributes: Attributes) -> None:
        if self._image is not None:
            self._image.objective = self._image.objective or attributes.get("ID")

    def _start_holder(self, name: str, attributes: Attributes) -> None:
        if self._image is None:
            self.document.links.start(name, attributes)
        elif name == "ROI":  # until schema 2010-04 they were parts of the image
            self._image.rois += 1

    def _end_holder(self, name: str, _: str) -> None:
        if self._image is None:
            self.document.links.end(name)

    def _start_roi_ref(self, _: str, attributes: Attributes) -> None:
        if self._image is not None:
            self._image.rois += 1
            self._image.holders.append(attributes.get("ID", ""))

    def _start_dataset_ref(self, _: str, attributes: Attributes) -> None:
        if self._image is not None:
            self._image.holders.append(attributes.get("ID", ""))

    def _start_image_ref(self, _: str, attributes: Attributes) -> None:
        if "ID" in attributes:
            self.document.links.image(attributes["ID"])

    def _start_annotation_ref(self, _: str, attributes: Attributes) -> None:
        reference = attributes.get("ID")
        if reference is None:
            return
        if self._image is not None:
            self._image.annotations.append(reference)
        elif self._annotation is None:
            self.document.links.annotation(reference)
        elif self._annotation.kind == "ListAnnotation":
            self._annotation.members.append(reference)

    # -- pixels ----------------------------------------------------------------

    def _start_pixels(self, _: str, attributes: Attributes) -> None:
        if self._image is not None:
            self._pixels = OmePixels(attributes)
            self._image.pixels.append(self._pixels)

    def _end_pixels(self, *_: str) -> None:
        self._pixels = self._channel = None

    def _start_channel(self, name: str, attributes: Attributes) -> None:
        if self._pixels is not None:
            self._channel = OmeChannel(name, attributes)
            self._pixels.channels.append(self._channel)

    def _start_logical_channel(self, name: str, attributes: Attributes) -> None:
        if self._image is not None:
            self._channel = OmeChannel(name, attributes)
            self._image.logical_channels.append(self._channel)

    def _start_component(self, _: str, attributes: Attributes) -> None:
        index = attributes.get("Index", "")
        if self._channel is not None and self._channel.index is None:
            self._channel.index = int(index) if index.isdecimal() else None

    def _end_channel(self, *_: str) -> None:
        self._channel = None

    def _start_detector_ref(self, _: str, attributes: Attributes) -> None:
        if self._channel is not None and self._channel.detector is None:
            self._channel.detector = attributes.get("ID")

    def _start_tiff_data(self, _: str, attributes: Attributes) -> None:
        mark = attributes.get(MARK, "")
        if self._pixels is not None and mark.isdecimal():
            self._pixels.runs.append(int(mark))

    # -- annotations -----------------------------------------------------------

    def _start_annotations(self, *_: object) -> None:
        self._annotations = True

    def _end_annotations(self, *_: str) -> None:
        self._annotations = False
        self._annotation = None

    def _start_annotation(self, kind: str, attributes: Attributes) -> None:
        found = OmeAnnotation(kind, attributes.get("Namespace"), attributes.get("ID"))
        if found.id is not None:
            self.document.annotations.setdefault(found.id, found)
        self._annotation = found

    def _start_value(self, *_: object) -> None:
        if self._annotation is None:
            return
        if self._annotation.kind == "XMLAnnotation":
            # Anything may stand here, a whole second OME-XML document included.
            self._opaque = Opaque()
        elif self._annotation.kind != "MapAnnotation":
            self._text = []

    def _end_value(self, _: str, text: str) -> None:
        if self._opaque is not None:
            text, self._opaque = self._opaque.text, None
        if self._annotation is not None and text:
            self._annotation.values.setdefault("value", text)

    def _start_entry(self, _: str, attributes: Attributes) -> None:
        if self._annotation is not None:
            self._key = attributes.get("K")
            self._text = []

    def _end_entry(self, _: str, text: str) -> None:
        if self._annotation is not None and self._key is not None:
            values = self._annotation.values
            # A key may stand several times (OME schema 2016-06, MapPairs).
            known = values.get(self._key)
            values[self._key] = text if known is None else f"{known}; {text}"
        self._key = None

    def _start_binary_file(self, _: str, attributes: Attributes) -> None:
        name = attributes.get("FileName") or attributes.get("href")
        if self._annotation is not None and name:
            self._annotation.values.setdefault("value", name)

    # -- which method takes which element ----------------------------------------

    _STARTS: ClassVar[dict[str, Callable[..., None]]] = {
        "OME": _start_ome,
        "BinaryOnly": _start_binary_only,
        "Instrument": _start_instrument,
        "Microscope": _start_microscope,
        "Objective": _start_objective,
        "Detector": _start_detector,
        "Experimenter": _start_experimenter,
        "Image": _start_image,
        "InstrumentRef": _start_instrument_ref,
        "ObjectiveSettings": _start_objective_ref,
        "ObjectiveRef": _start_objective_ref,
        "Pixels": _start_pixels,
        "Channel": _start_channel,
        "LogicalChannel": _start_logical_channel,
        "ChannelInfo": _start_logical_channel,
        "ChannelComponent": _start_component,
        "DetectorSettings": _start_detector_ref,
        "DetectorRef": _start_detector_ref,
        "TiffData": _start_tiff_data,
        "AnnotationRef": _start_annotation_ref,
        "ROIRef": _start_roi_ref,
        "DatasetRef": _start_dataset_ref,
        "ImageRef": _start_image_ref,
        "StructuredAnnotations": _start_annotations,
        "M": _start_entry,
        "Value": _start_value,
        "BinaryFile": _start_binary_file,
        "External": _start_binary_file,
        **dict.fromkeys(HOLDERS, _start_holder),
        **dict.fromkeys(FIELDS, _start_person_text),
        **dict.fromkeys(DATE_ELEMENTS, _start_date),
        **dict.fromkeys(_OBJECTIVE_CHILDREN, _start_objective_text),
    }
    _ENDS: ClassVar[dict[str, Callable[..., None]]] = {
        "Instrument": _end_instrument,
        "Objective": _end_objective,
        "Image": _end_image,
        "Pixels": _end_pixels,
        "Channel": _end_channel,
        "LogicalChannel": _end_channel,
        "ChannelInfo": _end_channel,
        "StructuredAnnotations": _end_annotations,
        "M": _end_entry,
        "Value": _end_value,
        **dict.fromkeys(HOLDERS, _end_holder),
        **dict.fromkeys(FIELDS, _end_person_text),
        **dict.fromkeys(DATE_ELEMENTS, _end_date),
        **dict.fromkeys(_OBJECTIVE_CHILDREN, _end_objective_text),
    }


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]
