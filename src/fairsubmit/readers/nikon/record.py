"""What the library nd2 says of a file, as records."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageMetadata,
    ImageSize,
    Instrument,
    Objective,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.nikon.channels import channels_of
from fairsubmit.readers.nikon.described import count_of, inside, positive, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fairsubmit.readers.nikon.described import Described

__all__ = ["records"]

MAX_POSITIONS = 20_000
MAX_CHANNELS = 1_000
# Julian day of 1970-01-01T00:00 UTC (IAU).
_UNIX_EPOCH = 2440587.5
# 2100-01-01: clocks that were not set have days of any size.
_LAST_DAY = 2488069.5
_LOCAL = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s+(\d{1,2}):(\d\d):(\d\d)\s*([AP]M)?",
    re.IGNORECASE,
)
_APERTURE = re.compile(r"Numerical Aperture:\s*(\d{1,2}\.\d{1,4})")
_IMMERSION = re.compile(r"\b(Oil|Water|Glycerol|Silicone)\b", re.IGNORECASE)
_TYPES = {8: "uint8", 16: "uint16", 32: "uint32"}


def records(
    found: Described,
    frames: int,
    problems: Sequence[Problem],
    said: tuple[str, str, str],
) -> list[ImageMetadata]:
    """Return one record for each position of the stage.

    Parameters
    ----------
    found
        What the library decoded.
    frames
        How many the file holds; 0 if that is not known.
    problems
        What is wrong with the file, which stands with the first record.
    said
        Path, format and reader, as they stand in the records.
    """
    image = _Image(found, frames)
    base = image.record(*said)
    count = count_of(image.sizes.get("P"))
    names = _positions(found.experiment)
    if count > MAX_POSITIONS:
        message = f"has {count} positions, of which {MAX_POSITIONS} are listed"
        image.problem("too-many-images", message, "XYPosLoop")
        count = MAX_POSITIONS
    problems = (*problems, *image.problems)
    return [
        replace(
            base,
            series=index,
            name=names[index] if index < len(names) else None,
            problems=problems if index == 0 else (),
            provenance=_named(base.provenance, names, index),
        )
        for index in range(count)
    ]


def _positions(experiment: Sequence[Any]) -> list[str | None]:
    for loop in experiment:
        if loop.type == "XYPosLoop":
            return [text_of(point.name) for point in loop.parameters.points]
    return []


def _named(
    provenance: Mapping[str, str], names: list[str | None], index: int
) -> Mapping[str, str]:
    if index >= len(names) or names[index] is None:
        return provenance
    return {**provenance, "name": f"ImageMetadata/XYPosLoop/Points/{index}"}


class _Image:
    """The image that all positions have in common."""

    def __init__(self, found: Described, frames: int) -> None:
        self.found = found
        self.frames = frames
        # Without the loops, what one frame consists of is still known.
        components = {"C": found.attributes.componentCount}
        self.sizes = components if found.sizes is None else found.sizes
        self.problems: list[Problem] = []
        self.provenance: dict[str, str] = {}

    def problem(
        self, code: str, message: str, place: str | None, *, error: bool = False
    ) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, message, place, error))

    def record(self, path: str, format_name: str, reader: str) -> ImageMetadata:
        """Return the record without the position."""
        found = self.found
        self._check()
        return ImageMetadata(
            path,
            0,
            format=format_name,
            reader=reader,
            size=self._size(),
            pixel_type=self._pixel_type(),
            significant_bits=self._significant_bits(),
            physical_size=self._physical_size(),
            time_increment=self._time_increment(),
            channels=self._channels(),
            instrument=self._instrument(),
            objective=self._objective(),
            detector=self._detector(),
            acquired_at=self._acquired_at(),
            software=self._software(),
            rois=found.rois,
            files=(path,),
            provenance=self.provenance,
        )

    def _check(self) -> None:
        found = self.found
        if found.failed:
            message = f"nd2 cannot decode: {', '.join(found.failed)}"
            self.problem("metadata-unreadable", message, None)
        if text_of(found.text.get("author")):
            message = "ImageTextInfo/author names a person"
            self.problem("personal-data", message, "ImageTextInfo/TextInfoItem_4")
        planned = math.prod(count_of(loop.count) for loop in found.experiment)
        said = max(planned, count_of(found.attributes.sequenceCount, 0))
        if 0 < self.frames < said:
            message = (
                f"holds {self.frames} frames of the {said} that it says it has; was "
                "the acquisition stopped?"
            )
            self.problem("planes-missing", message, "chunk map")

    # -- pixels ------------------------------------------------------------------

    @property
    def _color(self) -> bool:
        return self.sizes.get("S") == 3

    def _size(self) -> ImageSize:
        sizes, attributes = self.sizes, self.found.attributes
        unknown = count_of(sizes.get("U"))
        if unknown > 1:
            message = f"has an axis of {unknown} that is not named, counted as times"
            self.problem("axis-unknown", message, "ImageMetadata/CustomLoop")
        self.provenance |= {
            "size.x": "ImageAttributes/uiWidth",
            "size.y": "ImageAttributes/uiHeight",
            "size.c": "ImageAttributes/uiComp",
        }
        x, y = count_of(attributes.widthPx, 0), count_of(attributes.heightPx, 0)
        c = count_of(sizes.get("C")) * (3 if self._color else 1)
        if self.found.sizes is None:
            return ImageSize(x or None, y or None, c=c)
        self.provenance |= {
            "size.z": "ImageMetadata/ZStackLoop",
            "size.t": "ImageMetadata/TimeLoop",
        }
        z, t = count_of(sizes.get("Z")), count_of(sizes.get("T")) * unknown
        return ImageSize(x or None, y or None, z, c, t)

    def _pixel_type(self) -> str | None:
        attributes = self.found.attributes
        bits = attributes.bitsPerComponentInMemory
        whole = attributes.pixelDataType != "float"
        name = _TYPES.get(bits) if whole else {32: "float", 64: "double"}.get(bits)
        place = "ImageAttributes/uiBpcInMemory"
        if name is None:
            message = f"pixels have {bits} bits, which OME does not have"
            self.problem("pixel-type-unknown", message, place)
        else:
            self.provenance["pixel_type"] = place
        return name

    def _significant_bits(self) -> int | None:
        bits = count_of(self.found.attributes.bitsPerComponentSignificant, 0)
        if not 0 < bits <= 64:
            return None
        self.provenance["significant_bits"] = "ImageAttributes/uiBpcSignificant"
        return bits

    def _physical_size(self) -> PhysicalSize:
        if not self.found.channels:
            return PhysicalSize()
        volume = self.found.channels[0].volume
        # Where nothing is calibrated, the library says 1; old files have no picture.
        said = self.found.picture.get("dCalibration", volume.axesCalibration[0])
        values = (said, said, self._step())
        places = ("dCalibration", "dCalibration", "ZStackLoop/dZStep")
        lengths: list[Quantity | None] = []
        for index, axis in enumerate("xyz"):
            value = positive(values[index])
            known = axis == "z" or volume.axesCalibrated[index]
            if volume.axesInterpretation[index] != "distance":
                message = f"{axis} is time, not length: a line scan"
                self.problem("axis-unknown", message, f"ePicture{axis.upper()}Axis")
                known = False
            if value is None or not known:
                lengths.append(None)
                continue
            self.provenance[f"physical_size.{axis}"] = f"{places[index]}, in µm"
            lengths.append(Quantity(value, "µm"))
        return PhysicalSize(*lengths)

    def _step(self) -> float | None:
        for loop in self.found.experiment:
            if loop.type == "ZStackLoop" and loop.count > 1:
                return positive(abs(loop.parameters.stepUm))
        return None

    def _time_increment(self) -> Quantity | None:
        loops = [x for x in self.found.experiment if x.type.endswith("TimeLoop")]
        if len(loops) != 1 or loops[0].count < 2:
            return None
        parameters = loops[0].parameters
        periods = getattr(parameters, "periods", (parameters,))
        # Phases of different speed have no common step.
        if len(periods) != 1:
            return None
        period, place = positive(periods[0].periodMs), "dPeriod"
        if period is None:  # as fast as possible: the average of what was measured
            difference = periods[0].periodDiff
            period, place = (
                positive(getattr(difference, "avg", None)),
                "dAvgPeriodDiff",
            )
        if period is None:
            return None
        self.provenance["time_increment"] = f"ImageMetadata/{loops[0].type}/{place}"
        return Quantity(period, "ms")

    def _channels(self) -> tuple[Channel, ...]:
        count = count_of(self.sizes.get("C"))
        if count > MAX_CHANNELS:
            message = f"has {count} channels, of which {MAX_CHANNELS} are listed"
            self.problem("too-many-channels", message, "ImageAttributes/uiComp")
        channels, places = channels_of(
            self.found, min(count, MAX_CHANNELS), color=self._color
        )
        self.provenance |= places
        return channels

    # -- instrument --------------------------------------------------------------

    def _settings(self, *path: str) -> list[str]:
        """Return a setting of all samples, each value once."""
        samples = inside(self.found.picture, "sPicturePlanes", "sSampleSetting")
        values = samples.values() if isinstance(samples, dict) else ()
        texts = [text_of(inside(sample, *path)) for sample in values]
        return list(dict.fromkeys(text for text in texts if text is not None))

    def _instrument(self) -> Instrument:
        names = self._settings("pDeviceSetting", "m_sMicroscopeFullName")
        if not names:
            return Instrument()
        self.provenance["instrument"] = "pDeviceSetting/m_sMicroscopeFullName"
        return Instrument(model=names[0])

    def _objective(self) -> Objective:
        if not self.found.channels:
            return Objective()
        scope = self.found.channels[0].microscope
        model = text_of(scope.objectiveName)
        aperture = positive(scope.objectiveNumericalAperture)
        place = "ImageMetadataSeq|0/wsObjectiveName, dObjectiveMag, dObjectiveNA"
        if model is None:  # older files have it in the texts alone
            model = text_of(self.found.text.get("optics"))
            said = _APERTURE.search(self.found.text.get("description") or "")
            aperture = aperture or (positive(float(said.group(1))) if said else None)
            place = "ImageTextInfo/TextInfoItem_13, TextInfoItem_5"
        if model is not None:
            self.provenance["objective"] = place
        immersion = _IMMERSION.search(model or "")
        return Objective(
            None,
            model,
            positive(scope.objectiveMagnification),
            aperture,
            immersion.group(1).capitalize() if immersion else None,
        )

    def _detector(self) -> Detector:
        for key in ("CameraFamilyName", "CameraUserName"):
            names = self._settings("pCameraSetting", key)
            if len(names) > 1:
                message = (
                    f"has {len(names)} cameras; the record has the first channel's, "
                    f"{names[0]!r}"
                )
                self.problem("several-detectors", message, "pCameraSetting")
            if names:
                self.provenance["detector"] = f"pCameraSetting/{key}"
                return Detector(model=names[0])
        return Detector()

    def _software(self) -> str | None:
        name = text_of(self.found.program.get("SWNameString"))
        version = text_of(self.found.program.get("VersionString"))
        if name is None:
            return None
        self.provenance["software"] = "CustomDataVar|AppInfo_V1_0"
        return f"{name} {version}" if version else name

    def _acquired_at(self) -> str | None:
        """Return the time of the first frame, a Julian day in UTC.

        The text beside it (ImageTextInfo) is in the local time and the language of the
        computer, which may put the month before the day.
        """
        day = positive(self.found.picture.get("dTimeAbsolute"))
        if day is not None and _UNIX_EPOCH <= day < _LAST_DAY:
            when = datetime.fromtimestamp(0, UTC) + timedelta(days=day - _UNIX_EPOCH)
            self.provenance["acquired_at"] = (
                "ImageMetadataSeq|0/dTimeAbsolute (Julian day in UTC; ImageTextInfo "
                "has the local time)"
            )
            return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return self._local_time()

    def _local_time(self) -> str | None:
        written = self.found.text.get("date")
        found = local_time(written) if isinstance(written, str) else None
        if found is not None:
            self.provenance["acquired_at"] = "ImageTextInfo/TextInfoItem_9 (local time)"
        elif text_of(written):
            message = f"the date {written!r} can be read in two ways; ignored"
            self.problem("date-ignored", message, "ImageTextInfo/TextInfoItem_9")
        return found


def local_time(text: str) -> str | None:
    """Return a date as Windows writes it, if only one order of day and month fits.

    Parameters
    ----------
    text
        For example ``18/06/2014  15:55:27`` or ``9/28/2021  9:34:47 AM``.
    """
    found = _LOCAL.fullmatch(text.strip())
    if found is None:
        return None
    first, second, year, hour = (int(n) for n in found.group(1, 2, 3, 4))
    minute, rest, half = found.group(5, 6, 7)
    if first != second and max(first, second) <= 12:
        return None
    day, month = (first, second) if first > 12 else (second, first)
    if half:
        hour = hour % 12 + (12 if half.upper() == "PM" else 0)
    try:
        return datetime(  # noqa: DTZ001 - the zone is not said
            year, month, day, hour, int(minute), int(rest)
        ).isoformat()
    except ValueError:
        return None
