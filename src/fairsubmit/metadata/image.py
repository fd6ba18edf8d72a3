"""The image metadata record: what one image series says about itself.

The same keys whatever the format (see ``schemas/image-metadata-1.schema.json``). A
value the file does not hold is ``None``; nothing is ever guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.findings import Finding

__all__ = [
    "Channel",
    "Detector",
    "Extraction",
    "ImageAnnotation",
    "ImageMetadata",
    "ImageSize",
    "Instrument",
    "Objective",
    "PhysicalSize",
    "PlatePosition",
    "Problem",
    "Quantity",
]


class _Part:
    """What is sent from process to process for each of 100,000 files."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        """Return how it is made anew: far less than the state of each part."""
        kind = type(self)
        return kind, tuple([getattr(self, name) for name in _PARTS[kind]])


@dataclass(frozen=True, slots=True)
class Quantity(_Part):
    """A number with its unit, as the file gives both, unit spelled as OME does.

    Attributes
    ----------
    value
        Untouched: never converted.
    unit
        OME-XML 2016-06 spelling, e.g. ``µm`` (U+00B5), ``nm``, ``s``.
    """

    value: float
    unit: str | None


@dataclass(frozen=True, slots=True)
class ImageSize(_Part):
    """Number of pixels along each axis at full resolution."""

    x: int | None = None
    y: int | None = None
    z: int | None = None
    c: int | None = None
    t: int | None = None


@dataclass(frozen=True, slots=True)
class PhysicalSize(_Part):
    """Length of one pixel (voxel) along each spatial axis."""

    x: Quantity | None = None
    y: Quantity | None = None
    z: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Channel(_Part):
    """One channel; `index` counts from 0."""

    index: int
    name: str | None = None
    fluorophore: str | None = None
    excitation_wavelength: Quantity | None = None
    emission_wavelength: Quantity | None = None
    contrast_method: str | None = None
    acquisition_mode: str | None = None
    samples_per_pixel: int | None = None


@dataclass(frozen=True, slots=True)
class Instrument(_Part):
    """The microscope stand."""

    manufacturer: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Objective(_Part):
    """The objective lens used for this image; magnification is nominal."""

    manufacturer: str | None = None
    model: str | None = None
    magnification: float | None = None
    numerical_aperture: float | None = None
    immersion: str | None = None


@dataclass(frozen=True, slots=True)
class Detector(_Part):
    """The camera or photomultiplier."""

    manufacturer: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class ImageAnnotation(_Part):
    """A structured annotation that the image refers to.

    Attributes
    ----------
    kind
        OME-XML element name, e.g. ``MapAnnotation``.
    values
        Key and value of a map annotation; ``{"value": …}`` for single values.
    """

    kind: str
    namespace: str | None
    id: str | None
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlatePosition(_Part):
    """Where on a multi-well plate an image was taken.

    Attributes
    ----------
    plate
        Name of the plate.
    row, column
        Of the well, 0-based: A1 is row 0, column 0.
    field
        0-based number of the field (site) in its well.
    """

    plate: str | None = None
    row: int | None = None
    column: int | None = None
    field: int | None = None


@dataclass(frozen=True, slots=True)
class Problem(_Part):
    """Something about the file that had to be repaired, ignored or is missing.

    Attributes
    ----------
    code
        Name of the problem, e.g. ``unit-alias``, ``size-mismatch``, ``truncated``.
    message
        One sentence.
    place
        Where in the file: an OME path, a byte offset or a key.
    error
        Whether the image cannot be used as it is.
    """

    code: str
    message: str
    place: str | None = None
    error: bool = False


@dataclass(frozen=True, slots=True)
class ImageMetadata(_Part):
    """One image series.

    Attributes
    ----------
    path
        POSIX path of the file, relative to the dataset where it is inside.
    series
        0-based number of the image in the file.
    name
        The image's own name.
    format
        Name of the format, e.g. ``OME-TIFF``.
    reader
        Which of our readers read it.
    dimension_order
        Fastest axis first, as OME has it, e.g. ``XYCZT``; ``None`` if not stated.
    size
        Pixels along each axis.
    pixel_type
        OME name: ``uint8``, ``int16``, ``float``, ``double``, ``bit``, ….
    significant_bits
        Bits that carry the signal, e.g. 12 of 16.
    physical_size
        Length of one pixel along each axis.
    time_increment
        Time between two time points.
    channels
        In the order of their index.
    instrument, objective, detector
        What took the image.
    acquired_at
        Time of acquisition, ISO 8601 as the file has it.
    software
        Program that wrote the file.
    annotations
        Structured annotations that the image refers to.
    rois
        Number of regions of interest.
    problems
        What had to be repaired, ignored or is missing.
    files
        All files that make up the image, `path` included.
    provenance
        Where a value came from, by the record's key, e.g.
        ``{"physical_size.x": "Image:0/Pixels@PhysicalSizeX"}``.
    plate
        Where on a multi-well plate it was taken; ``None`` off plates.
    """

    path: str
    series: int
    name: str | None = None
    format: str | None = None
    reader: str | None = None
    dimension_order: str | None = None
    size: ImageSize = ImageSize()
    pixel_type: str | None = None
    significant_bits: int | None = None
    physical_size: PhysicalSize = PhysicalSize()
    time_increment: Quantity | None = None
    channels: tuple[Channel, ...] = ()
    instrument: Instrument = Instrument()
    objective: Objective = Objective()
    detector: Detector = Detector()
    acquired_at: str | None = None
    software: str | None = None
    annotations: tuple[ImageAnnotation, ...] = ()
    rois: int = 0
    files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    plate: PlatePosition | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record as a JSON object; tuples become lists."""
        found: dict[str, Any] = _plain(self)
        return found

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        known = {f.name for f in fields(cls)}
        plain = {k: v for k, v in value.items() if k in known}
        physical = value["physical_size"]
        return cls(
            **{
                **plain,
                "size": ImageSize(**value["size"]),
                "physical_size": PhysicalSize(
                    **{axis: _quantity(physical[axis]) for axis in "xyz"}
                ),
                "time_increment": _quantity(value["time_increment"]),
                "channels": tuple(_channel(c) for c in value["channels"]),
                "instrument": Instrument(**value["instrument"]),
                "objective": Objective(**value["objective"]),
                "detector": Detector(**value["detector"]),
                "annotations": tuple(
                    ImageAnnotation(**a) for a in value["annotations"]
                ),
                "plate": _plate(value.get("plate")),
                "files": tuple(value["files"]),
                "problems": tuple(Problem(**p) for p in value["problems"]),
            }
        )


def _quantity(value: Mapping[str, Any] | None) -> Quantity | None:
    return None if value is None else Quantity(**value)


def _plate(value: Mapping[str, Any] | None) -> PlatePosition | None:
    return None if value is None else PlatePosition(**value)


def _channel(value: Mapping[str, Any]) -> Channel:
    waves = ("excitation_wavelength", "emission_wavelength")
    return Channel(**{**value, **{key: _quantity(value[key]) for key in waves}})


@dataclass(frozen=True, slots=True)
class Extraction(_Part):
    """What reading one file (or folder that is an image) gave.

    Attributes
    ----------
    path
        POSIX path, relative to the dataset where it is inside.
    images
        One record per image series; empty where nothing could be read.
    findings
        IMG101 where the file could not be read, and nothing else: what is wrong
        inside a readable file stands in `ImageMetadata.problems`.
    """

    path: str
    images: tuple[ImageMetadata, ...] = ()
    findings: tuple[Finding, ...] = ()


# What a record is made of, with the names of the parts; `asdict` finds them anew, and
# copies every text, for each of 100,000 records.
_PARTS: dict[type, tuple[str, ...]] = {
    kind: tuple(f.name for f in fields(kind))
    for kind in (
        *(ImageMetadata, ImageSize, PhysicalSize, Quantity, Channel, Instrument),
        *(Objective, Detector, ImageAnnotation, PlatePosition, Problem, Extraction),
    )
}
_ATOMS = frozenset({str, int, float, bool, type(None)})


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of a record
    names = _PARTS.get(type(value))
    if names is not None:
        return {
            name: part if type(part := getattr(value, name)) in _ATOMS else _plain(part)
            for name in names
        }
    if isinstance(value, dict):
        return dict(value)
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
