"""The records of a plate of Harmony."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageMetadata,
    ImageSize,
    Instrument,
    Objective,
    PhysicalSize,
    PlatePosition,
    Problem,
    Quantity,
)
from fairsubmit.readers.plates.beside import descriptions
from fairsubmit.readers.plates.listed import Members, missing_planes
from fairsubmit.readers.units import length_unit, number
from fairsubmit.readers.values import Values

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.plates.harmony.planes import Field, Index, Key, Properties
    from fairsubmit.readers.plates.listed import Parts

__all__ = ["FORMAT", "Plate"]

FORMAT = "Harmony plate"
# AcquisitionType of Harmony, as OME-XML's AcquisitionMode says it.
_MODES = {"NipkowConfocal": "SpinningDiskConfocal", "NonConfocal": "WideField"}


class Plate:
    """Makes the records of a plate.

    Parameters
    ----------
    path
        The index.
    index
        What it holds.
    """

    def __init__(self, path: Path, index: Index) -> None:
        self.shown = path.as_posix()
        self.index = index
        self.members = Members(path.parent, "Images")
        self.copies = [
            (path.parent / name).as_posix()
            for name in descriptions(path.parent).indices
        ]

    def records(self) -> list[ImageMetadata]:
        """Return one record a field; what is wrong with the plate is in the first."""
        fields = self.index.fields
        whole = self._problems()
        return [
            self._record(series, key, fields[key], whole if series == 0 else ())
            for series, key in enumerate(sorted(fields))
        ]

    def _problems(self) -> tuple[Problem, ...]:
        problems = list(self.index.problems)
        if self.index.plate.get("User"):
            message = "names a person in User; it is published with the file"
            problems.append(Problem("personal-data", message, "User"))
        return tuple(problems)

    def _record(
        self, series: int, key: Key, field: Field, whole: tuple[Problem, ...]
    ) -> ImageMetadata:
        plate = self.index.plate
        parts = self.members.parts(field.names)
        values = _Field(field, self.index, parts)
        z, c, t = len(field.steps), len(field.channels), len(field.times)
        problems = [*whole, *parts.problems]
        problems += missing_planes(len(field.names), z, c, t) if field.names else []
        if field.absent:
            message = f"{field.absent} planes were not taken, or not stored"
            problems.append(Problem("planes-missing", message, "Image/State"))
        width, height = values.extent()
        files = dict.fromkeys((self.shown, *self.copies, *parts.files))
        return ImageMetadata(
            self.shown,
            series,
            format=FORMAT,
            reader="harmony",
            size=ImageSize(width, height, z or None, c or None, t or None),
            pixel_type=parts.pixels.pixel_type if parts.pixels else None,
            physical_size=values.physical_size(),
            channels=values.channels(),
            instrument=Instrument(model=plate.get("InstrumentType")),
            objective=values.objective(),
            detector=Detector(model=values.text("CameraType")),
            acquired_at=values.text("AbsTime") or plate.get("MeasurementStartTime"),
            files=tuple(files),
            problems=(*problems, *values.problems),
            provenance=values.provenance,
            plate=PlatePosition(plate.get("Name") or plate.get("PlateID"), *key),
        )


class _Field(Values):
    """The values of one field."""

    def __init__(self, field: Field, index: Index, parts: Parts) -> None:
        super().__init__()
        self.field = field
        self.index = index
        self.pixels = parts.pixels
        channel = min(field.channels, default=0)
        # Set once a channel in later versions, in every plane in earlier ones.
        self.properties = {**index.channels.get(channel, {}), **field.first}
        self.provenance = {
            "size.z": "Image/PlaneID",
            "size.c": "Image/ChannelID",
            "size.t": "Image/TimepointID",
            "plate": "Image/Row, Col, FieldID",
        }

    def text(self, key: str) -> str | None:
        """Return a property of the first plane."""
        return self.properties.get(key) or None

    def extent(self) -> tuple[int | None, int | None]:
        """Return width and height: the first file's, or as the index says."""
        written = _count(self.text("ImageSizeX")), _count(self.text("ImageSizeY"))
        if self.pixels is None:
            self.provenance["size.x"] = "Image/ImageSizeX"
            self.provenance["size.y"] = "Image/ImageSizeY"
            return written
        found = self.pixels.width, self.pixels.height
        self.provenance["size.x"] = "IFD:0/ImageWidth"
        self.provenance["size.y"] = "IFD:0/ImageLength"
        if None not in written and found != written:
            message = (
                f"the images have {found[0]} × {found[1]} pixels, but the index says "
                f"{written[0]} × {written[1]}"
            )
            self.problem("size-mismatch", message, "Image/ImageSizeX")
        return found

    def physical_size(self) -> PhysicalSize:
        """Return the pixel size, written in metres, in µm."""
        x, y = self._length("x"), self._length("y")
        return PhysicalSize(x, y, self._z_step())

    def _length(self, axis: str) -> Quantity | None:
        key = f"ImageResolution{axis.upper()}"
        text = self.text(key)
        if text is None:
            return None
        unit = self.properties.get(f"{key}Unit") or "m"
        found = _micrometres(text, unit)
        if found is None:
            message = f"{key} {text[:40]!r} {unit[:10]} cannot be meant; ignored"
            self.problem("value-ignored", message, f"Image/{key}")
            return None
        self.provenance[f"physical_size.{axis}"] = f"Image/{key}"
        return found

    def _z_step(self) -> Quantity | None:
        """Return the difference of the positions of two neighbouring planes."""
        one, *other = sorted(self.field.heights.items()) or [(0, "")]
        if not other or other[0][0] != one[0] + 1:
            return None
        try:
            step = abs(Decimal(other[0][1]) - Decimal(one[1]))
        except ArithmeticError:
            return None
        unit = self.properties.get("PositionZUnit") or "m"
        found = _micrometres(str(step), unit)
        if found is not None:
            self.provenance["physical_size.z"] = "Image/PositionZ"
        return found

    def objective(self) -> Objective:
        """Return the objective."""
        magnification = self._positive(self.properties, "ObjectiveMagnification")
        aperture = self._positive(self.properties, "ObjectiveNA")
        if magnification or aperture:
            self.provenance["objective"] = "Image/ObjectiveMagnification, ObjectiveNA"
        return Objective(magnification=magnification, numerical_aperture=aperture)

    def _positive(self, properties: Properties, key: str) -> float | None:
        unset = number(properties.get(key, ""))[0] == 0
        return None if unset else self.positive(properties, key, "Image")

    def channels(self) -> tuple[Channel, ...]:
        """Return the channels, in the order of their numbers."""
        return tuple(
            self._channel(index, self.index.channels.get(channel, {}))
            for index, channel in enumerate(sorted(self.field.channels))
        )

    def _channel(self, index: int, properties: Properties) -> Channel:
        name = properties.get("ChannelName") or None
        if name is not None:
            self.provenance[f"channels.{index}.name"] = "Image/ChannelName"
        mode = properties.get("AcquisitionType") or None
        return Channel(
            index,
            name,
            excitation_wavelength=self._wave(properties, "MainExcitationWavelength"),
            emission_wavelength=self._wave(properties, "MainEmissionWavelength"),
            contrast_method=properties.get("ChannelType") or None,
            acquisition_mode=_MODES.get(mode, mode) if mode else None,
            samples_per_pixel=1,
        )

    def _wave(self, properties: Properties, key: str) -> Quantity | None:
        if number(properties.get(key, ""))[0] == 0:  # unset
            return None
        return self.quantity(properties, key, "Image", (length_unit, "nm"))


def _micrometres(text: str, unit: str) -> Quantity | None:
    """Return a length; metres, which are absurd for pixels, as µm, exactly."""
    try:
        value = Decimal(text.replace(",", "."))
        symbol = length_unit(unit).value
        value = value.scaleb(6) if symbol == "m" else value
    except ArithmeticError:
        return None
    if symbol is None or not value.is_finite() or not 0 < value < Decimal("1e30"):
        return None
    length = float(value)
    return Quantity(length, "µm" if symbol == "m" else symbol) if length else None


def _count(text: str | None) -> int | None:
    return (int(text) or None) if text and text.isdecimal() and len(text) < 9 else None
