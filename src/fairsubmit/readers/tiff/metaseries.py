"""TIFF as MetaMorph and MetaXpress (ImageXpress) write it: planes, their properties.

The description is XML: ``<MetaData>`` with ``<prop id type value>`` elements, those of
the plane within ``<PlaneInfo>``, those of the hardware as ``<custom-prop>``. A
calibration holds only while ``spatial-calibration-state`` is on. Every page of a stack
has a description of its own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    Objective,
    PhysicalSize,
    Problem,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.structure import (
    DESCRIPTION,
    Tiff,
    described,
    open_tiff,
)
from fairsubmit.readers.units import length_unit, number
from fairsubmit.readers.values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["MetaSeries", "PlaneInfo", "is_metaseries", "page_text"]

MAX_TEXT = 1 << 20
_PROPERTY = re.compile(
    r'<(?:custom-)?prop\s+id="([^"]*)"\s+type="[^"]*"\s+value="([^"]*)"'
)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)")
_MAGNIFICATION = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*[xX](?![a-z])")
# Of a stack, so many pages are asked along which axis they lie.
_ASKED = (0, 1, -1)


def is_metaseries(description: bytes) -> bool:
    """Whether a TIFF's description is MetaSeries XML."""
    return description.lstrip().startswith(b"<MetaData>")


class MetaSeries:
    """Planes and stacks of MetaMorph, MetaXpress and ImageXpress."""

    name = "metaseries"
    suffixes: Sequence[str] = (".tif", ".tiff")
    about = About(
        "MetaSeries TIFF",
        (".tif", ".tiff"),
        "pixel size, wavelength, objective, date, stage label",
        "36 real files",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a TIFF whose description is MetaSeries XML."""
        return is_metaseries(described(path, head))

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the record of the plane or stack.

        Raises
        ------
        DamagedFileError
            If there is no whole image file directory.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            tiff = open_tiff(source)
            problems = check(tiff)
            plane = PlaneInfo(page_text(tiff, tiff.offsets[0]))
            axis = _axis(tiff)
        record = plane.record(path.as_posix(), self.name)
        page, pages = tiff.first, len(tiff.offsets)
        size = ImageSize(page.width, page.height)
        if axis is None:
            message = (
                f"holds {pages} pages and does not say whether they are z positions, "
                "times or channels"
            )
            problems.append(Problem("axis-unknown", message))
            record = replace(record, channels=())
        else:
            z, t = (pages, 1) if axis == "z" else (1, pages)
            size = ImageSize(page.width, page.height, z, 1, t)
        return [
            replace(
                record,
                size=size,
                pixel_type=page.pixel_type,
                problems=(*problems, *record.problems),
            )
        ]


def page_text(tiff: Tiff, offset: int) -> str:
    """Return the description of the page whose directory stands at `offset`.

    Raises
    ------
    DamagedFileError
        If there is no whole directory.
    """
    tags = tiff.tags if offset == tiff.offsets[0] else tiff.directory(offset)[0]
    entry = tags.get(DESCRIPTION)
    raw = tiff.raw(entry, MAX_TEXT) if entry is not None else b""
    return raw.rstrip(b"\0").decode("utf-8", "replace")


def _axis(tiff: Tiff) -> str | None:
    """Return along which axis the pages lie, by their z positions and times."""
    if len(tiff.offsets) == 1:
        return "z"
    offsets = [tiff.offsets[index] for index in _ASKED]
    try:
        planes = [PlaneInfo(page_text(tiff, offset)).properties for offset in offsets]
    except DamagedFileError:
        return None
    differ = {
        key: len({plane.get(key) for plane in planes}) > 1
        for key in ("wavelength", "_IllumSetting_", "z-position")
    }
    if differ["wavelength"] or differ["_IllumSetting_"]:
        return None
    if differ["z-position"]:
        return "z"
    times = [plane.get("acquisition-time-local") for plane in planes]
    return "t" if None not in times and len(set(times)) > 1 else None


class PlaneInfo(Values):
    """The properties of one plane.

    Parameters
    ----------
    text
        The description.
    file
        Name of the plane's file; given where the record is another file's, so that
        `provenance` says where the values stand.
    """

    def __init__(self, text: str, file: str = "") -> None:
        super().__init__()
        self.properties: Mapping[str, str] = {
            key: unescape(value) for key, value in _PROPERTY.findall(text)
        }
        self._place = f"{file}: PlaneInfo" if file else "PlaneInfo"
        self.provenance: dict[str, str] = {}

    def record(self, path: str, reader: str) -> ImageMetadata:
        """Return the record of a file of its own, without the size."""
        self.provenance["size.x"] = "IFD:0/ImageWidth"
        self.provenance["size.y"] = "IFD:0/ImageLength"
        self.processed()
        return ImageMetadata(
            path,
            0,
            name=self.name(),
            format="MetaSeries TIFF",
            reader=reader,
            physical_size=self.physical_size(),
            channels=(self.channel(0),),
            objective=self.objective(),
            acquired_at=self.acquired_at(),
            software=self.software(),
            files=(path,),
            problems=tuple(self.problems),
            provenance=self.provenance,
        )

    def _text(self, key: str, field: str) -> str | None:
        found = self.properties.get(key, "").strip() or None
        if found is not None:
            self.provenance[field] = f"{self._place}/{key}"
        return found

    def name(self) -> str | None:
        """Return the stage label, e.g. ``B02 : Site 1``."""
        return self._text("stage-label", "name")

    def software(self) -> str | None:
        """Return the program and its version."""
        name = self._text("ApplicationName", "software")
        version = self.properties.get("ApplicationVersion", "")
        return f"{name} {version}".strip() if name else None

    def physical_size(self) -> PhysicalSize:
        """Return the pixel size, where it is calibrated; none along z."""
        if self.properties.get("spatial-calibration-state", "").lower() != "on":
            return PhysicalSize()
        found = []
        for axis in "xy":
            key = f"spatial-calibration-{axis}"
            unit = self.properties.get("spatial-calibration-units", "um")
            attributes = {
                key: self.properties.get(key, ""),
                # The program knows no other spelling; it is no mistake of the user.
                f"{key}Unit": "µm" if unit in {"um", "microns"} else unit,
            }
            length = self.quantity(attributes, key, "PlaneInfo", (length_unit, "µm"))
            if length is not None:
                self.provenance[f"physical_size.{axis}"] = f"{self._place}/{key}"
            found.append(length)
        return PhysicalSize(*found)

    def channel(self, index: int) -> Channel:
        """Return the plane's channel, as number `index`."""
        attributes = {"wavelength": self.properties.get("wavelength", "")}
        if number(attributes["wavelength"])[0] == 0:  # unset
            attributes = {}
        emission = self.quantity(
            attributes, "wavelength", "PlaneInfo", (length_unit, "nm")
        )
        name = self._text("_IllumSetting_", f"channels.{index}.name")
        return Channel(index, name, emission_wavelength=emission, samples_per_pixel=1)

    def objective(self) -> Objective:
        """Return the objective."""
        model = self._text("_MagSetting_", "objective")
        found = _MAGNIFICATION.search(model or "")
        attributes = dict(self.properties)
        if number(attributes.get("_MagNA_", ""))[0] == 0:  # unset
            del attributes["_MagNA_"]
        aperture = self.positive(attributes, "_MagNA_", "PlaneInfo")
        return Objective(
            model=model,
            magnification=float(found.group(1)) if found else None,
            numerical_aperture=aperture,
        )

    def acquired_at(self) -> str | None:
        """Return the time of acquisition, by the clock of the computer."""
        found = _TIME.match(self.properties.get("acquisition-time-local", ""))
        if found is None:
            return None
        self.provenance["acquired_at"] = f"{self._place}/acquisition-time-local"
        return f"{'-'.join(found.groups()[:3])}T{found.group(4)}"

    def processed(self) -> None:
        """Note that the plane is a projection, if it is one."""
        method = self.properties.get("Z Projection Method", "").strip()
        if method:
            message = f"is a projection along z ({method}), not as it was acquired"
            self.problem(
                "processed-image", message, f"{self._place}/Z Projection Method"
            )
