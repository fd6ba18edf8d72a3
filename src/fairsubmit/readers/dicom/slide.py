"""Whole slides (PS3.3, A.32.8), and segmentations of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    Objective,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.dicom.facts import Facts, facts, length, spacing
from fairsubmit.readers.dicom.segments import segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.readers.dicom.dataset import Data, Header

__all__ = ["is_slide", "optical_paths", "slide"]

SIDE = frozenset({"LABEL", "OVERVIEW", "THUMBNAIL", "LOCALIZER"})
MAX_PATHS = 256
# CID 8123, Microscopy Illumination Method, of coding scheme DCM.
_METHODS = {
    "111741": "Brightfield",  # transmission
    "111743": "Fluorescence",  # epifluorescence
    "111744": "Brightfield",
    "111745": "Darkfield",
    "111746": "ObliqueIllumination",
    "111747": "Phase",
    "111748": "DIC",
}


def is_slide(data: Data) -> bool:
    """Whether an image has its extent as a matrix of tiles."""
    return data.has("TotalPixelMatrixColumns") and data.has("TotalPixelMatrixRows")


def optical_paths(header: Header) -> list[Data]:
    """Return the optical paths that a file describes."""
    return header.items("OpticalPathSequence")[:MAX_PATHS]


def slide(
    header: Header, path: str, reader: str, others: Sequence[Data] = ()
) -> ImageMetadata:
    """Return the record of a slide.

    Parameters
    ----------
    header
        Of the file with the most pixels.
    path, reader
        For the record.
    others
        Optical paths that other files of the slide have at this resolution.
    """
    found = facts(header)
    paths = [*optical_paths(header), *others][:MAX_PATHS]
    labels = segments(header, found.problems)
    planes = _planes(header, found)
    single = header.count("NumberOfFrames") == 1
    if labels.known:
        channels, count = labels.channels, labels.planes
    else:
        channels = _channels(paths, found)
        count = (
            len(paths) or header.count("NumberOfOpticalPaths") or 1
        ) * found.samples
    _side_picture(header, found)
    found.provenance["size"] = "TotalPixelMatrixColumns, TotalPixelMatrixRows"
    return ImageMetadata(
        path,
        0,
        name=header.text("SeriesDescription"),
        format="DICOM",
        reader=reader,
        size=ImageSize(
            header.count("TotalPixelMatrixColumns"),
            header.count("TotalPixelMatrixRows"),
            1 if single else planes,
            count,
            1,
        ),
        pixel_type=found.pixel_type,
        significant_bits=found.significant_bits,
        physical_size=_physical_size(header, found, planes),
        channels=channels,
        instrument=found.instrument,
        objective=_objective(paths, found),
        detector=found.detector,
        acquired_at=found.acquired_at,
        software=found.software,
        files=(path,),
        problems=tuple(found.problems),
        provenance=found.provenance,
    )


def _planes(header: Header, found: Facts) -> int | None:
    """Return the number of focal planes; older files leave it to be counted."""
    told = header.count("TotalPixelMatrixFocalPlanes")
    full = header.text("DimensionOrganizationType") == "TILED_FULL"
    frames, each = header.count("NumberOfFrames"), _frames_of_a_plane(header)
    if not full or frames is None or not each or header.has("ConcatenationUID"):
        return told or _heights(header)
    if told is None:
        return frames // each if frames % each == 0 else None
    if frames != told * each:
        message = f"has {frames} tiles where {told * each} are needed"
        found.problems.append(Problem("planes-missing", message, "NumberOfFrames"))
    return told


def _heights(header: Header) -> int | None:
    """Return the number of different z positions of the frames."""
    keyword = "ZOffsetInSlideCoordinateSystem"
    heights = header.of_frames("PlanePositionSlideSequence", keyword)
    return len(set(heights)) if heights else None


def _frames_of_a_plane(header: Header) -> int | None:
    keys = ("TotalPixelMatrixColumns", "Columns", "TotalPixelMatrixRows", "Rows")
    counts = [header.count(key) for key in keys]
    paths = header.count("NumberOfOpticalPaths") or len(optical_paths(header)) or 1
    if None in counts:
        return None
    width, tile_width, height, tile_height = (c or 1 for c in counts)
    return -(-width // tile_width) * -(-height // tile_height) * paths


def _physical_size(header: Header, found: Facts, planes: int | None) -> PhysicalSize:
    told = spacing(header)
    x, y = length(told.x, "µm"), length(told.y, "µm")
    if x is None or y is None:
        return _of_volume(header, found)
    found.provenance["physical_size.x"] = f"{told.place}[1]"
    found.provenance["physical_size.y"] = f"{told.place}[0]"
    z = length(told.z, "µm") if planes is not None and planes > 1 else None
    if z is not None:
        place = told.place.replace("PixelSpacing", "SpacingBetweenSlices")
        found.provenance["physical_size.z"] = place
    return PhysicalSize(x, y, z)


def _of_volume(header: Header, found: Facts) -> PhysicalSize:
    """Return the extent of the imaged volume, in mm, by the number of its pixels."""
    lengths: list[Quantity | None] = []
    for axis, side in (("x", "Width"), ("y", "Height")):
        whole = header.number(f"ImagedVolume{side}")
        key = "TotalPixelMatrixColumns" if axis == "x" else "TotalPixelMatrixRows"
        count = header.count(key)
        value = length(whole / count, "µm") if whole and count else None
        if value is not None:
            found.provenance[f"physical_size.{axis}"] = f"ImagedVolume{side} / {key}"
        lengths.append(value)
    return PhysicalSize(*lengths)


def _channels(paths: Sequence[Data], found: Facts) -> tuple[Channel, ...]:
    if not paths:
        return (Channel(0, samples_per_pixel=found.samples),)
    channels = []
    for index, path in enumerate(paths):
        place = f"OpticalPathSequence/{index}"
        name = path.text("OpticalPathDescription")
        wave = path.number("IlluminationWaveLength")
        if name is not None:
            found.provenance[f"channels.{index}.name"] = (
                f"{place}/OpticalPathDescription"
            )
        if wave is not None and wave > 0:
            key = f"channels.{index}.excitation_wavelength"
            found.provenance[key] = f"{place}/IlluminationWaveLength"
        channels.append(
            Channel(
                index,
                name=name,
                excitation_wavelength=Quantity(float(wave), "nm")
                if wave is not None and wave > 0
                else None,
                contrast_method=_method(path),
                samples_per_pixel=found.samples,
            )
        )
    return tuple(channels)


def _method(path: Data) -> str | None:
    for item in path.items("IlluminationTypeCodeSequence"):
        found = _METHODS.get(item.text("CodeValue") or "")
        if found is not None and item.text("CodingSchemeDesignator") == "DCM":
            return found
    return None


def _objective(paths: Sequence[Data], found: Facts) -> Objective:
    """Return the lens of the optical paths, where they do not contradict each other."""
    values = []
    for key, field in (
        ("ObjectiveLensPower", "magnification"),
        ("ObjectiveLensNumericalAperture", "numerical_aperture"),
    ):
        told = {n for path in paths if (n := path.number(key)) is not None and n > 0}
        values.append(float(told.pop()) if len(told) == 1 else None)
        if values[-1] is not None:
            found.provenance[f"objective.{field}"] = f"OpticalPathSequence/0/{key}"
    return Objective(magnification=values[0], numerical_aperture=values[1])


def _side_picture(header: Header, found: Facts) -> None:
    kind = header.texts("ImageType")
    flavour = kind[2].upper() if len(kind) > 2 else ""
    if flavour in SIDE and header.text("Modality") == "SM":
        message = f"is the slide's {flavour.lower()}, not the image itself"
        found.problems.append(Problem("overview-image", message, "ImageType"))
