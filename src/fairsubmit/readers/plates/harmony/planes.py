"""Harmony's index, read as it comes: of each plane its file, of each field the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.readers.plates.events import Events

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ROOT", "Field", "Index", "Key"]

ROOT = "EvaluationInputData"
# Rows and columns of the largest plates are 32 and 48.
MAX_WELLS = 100
MAX_NUMBER = 1_000_000
MAX_CHANNELS = 1_000
_OF_PLANES = frozenset(
    {
        *("URL", "State", "Row", "Col", "FieldID", "PlaneID", "TimepointID"),
        *("ChannelID", "ChannelName", "AbsTime", "PositionZ"),
        *("ImageSizeX", "ImageSizeY", "ImageResolutionX", "ImageResolutionY"),
        *("MainExcitationWavelength", "MainEmissionWavelength"),
        *("ObjectiveMagnification", "ObjectiveNA"),
        *("AcquisitionType", "ChannelType", "CameraType"),
    }
)
_OF_PLATE = frozenset(
    {"User", "InstrumentType", "PlateID", "Name", "MeasurementStartTime"}
)

Key = tuple[int, int, int]
Properties = dict[str, str]


@dataclass(slots=True)
class Field:
    """The planes of one field.

    Attributes
    ----------
    first
        Properties of its first plane.
    absent
        Planes that were not taken, or not stored.
    heights
        Positions of two planes of the first channel, by number.
    """

    first: Properties
    names: list[str] = field(default_factory=list)
    channels: set[int] = field(default_factory=set)
    steps: set[int] = field(default_factory=set)
    times: set[int] = field(default_factory=set)
    heights: dict[int, str] = field(default_factory=dict)
    absent: int = 0

    def add(self, plane: Properties) -> None:
        """Add a plane that has a file."""
        if not self.first:
            self.first = plane
        self.names.append(plane["URL"])
        step = _number(plane.get("PlaneID", ""))
        self.steps.add(step)
        self.channels.add(_number(plane.get("ChannelID", "")))
        self.times.add(_number(plane.get("TimepointID", "")))
        alike = plane.get("ChannelID") == self.first.get("ChannelID")
        if alike and len(self.heights) < 2:
            self.heights.setdefault(step, plane.get("PositionZ", ""))


class Index(Events):
    """An index.

    Attributes
    ----------
    plate
        Texts of the elements about the plate.
    fields
        By row, column and field, from 0.
    channels
        Properties of the first plane of each channel, and of its ``Entry``.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, ROOT)
        self.plate: Properties = {}
        self.fields: dict[Key, Field] = {}
        self.channels: dict[int, Properties] = {}
        self._plane: Properties | None = None
        self._unit: str | None = None

    def begin(self, name: str, attributes: dict[str, str]) -> bool:
        """Begin a plane, an entry or one of their properties."""
        if self._plane is not None:
            if name not in _OF_PLANES:
                return False
            self._unit = attributes.get("Unit")
            return True
        if name == "Image" and "id" not in attributes:
            self._plane = {}
        elif name == "Entry" and "ChannelID" in attributes:
            entry = self._channel(_number(attributes["ChannelID"]))
            self._plane = {} if entry is None else entry
        return name in _OF_PLATE

    def finish(self, name: str, text: str | None) -> None:
        """End a plane, an entry or one of their properties."""
        plane = self._plane
        if plane is None:
            if text:
                self.plate.setdefault(name, text)
        elif name in {"Image", "Entry"}:
            self._plane = None
            if name == "Image":
                self._add(plane)
        elif text is not None:
            plane[name] = text
            if self._unit is not None:
                plane[f"{name}Unit"] = self._unit

    def _channel(self, number: int) -> Properties | None:
        if number not in self.channels and len(self.channels) < MAX_CHANNELS:
            self.channels[number] = {}
        return self.channels.get(number)

    def _add(self, plane: Properties) -> None:
        row, column, number = (
            _number(plane.get(name, "")) for name in ("Row", "Col", "FieldID")
        )
        if not (0 < row <= MAX_WELLS and 0 < column <= MAX_WELLS and number):
            return
        key = row - 1, column - 1, number - 1
        found = self.fields.get(key)
        name = plane.get("URL", "")
        if not name or plane.get("State", "Ok").lower() != "ok":
            if found is not None:
                found.absent += 1
            elif len(self.fields) < MAX_NUMBER:
                self.fields[key] = Field({}, absent=1)
            return
        if found is None:
            found = self.fields[key] = Field({})
        found.add(plane)
        properties = self._channel(_number(plane.get("ChannelID", "")))
        if properties is not None and "Row" not in properties:
            properties.update({**plane, **properties})


def _number(text: str) -> int:
    number = int(text[:12]) if text.isdecimal() else 0
    return number if number <= MAX_NUMBER else 0
