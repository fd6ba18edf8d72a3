"""The record of a FluoView acquisition, from its main settings and one plane's."""

from __future__ import annotations

import re
from math import prod
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
from fairsubmit.readers.olympus.settings import Settings, number_of
from fairsubmit.readers.units import length_unit, time_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fairsubmit.readers.units import Reading

__all__ = ["Acquisition"]

MAX_AXES = 16
MAX_CHANNELS = 1_000
LARGEST = 1 << 40
REFERENCE = "Reference Image Parameter"
COMMON = "Acquisition Parameters Common"
_TYPES = {1: "uint8", 2: "uint16", 4: "uint32"}
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)")
_PERSON = re.compile(r"user\s*name|operator", re.IGNORECASE)
# "not set" among numerical apertures
UNSET_APERTURE = 9999
_IMMERSION = re.compile(r"\b(Oil|Water|Air|Dry|Sil(?:icone)?)\b", re.IGNORECASE)
_IMMERSIONS = {"oil": "Oil", "water": "Water", "air": "Air", "dry": "Air"}


class _Axis(NamedTuple):
    number: int
    size: int
    values: Mapping[str, str]


class Acquisition:
    """What the settings say.

    Parameters
    ----------
    main
        The settings of the acquisition.
    plane
        Those of its first plane; empty where there are none.
    """

    def __init__(self, main: Settings, plane: Settings) -> None:
        self.main, self.plane = main, plane
        self.problems: list[Problem] = []
        self.provenance: dict[str, str] = {}
        self.axes = self._axes()
        order = main.text("Axis Parameter Common", "AxisOrder") or ""
        named = [code for code in order if code in self.axes]
        self.order = named or [c for c, axis in self.axes.items() if axis.size > 1]

    def _axes(self) -> dict[str, _Axis]:
        found = {}
        for number in range(MAX_AXES):
            values = self.main.section(f"Axis {number} Parameters Common")
            size = number_of(values.get("MaxSize")) or 0
            code = values.get("AxisCode", "")
            if code and 1 <= size < LARGEST and code not in found:
                found[code] = _Axis(number, int(size), values)
        return found

    def _problem(self, code: str, message: str, place: str) -> None:
        self.problems.append(Problem(code, message, place))

    def count(self, code: str) -> int:
        """Return the number of elements along an axis."""
        return self.axes[code].size if code in self.order else 1

    @property
    def planes(self) -> int:
        """Number of planes, each a TIFF file; two axes lie within a plane."""
        return prod(self.count(code) for code in self.order[2:])

    def record(self, path: str, format_name: str, reader: str) -> ImageMetadata:
        """Return the record.

        Parameters
        ----------
        path, format_name, reader
            As they stand in the record.
        """
        name = self._text("name", "File Info", "DataName")
        self._people()
        return ImageMetadata(
            path,
            0,
            name=name,
            format=format_name,
            reader=reader,
            dimension_order=self._dimension_order(),
            size=self._size(),
            pixel_type=self._pixel_type(),
            significant_bits=self._significant_bits(),
            physical_size=self._physical_size(),
            time_increment=self._step("T", time_unit, "time_increment"),
            channels=self._channels(),
            instrument=Instrument(
                model=self._text("instrument", "Version Info", "SystemName")
            ),
            objective=self._objective(),
            acquired_at=self._acquired_at(),
            software=self._software(),
            files=(path,),
            problems=tuple(self.problems),
            provenance=self.provenance,
        )

    def _text(self, field: str, section: str, key: str) -> str | None:
        value = self.main.text(section, key)
        if value is not None:
            self.provenance[field] = f"[{section}] {key}"
        return value

    def _people(self) -> None:
        for name, section in self.main.sections.items():
            for key, value in section.items():
                if _PERSON.search(key) and value.strip():
                    message = f"[{name}] {key} names a person"
                    self._problem("personal-data", message, f"[{name}] {key}")
                    return

    # -- pixels ------------------------------------------------------------------

    def _dimension_order(self) -> str | None:
        known = "".join(code for code in self.order if code in "XYZCT")
        if len(known) != len(self.order) or not known.startswith("XY"):
            return None
        self.provenance["dimension_order"] = "[Axis Parameter Common] AxisOrder"
        return known + "".join(code for code in "CZT" if code not in known)

    def _size(self) -> ImageSize:
        others = [c for c in self.order if c not in "XYZCTL" and self.count(c) > 1]
        times = self.count("T")
        for code in others:
            times *= self.count(code)
            message = (
                f"has an axis {code} of {self.count(code)}, which the record has not; "
                "it is counted as times"
            )
            self._problem("axis-unknown", message, "[Axis Parameter Common] AxisOrder")
        for code in (c for c in "XYZCT" if c in self.order):
            self.provenance[f"size.{code.lower()}"] = (
                f"[Axis {self.axes[code].number} Parameters Common] MaxSize"
            )
        return ImageSize(
            self.count("X"),
            self.count("Y"),
            self.count("Z"),
            self.count("C") * self.count("L"),
            times,
        )

    def _pixel_type(self) -> str | None:
        depth = self.main.number(REFERENCE, "ImageDepth")
        name = None if depth is None else _TYPES.get(int(depth))
        if name is not None:
            self.provenance["pixel_type"] = f"[{REFERENCE}] ImageDepth"
        elif depth is not None:
            message = f"ImageDepth {depth:g} is no number of bytes"
            self._problem("pixel-type-unknown", message, f"[{REFERENCE}] ImageDepth")
        return name

    def _significant_bits(self) -> int | None:
        bits = self.main.number(REFERENCE, "ValidBitCounts")
        if bits is None or not 0 < bits <= 64:
            return None
        self.provenance["significant_bits"] = f"[{REFERENCE}] ValidBitCounts"
        return int(bits)

    def _physical_size(self) -> PhysicalSize:
        return PhysicalSize(
            self._width("X", "Width"),
            self._width("Y", "Height"),
            self._step("Z", length_unit, "physical_size.z"),
        )

    def _width(self, code: str, key: str) -> Quantity | None:
        if code not in self.order:
            return None
        value = self.main.positive(REFERENCE, f"{key}ConvertValue")
        field = f"physical_size.{code.lower()}"
        if value is None:
            return self._step(code, length_unit, field)
        unit = length_unit(self.main.text(REFERENCE, f"{key}Unit") or "um").value
        if unit is None:  # pixels, where nothing is calibrated
            return None
        self.provenance[field] = f"[{REFERENCE}] {key}ConvertValue"
        return Quantity(value, unit)

    def _step(
        self, code: str, read: Callable[[str], Reading], field: str
    ) -> Quantity | None:
        """Return the distance of two elements of an axis."""
        axis = self.axes.get(code)
        if axis is None or code not in self.order or axis.size < 2:
            return None
        place = f"[Axis {axis.number} Parameters Common]"
        unit = read(axis.values.get("PixUnit") or axis.values.get("UnitName") or "")
        if unit.value is None:
            return None
        step = abs(number_of(axis.values.get("Interval")) or 0)
        where = "Interval"
        if not step:
            ends = [
                number_of(axis.values.get(k)) for k in ("StartPosition", "EndPosition")
            ]
            if ends[0] is None or ends[1] is None:
                return None
            step = abs(ends[1] - ends[0]) / (axis.size - 1)
            where = "(EndPosition - StartPosition) / (MaxSize - 1)"
        if not step:
            return None
        self.provenance[field] = f"{place} {where}"
        return Quantity(step, unit.value)

    # -- channels ----------------------------------------------------------------

    def _channels(self) -> tuple[Channel, ...]:
        bands = self._bands()
        count = self.count("C")
        whole = count * len(bands)
        if whole > MAX_CHANNELS:
            message = f"has {whole} channels, of which {MAX_CHANNELS} are listed"
            self._problem("too-many-channels", message, "[Axis Parameter Common]")
        pairs = ((c, band) for c in range(count) for band in bands)
        return tuple(
            self._channel(index, c + 1, band)
            for index, (c, band) in zip(range(MAX_CHANNELS), pairs, strict=False)
        )

    def _bands(self) -> list[Quantity | None]:
        """Return where each band of a spectral scan starts, in nm."""
        axis = self.axes.get("L")
        if axis is None or "L" not in self.order:
            return [None]
        start = number_of(axis.values.get("StartPosition"))
        step = number_of(axis.values.get("Interval"))
        count = min(axis.size, MAX_CHANNELS)
        if start is None or step is None or start <= 0:
            return [None] * count
        return [Quantity(start + i * step, "nm") for i in range(count)]

    def _channel(self, index: int, number: int, band: Quantity | None) -> Channel:
        section = f"Channel {number} Parameters"
        found = Channel(
            index,
            self.main.text(section, "CH Name"),
            self.main.text(section, "DyeName"),
            self._wavelength(section, "ExcitationWavelength"),
            band or self._wavelength(section, "EmissionWavelength"),
            samples_per_pixel=1,
        )
        for key, name in (
            ("name", "CH Name"),
            ("fluorophore", "DyeName"),
            ("excitation_wavelength", "ExcitationWavelength"),
            ("emission_wavelength", "EmissionWavelength"),
        ):
            if getattr(found, key) is not None:
                self.provenance[f"channels.{index}.{key}"] = (
                    "axis L: StartPosition + index * Interval"
                    if name == "EmissionWavelength" and band is not None
                    else f"[{section}] {name}"
                )
        return found

    def _wavelength(self, section: str, key: str) -> Quantity | None:
        value = self.main.positive(section, key)
        return None if value is None else Quantity(value, "nm")

    # -- instrument --------------------------------------------------------------

    def _objective(self) -> Objective:
        settings = self.plane if self.plane.section(COMMON) else self.main
        model = settings.text(COMMON, "ObjectiveLens Name")
        aperture = settings.positive(COMMON, "ObjectiveLens NAValue")
        if model is None and aperture is None:
            return Objective()
        self.provenance["objective"] = f"[{COMMON}] ObjectiveLens Name"
        word = _IMMERSION.search(model or "")
        return Objective(
            None,
            model,
            settings.positive(COMMON, "Magnification"),
            aperture if aperture != UNSET_APERTURE else None,
            _IMMERSIONS.get(word.group(1).lower(), "Silicone") if word else None,
        )

    def _acquired_at(self) -> str | None:
        found = _DATE.match(self.main.text(COMMON, "ImageCaputreDate") or "")
        if found is None:
            return None
        self.provenance["acquired_at"] = f"[{COMMON}] ImageCaputreDate"
        milliseconds = self.main.number(COMMON, "ImageCaputreDate+MilliSec")
        date = f"{found.group(1)}T{found.group(2)}"
        if milliseconds is None or not 0 <= milliseconds < 1000:
            return date
        return f"{date}.{int(milliseconds):03}"

    def _software(self) -> str | None:
        name = self._text("software", "Version Info", "SystemName")
        version = self.main.text("Version Info", "SystemVersion")
        return f"{name} {version}" if name and version else None
