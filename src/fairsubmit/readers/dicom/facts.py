"""What every kind of DICOM image has: pixels, device, date, people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import Detector, Instrument, Problem, Quantity
from fairsubmit.readers.dicom.dates import acquired
from fairsubmit.readers.dicom.people import people

if TYPE_CHECKING:
    from decimal import Decimal

    from fairsubmit.readers.dicom.dataset import Data, Header

__all__ = ["Facts", "Spacing", "facts", "length", "spacing"]

_TYPES = {
    (1, 0): "bit",
    **{(bits, 0): f"uint{bits}" for bits in (8, 16, 32)},
    **{(bits, 1): f"int{bits}" for bits in (8, 16, 32)},
}
# Float Pixel Data and Double Float Pixel Data have no representation (PS3.3, C.7.6.24).
_FLOATS = {32: "float", 64: "double"}


class Facts(NamedTuple):
    """What is read alike from all images."""

    pixel_type: str | None
    significant_bits: int | None
    samples: int
    instrument: Instrument
    detector: Detector
    acquired_at: str | None
    software: str | None
    problems: list[Problem]
    provenance: dict[str, str]


class Spacing(NamedTuple):
    """Distances of pixels and slices in mm, and where they stand."""

    x: Decimal | None = None
    y: Decimal | None = None
    z: Decimal | None = None
    place: str = ""


def facts(header: Header) -> Facts:
    """Return what is read alike from all images."""
    problems = people(header)
    provenance: dict[str, str] = {}
    date, keyword = acquired(header)
    if keyword is not None:
        provenance["acquired_at"] = keyword
    versions = header.texts("SoftwareVersions")
    found = Facts(
        _pixel_type(header, problems),
        _significant(header),
        header.count("SamplesPerPixel") or 1,
        Instrument(header.text("Manufacturer"), header.text("ManufacturerModelName")),
        Detector(
            header.text("DetectorManufacturerName"),
            header.text("DetectorManufacturerModelName"),
        ),
        date,
        "; ".join(versions[:8]) or None,
        problems,
        provenance,
    )
    kept = {
        "pixel_type": "BitsAllocated, PixelRepresentation",
        "instrument.manufacturer": "Manufacturer",
        "instrument.model": "ManufacturerModelName",
        "detector.model": "DetectorManufacturerModelName",
        "software": "SoftwareVersions",
    }
    values = {
        "pixel_type": found.pixel_type,
        "instrument.manufacturer": found.instrument.manufacturer,
        "instrument.model": found.instrument.model,
        "detector.model": found.detector.model,
        "software": found.software,
    }
    provenance.update({k: kept[k] for k, v in values.items() if v is not None})
    return found


def _pixel_type(data: Data, problems: list[Problem]) -> str | None:
    bits = data.count("BitsAllocated") or 0
    signed = data.number("PixelRepresentation")
    found = _FLOATS.get(bits) if signed is None else _TYPES.get((bits, int(signed)))
    if found is None:
        message = f"pixels of {bits} bits are of no type that OME has a name for"
        problems.append(Problem("pixel-type-unknown", message, "BitsAllocated"))
    return found


def _significant(data: Data) -> int | None:
    stored, allocated = data.count("BitsStored"), data.count("BitsAllocated")
    if stored is None or allocated is None or stored > allocated:
        return None
    return stored


def spacing(header: Header) -> Spacing:
    """Return the distances, of the image or of all its frames or of the first."""
    groups = (
        (header, "PixelSpacing"),
        (
            header.first("SharedFunctionalGroupsSequence", "PixelMeasuresSequence"),
            "SharedFunctionalGroupsSequence/PixelMeasuresSequence/PixelSpacing",
        ),
        (
            header.frame.first("PixelMeasuresSequence"),
            "PerFrameFunctionalGroupsSequence/0/PixelMeasuresSequence/PixelSpacing",
        ),
    )
    for group, place in groups:
        # Rows' distance first, that is along y; then columns'.
        rows_columns = group.numbers("PixelSpacing")
        if len(rows_columns) == 2 and min(rows_columns) > 0:
            y, x = rows_columns
            z = group.number("SpacingBetweenSlices")
            if z is None:
                z = header.number("SpacingBetweenSlices")
            # Negative where slices run against the normal (nuclear medicine).
            return Spacing(x, y, abs(z) if z else None, place)
    return Spacing()


def length(millimetres: Decimal | None, unit: str) -> Quantity | None:
    """Return a distance in the unit that people have for such images.

    Parameters
    ----------
    millimetres
        As the file has it.
    unit
        ``mm`` or ``µm``; µm is exact.
    """
    if millimetres is None or millimetres <= 0:
        return None
    value = millimetres.scaleb(3) if unit == "µm" else millimetres
    return Quantity(float(value), unit) if float(value) > 0 else None
