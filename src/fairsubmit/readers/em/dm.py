"""Gatan DigitalMicrograph: DM3 and DM4."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageMetadata,
    ImageSize,
    Instrument,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.em.dm_tags import Array, BrokenTreeError, Tags, is_dm, read_tags
from fairsubmit.readers.em.dm_time import acquired
from fairsubmit.readers.source import opened
from fairsubmit.readers.units import length_unit, time_unit
from fairsubmit.readers.volumes.numbers import positive, single

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["DigitalMicrograph"]

MAX_IMAGES = 256
MAX_DIMENSIONS = 8
_LARGEST = 1 << 40


class _Type(NamedTuple):
    """What a DataType means: OME name, bytes of a pixel, samples of a pixel."""

    pixel_type: str | None
    size: int
    samples: int = 1


_TYPES = {
    1: _Type("int16", 2),
    2: _Type("float", 4),
    3: _Type("complex", 8),
    5: _Type("complex", 4),  # half a Fourier transform, packed
    6: _Type("uint8", 1),
    7: _Type("int32", 4),
    8: _Type("uint8", 4, 4),
    9: _Type("int8", 1),
    10: _Type("uint16", 2),
    11: _Type("uint32", 4),
    12: _Type("double", 8),
    13: _Type("double-complex", 16),
    14: _Type("bit", 1),
    23: _Type("uint8", 4, 4),
}
# What else stands where a unit of length may: reciprocal space, energies, angles.
_NO_LENGTH = re.compile(
    r"1/|\^-1|⁻¹|-1$|^[kM]?eV$|rad|deg|°|count|channel|e-", re.IGNORECASE
)


class DigitalMicrograph:
    """Every image of the file but its thumbnails is one series."""

    name = "dm"
    suffixes: Sequence[str] = (".dm3", ".dm4")
    about = About(
        "Gatan DM3/DM4",
        (".dm3", ".dm4"),
        "calibration, microscope, detector, date, program",
        "112 real files",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it starts as DM3 and DM4 do."""
        return is_dm(head)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the record of each image that is no thumbnail.

        Raises
        ------
        DamagedFileError
            If no image is described before the file breaks.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            if not is_dm(source.head):
                expected = "a DM3 or DM4 header"
                raise DamagedFileError(path.as_posix(), expected, offset=0)
            tags, broken = read_tags(source)
            size = source.size
        numbers = _images(tags, whole=broken is None)
        found = [image for n in numbers if (image := _Image(tags, n, size)).shape]
        records = [
            image.record(path.as_posix(), self.name, series)
            for series, image in enumerate(found)
        ]
        if not records:
            expected = broken.expected if broken else "an image in the list of images"
            offset = broken.offset if broken else size
            raise DamagedFileError(path.as_posix(), expected, offset=offset)
        if broken is not None:
            records[0] = _with_problem(records[0], broken, size)
        return records


def _with_problem(
    record: ImageMetadata, broken: BrokenTreeError, size: int
) -> ImageMetadata:
    cut = broken.offset >= size
    code = "truncated" if cut else "metadata-unreadable"
    message = f"expected {broken.expected}: tags after it are not read"
    if any(p.code == "truncated" for p in record.problems):
        return record
    problem = Problem(code, message, f"byte {broken.offset}", error=cut)
    return replace(record, problems=(*record.problems, problem))


def _images(tags: Tags, *, whole: bool) -> list[int]:
    """Return the numbers of the images that are no thumbnails.

    Parameters
    ----------
    tags
        Of the file.
    whole
        Whether these are all; else an image counts if its tags are told to the end.
    """
    listed = {
        int(parts[1])
        for key in tags
        if (parts := key.split("/"))[0] == "ImageList" and parts[1].isdecimal()
    }
    small = {
        value
        for key, value in tags.items()
        if isinstance(value, int)
        and key.startswith("Thumbnails/")
        and key.endswith("/ImageIndex")
    }
    if not small and (len(listed) > 1 or not whole):
        # Where nothing is said, the first is the thumbnail, by all that was seen.
        small = {0}
    last = "ImageList/{}/ImageData/PixelDepth"
    told = {n for n in listed if whole or last.format(n) in tags}
    return sorted(told - small)[:MAX_IMAGES]


class _Image:
    def __init__(self, tags: Tags, number: int, file_size: int) -> None:
        self.tags = tags
        self.place = f"ImageList/{number}"
        self.file_size = file_size
        self.problems: list[Problem] = []
        self.provenance: dict[str, str] = {}
        self.shape = self._shape()

    def _shape(self) -> list[int]:
        shape: list[int] = []
        while len(shape) < MAX_DIMENSIONS:
            value = self.tags.get(f"{self.place}/ImageData/Dimensions/{len(shape)}")
            if not isinstance(value, int) or not 0 < value < _LARGEST:
                break
            shape.append(value)
        return shape

    def record(self, path: str, reader: str, series: int) -> ImageMetadata:
        kind = self._kind()
        size, physical, increment = self._axes(kind.samples)
        self._check(kind)
        self._operator()
        return ImageMetadata(
            path,
            series,
            name=self._text("name", "Name"),
            format="Gatan DM",
            reader=reader,
            size=size,
            pixel_type=kind.pixel_type,
            physical_size=physical,
            time_increment=increment,
            channels=self._channels(size, kind),
            instrument=Instrument(model=self._text("instrument", *_MICROSCOPE)),
            detector=Detector(model=self._text("detector", *_DEVICE)),
            acquired_at=self._acquired_at(),
            software=self._software(),
            files=(path,),
            problems=tuple(self.problems),
            provenance=self.provenance,
        )

    def _kind(self) -> _Type:
        code = self.tags.get(f"{self.place}/ImageData/DataType")
        place = f"{self.place}/ImageData/DataType"
        self.provenance["pixel_type"] = place
        kind = _TYPES.get(code) if isinstance(code, int) else None
        if kind is None:
            message = f"data type {code} is none that is known"
            self.problems.append(Problem("pixel-type-unknown", message, place))
            return _Type(None, 0)
        return kind

    def _axes(self, samples: int) -> tuple[ImageSize, PhysicalSize, Quantity | None]:
        """Give each dimension an axis: the first two are x and y, but for spectra.

        A further dimension is z, t or a spectrum by its unit. Without one it is what
        is left, which a problem says.
        """
        spectrum = self._spectrum() if samples == 1 else None
        energies = samples if spectrum is None else self.shape[spectrum]
        extents = {"x": 1, "y": 1, "z": 1, "c": energies, "t": 1}
        free = list("ztc" if samples == 1 and spectrum is None else "zt")
        physical: dict[str, Quantity | None] = {}
        numbers = [n for n in range(len(self.shape)) if n != spectrum]
        for axis, number in zip("xy", numbers, strict=False):
            extents[axis], physical[axis] = self.shape[number], self._length(number)
            self._from(axis, number)
        increment = None
        for number in numbers[2:]:
            told = self._axis(number, free)
            if told is None:
                continue
            free.remove(told)
            extents[told] = self.shape[number]
            if told == "z":
                physical["z"] = self._length(number)
                self._from("z", number)
            elif told == "t":
                increment = self._time(number)
        sizes = {key: physical.get(key) for key in "xyz"}
        for axis in "xyz":
            if sizes[axis] is None:
                self.provenance.pop(f"physical_size.{axis}", None)
        return ImageSize(**extents), PhysicalSize(**sizes), increment

    def _spectrum(self) -> int | None:
        """Return the dimension of energies, or of wavelengths, which have lengths too.

        The program puts it first in a spectrum and in spectra along a line, and last in
        those of an area.
        """
        kind = self.tags.get(f"{self.place}/ImageTags/Meta Data/Format")
        if kind not in {"Spectrum", "Spectrum image"}:
            return None
        return 2 if kind == "Spectrum image" and len(self.shape) > 2 else 0

    def _from(self, axis: str, number: int) -> None:
        place = f"{self.place}/ImageData"
        self.provenance[f"size.{axis}"] = f"{place}/Dimensions/{number}"
        self.provenance[f"physical_size.{axis}"] = (
            f"{place}/Calibrations/Dimension/{number}/Scale"
        )

    def _axis(self, number: int, free: list[str]) -> str | None:
        unit = self._unit(number)
        told = None
        if length_unit(unit).value:
            told = "z"
        elif time_unit(unit).value:
            told = "t"
        elif unit.endswith("eV"):
            told = "c"
        if told in free:
            return told
        axis = free[0] if free else None
        if self.shape[number] > 1:
            message = (
                f"dimension {number + 1} of {self.shape[number]} has the unit "
                f"{unit!r}, which does not say what it is"
            )
            self.problems.append(Problem("axis-unknown", message, self.place))
        return axis

    def _unit(self, number: int) -> str:
        key = f"{self.place}/ImageData/Calibrations/Dimension/{number}/Units"
        value = self.tags.get(key)
        return value.strip() if isinstance(value, str) else ""

    def _scale(self, number: int) -> float | None:
        key = f"{self.place}/ImageData/Calibrations/Dimension/{number}/Scale"
        value = self.tags.get(key)
        if not isinstance(value, int | float) or not positive(value):
            return None
        return float(single(value))

    def _length(self, number: int) -> Quantity | None:
        unit, scale = self._unit(number), self._scale(number)
        if not unit or scale is None:
            return None
        known = length_unit(unit).value
        if known is not None:
            return Quantity(scale, known)
        if time_unit(unit).value is None and not _NO_LENGTH.search(unit):
            message = f"{unit!r}, the unit of dimension {number + 1}, is none; ignored"
            place = f"{self.place}/ImageData/Calibrations/Dimension/{number}/Units"
            self.problems.append(Problem("unit-unknown", message, place))
        return None

    def _time(self, number: int) -> Quantity | None:
        unit, scale = time_unit(self._unit(number)).value, self._scale(number)
        if unit is None or scale is None:
            return None
        place = f"{self.place}/ImageData/Calibrations/Dimension/{number}/Scale"
        self.provenance["time_increment"] = place
        return Quantity(scale, unit)

    def _channels(self, size: ImageSize, kind: _Type) -> tuple[Channel, ...]:
        """Return the channel; the energies of a spectrum are no channels."""
        if kind.samples == 1 and size.c != 1:
            return ()
        return (Channel(0, samples_per_pixel=kind.samples),)

    def _text(self, field: str, *keys: str) -> str | None:
        for key in keys:
            value = self.tags.get(f"{self.place}/{key}")
            if isinstance(value, str) and value.strip():
                self.provenance[field] = f"{self.place}/{key}"
                return value.strip()
        return None

    def _acquired_at(self) -> str | None:
        bar = f"{self.place}/ImageTags/DataBar/Acquisition"
        day, time = (self.tags.get(f"{bar} {k}") for k in ("Date", "Time"))
        ticks = self.tags.get(f"{bar} Time (OS)")
        found = acquired(
            day if isinstance(day, str) else "",
            time if isinstance(time, str) else "",
            float(ticks) if isinstance(ticks, int | float) else None,
        )
        if found is not None:
            key = "Time (OS)" if found.endswith("Z") else "Date"
            self.provenance["acquired_at"] = f"{bar} {key}"
        return found

    def _software(self) -> str | None:
        version = self._text("software", "ImageTags/GMS Version/Created")
        return f"GMS {version}" if version else None

    def _operator(self) -> None:
        for key in ("Session Info/Operator", "Microscope Info/Operator"):
            value = self.tags.get(f"{self.place}/ImageTags/{key}")
            if isinstance(value, str) and value.strip():
                message = f"the tag {key} names a person"
                place = f"{self.place}/ImageTags/{key}"
                self.problems.append(Problem("personal-data", message, place))

    def _check(self, kind: _Type) -> None:
        data = self.tags.get(f"{self.place}/ImageData/Data")
        if not isinstance(data, Array):
            return
        expected = math.prod(self.shape) * kind.size
        if expected and data.length != expected:
            message = (
                f"has {data.length} bytes of pixels where its dimensions need "
                f"{expected}"
            )
            place = f"{self.place}/ImageData/Data"
            self.problems.append(Problem("size-mismatch", message, place, error=True))
        if data.offset + data.length > self.file_size:
            missing = data.offset + data.length - self.file_size
            message = f"ends {missing} bytes before its pixels do"
            place = f"byte {self.file_size}"
            self.problems.append(Problem("truncated", message, place, error=True))


_MICROSCOPE = (
    "ImageTags/Session Info/Microscope",
    "ImageTags/Microscope Info/Microscope",
    "ImageTags/Microscope Info/Name",
)
_DEVICE = (
    "ImageTags/Acquisition/Device/Name",
    "ImageTags/DataBar/Device Name",
)
