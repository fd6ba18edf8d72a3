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
from fairsubmit.readers.nikon.described import count_of, inside, positive, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fairsubmit.readers.nikon.described import Described

__all__ = ["records"]

MAX_POSITIONS = 20_000
MAX_CHANNELS = 1_000
# Julian day of 1970-01-01T00:00 UTC (IAU).
_UNIX_EPOCH = 2440587.5
_IMMERSION = re.compile(r"\b(Oil|Water|Glycerol|Silicone)\b", re.IGNORECASE)
# nd2's names of NIS-Elements' flags, the particular before the general.
MODES = {
    "SIM": "StructuredIllumination",
    "iSIM": "StructuredIllumination",
    "multiphoton": "MultiPhotonMicroscopy",
    "TIRF": "TotalInternalReflection",
    "spinningDiskConfocal": "SpinningDiskConfocal",
    "sweptFieldConfocalPinhole": "SweptFieldConfocal",
    "sweptFieldConfocalSlit": "SlitScanConfocal",
    "laserScanConfocal": "LaserScanningConfocalMicroscopy",
    "brightfield": "BrightField",
    "camera": "WideField",
}
CONTRASTS = {
    "phaseContrast": "Phase",
    "diContrast": "DIC",
    "fluorescence": "Fluorescence",
    "brightfield": "Brightfield",
}
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
    count = count_of(found.sizes.get("P"))
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
        return self.found.sizes.get("S") == 3

    def _size(self) -> ImageSize:
        sizes, attributes = self.found.sizes, self.found.attributes
        unknown = count_of(sizes.get("U"))
        if unknown > 1:
            message = f"has an axis of {unknown} that is not named, counted as times"
            self.problem("axis-unknown", message, "ImageMetadata/CustomLoop")
        self.provenance |= {
            "size.x": "ImageAttributes/uiWidth",
            "size.y": "ImageAttributes/uiHeight",
            "size.c": "ImageAttributes/uiComp",
            "size.z": "ImageMetadata/ZStackLoop",
            "size.t": "ImageMetadata/TimeLoop",
        }
        return ImageSize(
            count_of(attributes.widthPx, 0) or None,
            count_of(attributes.heightPx, 0) or None,
            count_of(sizes.get("Z")),
            count_of(sizes.get("C")) * (3 if self._color else 1),
            count_of(sizes.get("T")) * unknown,
        )

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
        values = (*volume.axesCalibration[:2], self._step())
        places = ("dCalibration", "dCalibration", "ZStackLoop/dZStep")
        lengths: list[Quantity | None] = []
        for index, axis in enumerate("xyz"):
            value = positive(values[index])
            # Where x and y are not calibrated, the library says 1.
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

    # -- channels ----------------------------------------------------------------

    def _channels(self) -> tuple[Channel, ...]:
        count = count_of(self.found.sizes.get("C"))
        if count > MAX_CHANNELS:
            message = f"has {count} channels, of which {MAX_CHANNELS} are listed"
            self.problem("too-many-channels", message, "ImageAttributes/uiComp")
        planes = self._planes()
        return tuple(
            self._channel(index, planes) for index in range(min(count, MAX_CHANNELS))
        )

    def _planes(self) -> list[Any]:
        planes = inside(self.found.picture, "sPicturePlanes", "sPlaneNew") or inside(
            self.found.picture, "sPicturePlanes", "sPlane"
        )
        return list(planes.values()) if isinstance(planes, dict) else []

    def _channel(self, index: int, planes: list[Any]) -> Channel:
        samples = 3 if self._color else 1
        if index >= len(self.found.channels):
            return Channel(index, samples_per_pixel=samples)
        said = self.found.channels[index]
        plane = planes[index] if index < len(planes) else {}
        # For colour, and where no modality is written, the library makes one up.
        waves = said.channel if samples == 1 else None
        modality = {"uiModalityMask", "eModality"} & set(plane)
        flags = said.microscope.modalityFlags or () if modality else ()
        return self._with_places(
            Channel(
                index,
                text_of(said.channel.name),
                text_of(inside(plane, "pFluorescentProbe", "m_sName")),
                _wave(getattr(waves, "excitationLambdaNm", None)),
                _wave(getattr(waves, "emissionLambdaNm", None)),
                next((v for k, v in CONTRASTS.items() if k in flags), None),
                next((v for k, v in MODES.items() if k in flags), None),
                samples,
            )
        )

    def _with_places(self, channel: Channel) -> Channel:
        for key, place in (
            ("name", "sDescription"),
            ("fluorophore", "pFluorescentProbe/m_sName"),
            (
                "excitation_wavelength",
                "pFluorescentProbe or pFilterPath, spectrum's peak",
            ),
            (
                "emission_wavelength",
                "pFluorescentProbe or pFilterPath, spectrum's peak",
            ),
            ("contrast_method", "uiModalityMask"),
            ("acquisition_mode", "uiModalityMask"),
        ):
            if getattr(channel, key) is not None:
                self.provenance[f"channels.{channel.index}.{key}"] = (
                    f"ImageMetadataSeq|0/sPicturePlanes/{channel.index}/{place}"
                )
        return channel

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
        self.provenance["objective"] = (
            "ImageMetadataSeq|0/wsObjectiveName, dObjectiveMag, dObjectiveNA"
        )
        immersion = _IMMERSION.search(model or "")
        return Objective(
            None,
            model,
            positive(scope.objectiveMagnification),
            positive(scope.objectiveNumericalAperture),
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
        if day is None or day < _UNIX_EPOCH:
            return None
        try:
            when = datetime.fromtimestamp(0, UTC) + timedelta(days=day - _UNIX_EPOCH)
        except OverflowError:
            return None
        self.provenance["acquired_at"] = (
            "ImageMetadataSeq|0/dTimeAbsolute (Julian day in UTC; ImageTextInfo has "
            "the local time)"
        )
        return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _wave(value: object) -> Quantity | None:
    number = positive(value)
    return None if number is None else Quantity(number, "nm")
