"""Volumes and single pictures: CT, MR, ultrasound, ophthalmology, photographs."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.dicom.facts import Facts, Spacing, facts, length, spacing
from fairsubmit.readers.dicom.segments import segments

if TYPE_CHECKING:
    from fairsubmit.readers.dicom.dataset import Header
    from fairsubmit.readers.dicom.series import Series

__all__ = ["frames"]

# Where frames point to what tells them apart (tags of PS3.6).
_TIMES = frozenset({0x00181063, 0x00181065, 0x00209128, 0x00540100, 0x00540070})
_DEPTHS = frozenset({0x3004000C, 0x00209057, 0x00200032, 0x00540080, 0x00201041})
_STACK = 0x00209056  # Stack ID, of which there is one in most
_CENTIMETRES = 3  # Physical Units of ultrasound regions
# Slices' distances that differ by less are alike.
_ALIKE = Decimal("0.01")


class _Extent(NamedTuple):
    z: int | None
    t: int | None
    distance: Decimal | None = None
    interval: Quantity | None = None


def frames(
    header: Header, path: str, reader: str, series: Series | None = None
) -> ImageMetadata:
    """Return the record of an image that is no slide.

    Parameters
    ----------
    header
        Of the file that speaks for its image.
    path, reader
        For the record.
    series
        The slices, where each is a file.
    """
    found = facts(header)
    told = spacing(header)
    if told.x is None:
        told = _ultrasound(header)
    labels = segments(header, found.problems)
    many = header.count("NumberOfFrames") or 1
    if labels.known and labels.planes != 1:
        # Frames are planes of a segment, and only those where it is.
        extent = _Extent(1 if many == 1 else None, 1)
    elif series is not None and many == 1:
        extent = _slices(series, found)
    else:
        extent = _axes(header, many, found)
    count = labels.planes if labels.known else found.samples
    channels = (Channel(0, samples_per_pixel=found.samples),)
    found.provenance["size"] = "Columns, Rows, NumberOfFrames"
    return ImageMetadata(
        path,
        0,
        name=header.text("SeriesDescription"),
        format="DICOM",
        reader=reader,
        size=ImageSize(
            header.count("Columns"), header.count("Rows"), extent.z, count, extent.t
        ),
        pixel_type=found.pixel_type,
        significant_bits=found.significant_bits,
        physical_size=_physical_size(told, extent, found),
        time_increment=extent.interval,
        channels=labels.channels if labels.known else channels,
        instrument=found.instrument,
        detector=found.detector,
        acquired_at=found.acquired_at,
        software=found.software,
        files=(path,),
        problems=tuple(found.problems),
        provenance=found.provenance,
    )


def _physical_size(told: Spacing, extent: _Extent, found: Facts) -> PhysicalSize:
    z = extent.distance if extent.distance is not None else told.z
    sizes = {
        "x": (told.x, f"{told.place}[1]"),
        "y": (told.y, f"{told.place}[0]"),
        "z": (z if extent.z != 1 else None, told.place and "SpacingBetweenSlices"),
    }
    if extent.distance is not None:
        sizes["z"] = (extent.distance, "ImagePositionPatient")
    lengths = {}
    for axis, (value, place) in sizes.items():
        lengths[axis] = length(value, "mm")
        if lengths[axis] is not None:
            found.provenance[f"physical_size.{axis}"] = place
    return PhysicalSize(**lengths)


def _axes(header: Header, many: int, found: Facts) -> _Extent:
    """Say what the frames of one file are: positions, times, or what is not told."""
    if many == 1:
        return _Extent(1, 1)
    pointers = _pointers(header)
    step = header.number("FrameTime")
    if pointers & _TIMES and not pointers & _DEPTHS:
        interval = None
        if step is not None and step > 0:
            found.provenance["time_increment"] = "FrameTime"
            interval = Quantity(float(step), "ms")
        return _Extent(1, many, interval=interval)
    if pointers & _DEPTHS and not pointers - _DEPTHS:
        return _Extent(many, 1)
    heights = header.of_frames("PlanePositionSequence", "ImagePositionPatient")
    depth = len(set(heights)) if heights else 0
    if depth == many or (depth and many % depth == 0 and pointers & _TIMES):
        return _Extent(depth, many // depth)
    if header.text("DimensionOrganizationType") == "3D":
        return _Extent(many, 1)
    message = f"holds {many} frames and does not say what they differ in"
    found.problems.append(Problem("axis-unknown", message, "NumberOfFrames"))
    return _Extent(many, 1)


def _pointers(header: Header) -> set[int]:
    """Return the tags that tell frames apart."""
    found = _as_tags(header.numbers("FrameIncrementPointer"))
    for item in header.items("DimensionIndexSequence"):
        found |= _as_tags(item.numbers("DimensionIndexPointer"))
    return found - {_STACK}


def _as_tags(values: list[Decimal]) -> set[int]:
    return {int(value) for value in values if 0 < value < 1 << 32}


def _slices(series: Series, found: Facts) -> _Extent:
    """Order slices along the normal of their planes."""
    turned = [n for n in series.members[0].alike[4:] if isinstance(n, Decimal)]
    normal = (
        _normal(turned) if len(turned) == 6 else (Decimal(0), Decimal(0), Decimal(1))
    )
    heights = Counter(
        sum(
            (n * p for n, p in zip(normal, m.position, strict=True)), Decimal(0)
        ).quantize(_ALIKE)
        for m in series.members
    )
    files, depth = len(series.members), len(heights)
    times = files // depth
    if set(heights.values()) != {times}:
        message = f"has {files} slices at {depth} positions: some may be missing"
        found.problems.append(
            Problem("planes-missing", message, "ImagePositionPatient")
        )
        return _Extent(depth, None, _distance(sorted(heights), found))
    if times > 1:
        message = f"has {times} slices at each position, and does not say why"
        found.problems.append(Problem("axis-unknown", message, "ImagePositionPatient"))
    told = times if times == 1 else None
    return _Extent(depth, told, _distance(sorted(heights), found))


def _normal(turned: list[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    a, b, c, d, e, f = turned
    return (b * f - c * e, c * d - a * f, a * e - b * d)


def _distance(heights: list[Decimal], found: Facts) -> Decimal | None:
    """Return the distance of slices if it is everywhere the same."""
    steps = [b - a for a, b in pairwise(heights)]
    if not steps:
        return None
    mean = (heights[-1] - heights[0]) / len(steps)
    if max(steps) - min(steps) > max(2 * _ALIKE, mean * _ALIKE):
        message = "slices are not evenly spaced: some may be missing"
        found.problems.append(
            Problem("planes-missing", message, "ImagePositionPatient")
        )
        return None
    return mean


def _ultrasound(header: Header) -> Spacing:
    """Return the scale of the only region of an ultrasound image."""
    regions = header.items("SequenceOfUltrasoundRegions")
    if len(regions) != 1:
        return Spacing()
    (region,) = regions
    sizes = []
    for axis in "XY":
        unit = region.number(f"PhysicalUnits{axis}Direction")
        delta = region.number(f"PhysicalDelta{axis}")
        known = unit == _CENTIMETRES and delta is not None and delta != 0
        sizes.append(abs(delta) * 10 if known and delta is not None else None)
    place = "SequenceOfUltrasoundRegions/0/PhysicalDelta"
    return Spacing(sizes[0], sizes[1], None, place) if None not in sizes else Spacing()
