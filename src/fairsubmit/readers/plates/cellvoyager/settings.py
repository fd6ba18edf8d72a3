"""Pixel sizes, lasers, objectives and the plate's name: MRF, MES and WPI files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.plates.events import Events, local
from fairsubmit.readers.plates.folder import Folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Settings", "settings_of"]

DETAIL = "MeasurementDetail.mrf"
# A plate has up to some tens of channels and light sources.
MAX_ELEMENTS = 1_000
_WANTED = frozenset(
    {
        "MeasurementDetail",
        "MeasurementSamplePlate",
        "MeasurementChannel",
        "Channel",
        "LightSource",
        "WellPlate",
    }
)

Attributes = dict[str, str]


@dataclass(slots=True)
class Settings:
    """What the files beside the list of images say.

    Attributes
    ----------
    detail, plate, sample
        Attributes of MeasurementDetail, WellPlate and MeasurementSamplePlate.
    pixels, channels
        Attributes of MeasurementChannel and Channel, by ``Ch``.
    lights
        Wavelengths of the light sources of a channel, by ``Ch``.
    files
        Paths of those that are there.
    problems
        What cannot be read, or is missing.
    """

    detail: Attributes = field(default_factory=dict)
    plate: Attributes = field(default_factory=dict)
    sample: Attributes = field(default_factory=dict)
    pixels: dict[int, Attributes] = field(default_factory=dict)
    channels: dict[int, Attributes] = field(default_factory=dict)
    lights: dict[int, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class _Elements(Events):
    """The elements of one of the files; each has its channel's lights beside."""

    def __init__(self, path: Path, root: str) -> None:
        super().__init__(path, root)
        self.found: list[tuple[str, Attributes, list[str]]] = []

    def begin(self, name: str, attributes: dict[str, str]) -> bool:
        if name in _WANTED and len(self.found) < MAX_ELEMENTS:
            self.found.append((name, local(attributes), []))
        return name == "LightSourceName"

    def finish(self, name: str, text: str | None) -> None:
        if name == "LightSourceName" and text and self.found:
            self.found[-1][2].append(text)


def settings_of(path: Path) -> Settings:
    """Read the files beside a list of images."""
    folder = Folder(path.parent)
    settings = Settings()
    _read_detail(settings, folder)
    _read_channels(settings, folder)
    wpi = _name(folder, settings.sample.get("WellPlateFileName"), ".wpi")
    for name, attributes, _ in _read(settings, folder, wpi, "WellPlate"):
        if name == "WellPlate":
            settings.plate = attributes
    return settings


def _read_detail(settings: Settings, folder: Folder) -> None:
    for name, attributes, _ in _read(settings, folder, DETAIL, "MeasurementDetail"):
        if name == "MeasurementDetail":
            settings.detail = attributes
        elif name == "MeasurementSamplePlate":
            settings.sample = attributes
        elif name == "MeasurementChannel":
            settings.pixels.setdefault(_channel(attributes), attributes)


def _read_channels(settings: Settings, folder: Folder) -> None:
    mes = _name(folder, settings.detail.get("MeasurementSettingFileName"), ".mes")
    waves: dict[str, str] = {}
    for name, attributes, sources in _read(settings, folder, mes, "MeasurementSetting"):
        if name == "LightSource":
            waves[attributes.get("Name", "")] = attributes.get("WaveLength", "")
        elif name == "Channel":
            number = _channel(attributes)
            settings.channels.setdefault(number, attributes)
            settings.lights[number] = [waves.get(source, "") for source in sources]


def _channel(attributes: Attributes) -> int:
    text = attributes.get("Ch", "")
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _name(folder: Folder, written: str | None, suffix: str) -> str | None:
    """Return the file that is named, or the only one with its suffix."""
    name = (written or "").replace("\\", "/").rpartition("/")[2]
    if name and folder.find(name) is not None:
        return name
    others = [there for there in folder.sizes if there.lower().endswith(suffix)]
    return others[0] if len(others) == 1 else name or None


def _read(
    settings: Settings, folder: Folder, name: str | None, root: str
) -> list[tuple[str, Attributes, list[str]]]:
    there = folder.find(name) if name else None
    if there is None:
        if name:
            message = f"{name}, which belongs to the plate, is not beside it"
            settings.problems.append(Problem("companion-missing", message, name))
        return []
    settings.files.append(folder.posix(there))
    elements = _Elements(folder.path / there, root)
    try:
        elements.run()
    except ReadError as error:
        message = f"{there} cannot be read: {error.message}"
        settings.problems.append(Problem("metadata-unreadable", message, there))
        return []
    settings.problems += elements.problems
    return elements.found
