"""What the images of a folder say together; memory grows with what differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.lint.images import is_picture, scale_missing
from fairsubmit.wizard.methods import methods_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fairsubmit.metadata.image import (
        Channel,
        Extraction,
        ImageMetadata,
        Objective,
        PlatePosition,
        Quantity,
    )

__all__ = ["Folder", "Observed", "Setting", "observe", "top_folder"]

# More settings than this are no settings a person chose; then less is told apart.
MOST_SETTINGS = 12
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Setting:
    """How images were taken, as they say themselves.

    Attributes
    ----------
    instrument, objective, detector
        In words, ``""`` where nothing is said.
    channels
        One text each.
    methods
        Ids of FBbi.
    """

    instrument: str = ""
    objective: str = ""
    detector: str = ""
    channels: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()

    @property
    def parameters(self) -> str:
        """Objective, detector and channels as one text."""
        channels = "; ".join(self.channels)
        return ". ".join(
            part for part in (self.objective, self.detector, channels) if part
        )


@dataclass(slots=True)
class Folder:
    """One folder of the dataset, or the files beside the folders (``""``).

    Attributes
    ----------
    images
        Number of images in it.
    settings
        How they were taken, at each level of detail.
    wells
        Plate, well and field of each file.
    unscaled
        Images that do not say how large a pixel is.
    """

    images: int = 0
    settings: list[dict[Setting, None]] = field(default_factory=lambda: [{}, {}, {}])
    wells: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    unscaled: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Observed:
    """What all images say.

    Attributes
    ----------
    folders
        By name.
    sources
        The first image of each setting, at each level of detail.
    """

    folders: dict[str, Folder] = field(default_factory=dict)
    sources: list[dict[Setting, str]] = field(default_factory=lambda: [{}, {}, {}])

    @property
    def level(self) -> int | None:
        """The most detailed level with few settings; ``None`` where all have many."""
        few = (i for i, s in enumerate(self.sources) if len(s) <= MOST_SETTINGS)
        return next(few, None)

    @property
    def all_methods_known(self) -> bool:
        """Whether every image says by which method it was taken."""
        settings = () if self.level is None else self.sources[self.level]
        return bool(settings) and all(setting.methods for setting in settings)


def top_folder(path: str) -> str:
    """Return the first folder of a path, ``""`` where it is in none.

    A folder that is an image itself, such as ``a.zarr``, is none.
    """
    first, slash, _ = path.partition("/")
    return "" if not slash or first.casefold().endswith(".zarr") else first


def observe(found: Iterable[Extraction]) -> Observed:
    """Gather what images say.

    Parameters
    ----------
    found
        What reading each image gave; taken one at a time.
    """
    seen = Observed()
    for extraction in found:
        folder = seen.folders.setdefault(top_folder(extraction.path), Folder())
        for image in extraction.images:
            folder.images += 1
            if not is_picture(image):  # the label of a slide
                _keep_setting(image, folder, seen)
            _keep_rows(image, extraction.path, folder)
    return seen


def _keep_setting(image: ImageMetadata, folder: Folder, seen: Observed) -> None:
    full = setting_of(image)
    coarse = Setting(full.instrument, full.objective, methods=full.methods)
    levels = (full, coarse, Setting(full.instrument))
    for level, setting in enumerate(levels):
        if len(seen.sources[level]) <= MOST_SETTINGS:
            seen.sources[level].setdefault(setting, image.path)
            folder.settings[level][setting] = None


def _keep_rows(image: ImageMetadata, path: str, folder: Folder) -> None:
    if "zarr" in (image.format or "").casefold():
        return  # its files are chunks, which no table names
    place = ("", "", "") if image.plate is None else _place(image.plate)
    if any(place):
        for each in image.files or (path,):
            known = folder.wells.get(each)
            folder.wells[each] = place if known in {None, place} else ("", "", "")
    if scale_missing(image):
        folder.unscaled[path] = None


def _place(plate: PlatePosition) -> tuple[str, str, str]:
    well = ""
    if plate.row is not None and plate.column is not None:
        first, second = divmod(plate.row, len(_LETTERS))
        row = (_LETTERS[first - 1] if first else "") + _LETTERS[second]
        well = f"{row}{plate.column + 1}"
    field_number = "" if plate.field is None else str(plate.field + 1)
    return plate.plate or "", well, field_number


def setting_of(image: ImageMetadata) -> Setting:
    """Return how an image was taken, as it says itself."""
    detector = _named(image.detector.manufacturer, image.detector.model)
    return Setting(
        _named(image.instrument.manufacturer, image.instrument.model),
        _objective(image.objective),
        f"Detector {detector}" if detector else "",
        tuple(text for each in image.channels if (text := _channel(each))),
        methods_of(image.channels),
    )


def _named(manufacturer: str | None, model: str | None) -> str:
    """Write maker and model, the maker once."""
    maker, name = (manufacturer or "").strip(), (model or "").strip()
    if not maker or name.casefold().startswith(maker.casefold()):
        return name
    return f"{maker} {name}".strip()


def _objective(objective: Objective) -> str:
    """Write an objective; what its name says already is not said again."""
    name = _named(objective.manufacturer, objective.model)
    known = name.casefold().replace(" ", "")
    parts = []
    if objective.magnification:
        parts.append((f"{objective.magnification:g}x", f"{objective.magnification:g}x"))
    if objective.numerical_aperture:
        aperture = f"{objective.numerical_aperture:g}"
        parts.append((f"NA {aperture}", f"/{aperture}"))
    immersion = (objective.immersion or "").strip()
    if immersion and immersion != "Other":
        parts.append((immersion.lower(), immersion.casefold()))
    words = ", ".join(text for text, sign in parts if sign not in known)
    if name and words:
        return f"Objective {name} ({words})"
    return f"Objective {name or words}" if name or words else ""


def _channel(channel: Channel) -> str:
    waves = {
        "excitation": channel.excitation_wavelength,
        "emission": channel.emission_wavelength,
    }
    said = ", ".join(
        f"{name} {_quantity(wave)}" for name, wave in waves.items() if wave
    )
    name = (channel.name or channel.fluorophore or "").strip()
    if not said:
        return f"channel {name}" if name else ""
    return f"channel {name or channel.index + 1} ({said})"


def _quantity(value: Quantity) -> str:
    return f"{value.value:g} {value.unit or ''}".rstrip()
