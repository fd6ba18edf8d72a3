"""The records of a CellVoyager plate."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    Instrument,
    Objective,
    PhysicalSize,
    PlatePosition,
    Problem,
    Quantity,
)
from fairsubmit.readers.plates.listed import Members, missing_planes
from fairsubmit.readers.units import length_unit, number
from fairsubmit.readers.values import Values

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.plates.cellvoyager.planes import Field, Key, Listed
    from fairsubmit.readers.plates.cellvoyager.settings import Settings
    from fairsubmit.readers.plates.listed import Parts

__all__ = ["FORMAT", "Plate"]

FORMAT = "CellVoyager plate"
MOST_MICROMETRES = 1_000_000
# Kind of a channel, as far as it says how contrast comes about.
_CONTRASTS = {
    "Fluorescence": "Fluorescence",
    "Brightfield": "Brightfield",
    "BrightField": "Brightfield",
    "Phase": "Phase",
}


class Plate:
    """Makes the records of a plate.

    Parameters
    ----------
    path
        The list of images.
    listed
        What it lists.
    settings
        What the files beside it say.
    """

    def __init__(self, path: Path, listed: Listed, settings: Settings) -> None:
        self.shown = path.as_posix()
        self.listed = listed
        self.settings = settings
        self.members = Members(path.parent, "Image")
        detail = settings.detail
        self.name = settings.plate.get("Name") or settings.sample.get("Name")
        self.model = detail.get("TargetSystem") or None
        words = (detail.get("TargetSystem"), detail.get("ReleaseNumber"))
        self.software = " ".join(filter(None, words)) or None

    def records(self) -> list[ImageMetadata]:
        """Return one record a field; what is wrong with the plate is in the first."""
        fields = self._fields()
        whole = self._problems()
        return [
            self._record(series, key, fields[key], whole if series == 0 else ())
            for series, key in enumerate(sorted(fields))
        ]

    def _fields(self) -> dict[Key, Field]:
        """Return the fields; projections are files of those whose planes are listed."""
        fields = dict(self.listed.fields)
        for key, projected in self.listed.projected.items():
            if key in fields:
                fields[key].projections = projected.names
            else:
                fields[key] = projected
        return fields

    def _problems(self) -> tuple[Problem, ...]:
        problems = [*self.listed.problems, *self.settings.problems]
        if self.settings.detail.get("OperatorName", "").strip():
            message = (
                "MeasurementDetail.mrf names a person in OperatorName; it is published "
                "with the file"
            )
            place = "MeasurementDetail.mrf: OperatorName"
            problems.append(Problem("personal-data", message, place))
        if self.listed.errors:
            message = (
                f"{self.listed.errors} records of the list are errors of the "
                "instrument: planes that were not taken"
            )
            problems.append(
                Problem("planes-missing", message, "MeasurementRecord@Type")
            )
        return tuple(problems)

    def _record(
        self, series: int, key: Key, field: Field, whole: tuple[Problem, ...]
    ) -> ImageMetadata:
        parts = self.members.parts(field.names)
        values = _Field(field, self.settings, parts)
        z, c, t = len(field.steps), len(field.channels), len(field.times)
        problems = [*whole, *parts.problems]
        problems += missing_planes(len(field.names), z, c, t)
        if field.processing:
            message = (
                f"is a projection along z ({field.processing}), not as it was acquired"
            )
            place = "MeasurementRecord@ZImageProcessing"
            problems.append(Problem("processed-image", message, place))
        width, height = values.extent()
        channels = values.channels()
        physical_size, objective = values.physical_size(), values.objective()
        projections = self.members.parts(field.projections).files
        found = dict.fromkeys(
            (self.shown, *self.settings.files, *parts.files, *projections)
        )
        return ImageMetadata(
            self.shown,
            series,
            format=FORMAT,
            reader="cellvoyager",
            size=ImageSize(width, height, z, c, t),
            pixel_type=parts.pixels.pixel_type if parts.pixels else None,
            significant_bits=values.bits(),
            physical_size=physical_size,
            channels=channels,
            instrument=Instrument(model=self.model),
            objective=objective,
            acquired_at=values.acquired_at(),
            software=self.software,
            files=tuple(found),
            problems=(*problems, *values.problems),
            provenance=values.provenance,
            plate=PlatePosition(self.name or None, *key),
        )


class _Field(Values):
    """The values of one field."""

    def __init__(self, field: Field, settings: Settings, parts: Parts) -> None:
        super().__init__()
        self.field = field
        self.settings = settings
        self.pixels = parts.pixels
        self.order = sorted(field.channels)
        first = self.order[0][1]
        self.measured = settings.pixels.get(first, {})
        self.setting = settings.channels.get(first, {})
        self.provenance = {
            "size.z": "MeasurementRecord@ZIndex",
            "size.c": "MeasurementRecord@ActionIndex, @Ch",
            "size.t": "MeasurementRecord@TimelineIndex, @TimePoint",
            "plate": "MeasurementRecord@Row, @Column, @FieldIndex",
        }

    def extent(self) -> tuple[int | None, int | None]:
        """Return width and height: the first file's, or as they were measured."""
        names = ("HorizontalPixels", "VerticalPixels")
        written = [_count(self.measured.get(name, "")) for name in names]
        if self.pixels is None:
            self.provenance |= {
                f"size.{axis}": f"MeasurementChannel@{name}"
                for axis, name in zip("xy", names, strict=True)
            }
            return written[0], written[1]
        found = self.pixels.width, self.pixels.height
        self.provenance["size.x"] = "IFD:0/ImageWidth"
        self.provenance["size.y"] = "IFD:0/ImageLength"
        if None not in written and found != tuple(written):
            message = (
                f"the images have {found[0]} × {found[1]} pixels, but were measured "
                f"with {written[0]} × {written[1]}"
            )
            self.problem("size-mismatch", message, "MeasurementChannel")
        return found

    def bits(self) -> int | None:
        """Return the camera's bits, where they fit the pixels."""
        bits = _count(self.measured.get("InputBitDepth", ""))
        if bits is None or bits > 64:
            return None
        self.provenance["significant_bits"] = "MeasurementChannel@InputBitDepth"
        return bits

    def physical_size(self) -> PhysicalSize:
        """Return the pixel size, in µm, and the distance of z positions."""
        x, y = self._length("x", "Horizontal"), self._length("y", "Vertical")
        return PhysicalSize(x, y, self._z_step())

    def _length(self, axis: str, name: str) -> Quantity | None:
        key = f"{name}PixelDimension"
        if number(self.measured.get(key, ""))[0] == 0:  # unset
            return None
        unit = (length_unit, "µm")
        length = self.quantity(self.measured, key, "MeasurementChannel", unit)
        if length is not None:
            self.provenance[f"physical_size.{axis}"] = f"MeasurementChannel@{key}"
        return length

    def _z_step(self) -> Quantity | None:
        """Return the difference of two neighbouring z positions (µm)."""
        (one, *other) = sorted(self.field.heights.items())
        if not other or other[0][0] != one[0] + 1:
            return None
        try:
            step = abs(Decimal(other[0][1]) - Decimal(one[1]))
        except ArithmeticError:
            return None
        if not step.is_finite() or not 0 < step < MOST_MICROMETRES:
            return None
        self.provenance["physical_size.z"] = "MeasurementRecord@Z"
        return Quantity(float(step), "µm") if float(step) else None

    def objective(self) -> Objective:
        """Return the objective of the first channel."""
        setting = self.setting
        magnification = self.positive(setting, "Magnification", "Channel")
        model = setting.get("Objective", "").strip() or None
        if model or magnification:
            self.provenance["objective"] = "Channel@Objective, @Magnification"
        return Objective(model=model, magnification=magnification)

    def acquired_at(self) -> str | None:
        """Return when the first plane was taken."""
        time = self.field.first.get("Time", "").strip()
        if time:
            self.provenance["acquired_at"] = "MeasurementRecord@Time"
        return time or None

    def channels(self) -> tuple[Channel, ...]:
        """Return the channels, one for each channel of each action."""
        return tuple(
            self._channel(index, ch) for index, (_, ch) in enumerate(self.order)
        )

    def _channel(self, index: int, ch: int) -> Channel:
        setting = self.settings.channels.get(ch, {})
        name = setting.get("Target", "").strip() or None
        if name is not None:
            self.provenance[f"channels.{index}.name"] = f"Channel:{ch}@Target"
        kind = setting.get("Kind", "")
        contrast = next((v for key, v in _CONTRASTS.items() if key in kind), None)
        confocal = kind.startswith("Confocal") and "PinholeDiameter" in setting
        return Channel(
            index,
            name,
            fluorophore=setting.get("Fluorophore", "").strip() or None,
            excitation_wavelength=self._excitation(ch, index),
            contrast_method=contrast,
            # The pinholes of these microscopes are in a spinning disk (CSU).
            acquisition_mode="SpinningDiskConfocal" if confocal else None,
            samples_per_pixel=1,
        )

    def _excitation(self, ch: int, index: int) -> Quantity | None:
        """Return the wavelength of the only laser of a channel; lamps have 0."""
        waves = [number(text)[0] or 0 for text in self.settings.lights.get(ch, ())]
        if len(waves) != 1 or waves[0] <= 0:
            return None
        key = f"channels.{index}.excitation_wavelength"
        self.provenance[key] = "LightSource@WaveLength"
        return Quantity(waves[0], "nm")


def _count(text: str) -> int | None:
    return (int(text) or None) if text.isdecimal() and len(text) < 9 else None
