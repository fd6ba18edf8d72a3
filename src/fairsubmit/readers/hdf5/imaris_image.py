"""One image of an Imaris file: its parameters, and what the pixels' groups say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    Instrument,
    Objective,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.hdf5.numbers import (
    decimal_number,
    leading_number,
    whole_number,
)
from fairsubmit.readers.hdf5.personal import personal_data
from fairsubmit.readers.hdf5.times import iso, steady_interval
from fairsubmit.readers.units import length_unit

if TYPE_CHECKING:
    from fairsubmit.readers.hdf5.file import Group

__all__ = ["FORMAT", "NAME", "Image"]

FORMAT = "Imaris"
NAME = "imaris"
MAX_CHANNELS = 1_024
MAX_TIMES = 1_000
MAX_CHECKED = 256
MAX_DIGITS = 9
# What Imaris writes where nothing is known.
_UNSET = re.compile(
    r"\(.* not specified\)|generic imaris.*|none|undefined|unknown|", re.IGNORECASE
)
# Words of MicroscopeMode for which OME has one meaning.
_MODES = {
    "widefield": "WideField",
    "multiphoton": "MultiPhotonMicroscopy",
    "multi-photon": "MultiPhotonMicroscopy",
    "twophoton": "MultiPhotonMicroscopy",
}


class _Level(NamedTuple):
    """What the full resolution holds."""

    size: ImageSize
    pixel_type: str | None
    sizes_from: str


class Image:
    """One image of the file.

    Parameters
    ----------
    dataset
        The group with its pixels.
    info
        The group with its parameters, if there is one.
    names
        Of both.
    """

    def __init__(
        self, dataset: Group, info: Group | None, names: tuple[str, str]
    ) -> None:
        self.dataset = dataset
        self.info = info
        self.names = names
        self.problems: list[Problem] = []
        self.provenance: dict[str, str] = {}

    def _problem(
        self, code: str, message: str, place: str, *, error: bool = False
    ) -> None:
        self.problems.append(Problem(code, message, place, error))

    def _section(self, name: str) -> Group | None:
        return self.info.group(name) if self.info is not None else None

    def _text(
        self, section: str, key: str, record_key: str | None = None
    ) -> str | None:
        """Return a parameter; what means that nothing is known is ``None``."""
        group = self._section(section)
        text = group.attribute(key) if group is not None else None
        if text is None or _UNSET.fullmatch(text):
            return None
        if record_key is not None:
            self.provenance[record_key] = f"{self.names[1]}/{section}@{key}"
        return text

    def record(self, shown: str, series: int) -> ImageMetadata:
        """Return the image's record."""
        if self.info is None:
            message = "has no DataSetInfo: no pixel sizes, channels and dates"
            self._problem("metadata-unreadable", message, "DataSetInfo", error=True)
        level = self._level()
        lengths = [self._length(index, level) for index in range(3)]
        times = self._times()
        name = self._text("Image", "Name", "name")
        objective = self._objective()
        software = self._software()
        recorded = iso(self._text("Image", "RecordingDate") or "")
        if recorded is not None:
            self.provenance["acquired_at"] = f"{self.names[1]}/Image@RecordingDate"
        self._personal()
        maker = self._text("Image", "ManufactorString", "instrument")
        return ImageMetadata(
            shown,
            series,
            name,
            FORMAT,
            NAME,
            "XYZCT",
            level.size,
            level.pixel_type,
            physical_size=PhysicalSize(*lengths),
            time_increment=times,
            channels=self._channels(level.size.c or 0),
            instrument=Instrument(maker),
            objective=objective,
            acquired_at=recorded,
            software=software,
            files=(shown,),
            problems=tuple(self.problems),
            provenance=self.provenance,
        )

    # -- sizes -------------------------------------------------------------------

    def _level(self) -> _Level:
        full = self.dataset.group("ResolutionLevel 0")
        place = f"{self.names[0]}/ResolutionLevel 0"
        times = _numbered(full, "TimePoint ") if full is not None else []
        first = full.group(f"TimePoint {times[0]}") if full and times else None
        channels = _numbered(first, "Channel ") if first is not None else []
        if full is None or first is None or not channels:
            message = "the full resolution is not there: no pixels"
            self._problem("missing-level", message, place, error=True)
            sizes = [self._stated(axis) for axis in "XYZ"]
            count = whole_number(self._text("Image", "Noc"))
            return _Level(
                ImageSize(sizes[0], sizes[1], sizes[2], count),
                None,
                f"{self.names[1]}/Image",
            )
        place = f"{place}/TimePoint {times[0]}/Channel {channels[0]}"
        channel = first.group(f"Channel {channels[0]}")
        values = channel.values("Data") if channel is not None else None
        padded = (*reversed(values.shape),) if values is not None else ()
        sizes = []
        for index, axis in enumerate("XYZ"):
            padding = padded[index] if len(padded) == 3 else None
            sizes.append(self._extent(channel, axis, padding, place))
        if values is None:
            message = "the pixels (Data) are not there"
            self._problem("missing-part", message, place, error=True)
        self._check_parts(full, times, channels)
        for axis in "xyzct":
            self.provenance[f"size.{axis}"] = place
        size = ImageSize(sizes[0], sizes[1], sizes[2], len(channels), len(times))
        return _Level(size, values.pixel_type if values else None, place)

    def _stated(self, axis: str) -> int | None:
        return whole_number(self._text("Image", axis))

    def _extent(
        self, channel: Group | None, axis: str, padded: int | None, place: str
    ) -> int | None:
        """Return the size along an axis: that of the channel, then the image's."""
        own = whole_number(channel.attribute(f"ImageSize{axis}")) if channel else None
        stated = self._stated(axis)
        size = own or stated or padded
        if padded is not None and size is not None and size > padded:
            message = f"size {axis} is {size}, but there are {padded} pixels"
            self._problem("size-mismatch", message, place, error=True)
            return padded or None
        if own is not None and stated is not None and own != stated:
            message = f"size {axis} is {own} in the channel, {stated} in DataSetInfo"
            self._problem("size-mismatch", message, place, error=True)
        return size

    def _check_parts(self, full: Group, times: list[int], channels: list[int]) -> None:
        """Look whether every time point has every channel, and all are there."""
        short = [
            time
            for time in times[:MAX_CHECKED]
            if (group := full.group(f"TimePoint {time}")) is None
            or set(_numbered(group, "Channel ")) < set(channels)
        ]
        if short:
            message = f"{len(short)} time points lack channels, the first is {short[0]}"
            place = f"{self.names[0]}/ResolutionLevel 0"
            self._problem("planes-missing", message, place, error=True)
        stated = whole_number(self._text("TimeInfo", "FileTimePoints"))
        if stated is not None and stated > len(times):
            message = f"names {stated} time points, but {len(times)} are there"
            self._problem("planes-missing", message, "TimeInfo", error=True)
        count = whole_number(self._text("Image", "Noc"))
        if count is not None and count != len(channels):
            message = f"names {count} channels, but {len(channels)} are there"
            self._problem("channel-count", message, f"{self.names[1]}/Image@Noc")

    def _length(self, index: int, level: _Level) -> Quantity | None:
        """Return the length of a pixel: that of the volume by its number of pixels."""
        low = decimal_number(self._text("Image", f"ExtMin{index}"))
        high = decimal_number(self._text("Image", f"ExtMax{index}"))
        count = (level.size.x, level.size.y, level.size.z)[index]
        if low is None or high is None or not count:
            return None
        place = f"{self.names[1]}/Image@ExtMax{index}"
        value = float((high - low) / count)
        if not 0 < value < float("inf"):
            message = f"the volume goes from {low} to {high}, which cannot be meant"
            self._problem("value-ignored", message, place)
            return None
        written = self._text("Image", "Unit")
        if written is None:
            message = f"the volume has the length {high - low}, but no unit"
            self._problem("unit-missing", message, place)
            return None
        unit = length_unit(written).value
        if unit is None:
            message = f"{written!r}, the unit of the volume, is none; ignored"
            self._problem("unit-unknown", message, f"{self.names[1]}/Image@Unit")
            return None
        self.provenance[f"physical_size.{'xyz'[index]}"] = place
        return Quantity(value, unit)

    # -- what stands beside ------------------------------------------------------

    def _channels(self, count: int) -> tuple[Channel, ...]:
        mode = _MODES.get((self._text("Image", "MicroscopeMode") or "").lower())
        found = []
        for index in range(min(count, MAX_CHANNELS)):
            section = f"Channel {index}"
            key = f"channels.{index}"
            found.append(
                Channel(
                    index,
                    self._text(section, "Name", f"{key}.name"),
                    excitation_wavelength=self._wave(section, "Excitation", key),
                    emission_wavelength=self._wave(section, "Emission", key),
                    acquisition_mode=mode,
                    samples_per_pixel=1,
                )
            )
        return tuple(found)

    def _wave(self, section: str, which: str, key: str) -> Quantity | None:
        """Return a wavelength in nm; texts like ``500-550`` are a band, not one."""
        record_key = f"{key}.{which.lower()}_wavelength"
        text = self._text(section, f"LSM{which}Wavelength")
        value = decimal_number((text or "").removesuffix("nm").strip())
        if value is None or value <= 0:
            return None
        self.provenance[record_key] = f"{self.names[1]}/{section}@LSM{which}Wavelength"
        return Quantity(float(value), "nm")

    def _objective(self) -> Objective:
        power = leading_number(
            self._text("Image", "LensPower", "objective.magnification")
        )
        aperture = leading_number(
            self._text("Image", "NumericalAperture", "objective.numerical_aperture")
        )
        for key, value in (("magnification", power), ("numerical_aperture", aperture)):
            if value is None:
                self.provenance.pop(f"objective.{key}", None)
        return Objective(magnification=power, numerical_aperture=aperture)

    def _software(self) -> str | None:
        """Return the program that wrote the file; ImarisVersion is the format's."""
        creator = self._text("ImarisDataSet", "Creator", "software")
        version = self._text("ImarisDataSet", "Version")
        if creator is not None:
            return (
                creator if not version or version in creator else f"{creator} {version}"
            )
        version = self._text("Imaris", "Version", "software")
        return f"Imaris {version}" if version else None

    def _times(self) -> Quantity | None:
        """Return the time between time points, where it is always the same."""
        group = self._section("TimeInfo")
        if group is None:
            return None
        count = whole_number(group.attribute("DatasetTimePoints")) or 0
        texts = [
            group.attribute(f"TimePoint{n}") or ""
            for n in range(1, min(count, MAX_TIMES) + 1)
        ]
        seconds = steady_interval(texts)
        if seconds is None:
            return None
        self.provenance["time_increment"] = f"{self.names[1]}/TimeInfo@TimePoint1"
        return Quantity(seconds, "s")

    def _personal(self) -> None:
        group = self._section("Image")
        if group is not None:
            place = f"{self.names[1]}/Image@"
            fields = [(place + n, group.attribute(n) or "") for n in group.attributes()]
            self.problems += personal_data(fields)


def _numbered(group: Group, start: str) -> list[int]:
    names = (n.removeprefix(start) for n in group.names() if n.startswith(start))
    return sorted(int(n) for n in names if n.isdecimal() and len(n) <= MAX_DIGITS)
