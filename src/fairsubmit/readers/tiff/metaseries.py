"""TIFF as MetaMorph and MetaXpress (ImageXpress) write it: a plane, its properties.

The description is XML: ``<MetaData>`` with ``<prop id type value>`` elements, those of
the plane within ``<PlaneInfo>``. A calibration holds only while
``spatial-calibration-state`` is on.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

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
from fairsubmit.readers.tiff.structure import DESCRIPTION, described, open_tiff
from fairsubmit.readers.units import length_unit
from fairsubmit.readers.values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["MetaSeries"]

MAX_TEXT = 1 << 20
_PROPERTY = re.compile(r'<prop\s+id="([^"]*)"\s+type="[^"]*"\s+value="([^"]*)"')
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)")
_MAGNIFICATION = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*[xX](?![a-z])")


class MetaSeries:
    """Single planes of MetaMorph, MetaXpress and ImageXpress."""

    name = "metaseries"
    suffixes: Sequence[str] = (".tif", ".tiff")
    about = About(
        "MetaSeries TIFF",
        (".tif", ".tiff"),
        "wavelength, objective, date, stage label",
        "36 real files",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a TIFF whose description is MetaSeries XML."""
        return described(path, head).lstrip().startswith(b"<MetaData>")

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the plane's record.

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
            raw = tiff.text(DESCRIPTION, MAX_TEXT) or b""
            page, pages = tiff.first, len(tiff.offsets)
        text = raw.rstrip(b"\0").decode("utf-8", "replace")
        plane = _Plane(_properties(text))
        one = pages == 1
        record = plane.record(path.as_posix(), self.name)
        return [
            replace(
                record,
                size=ImageSize(page.width, page.height, *((1, 1, 1) if one else ())),
                pixel_type=page.pixel_type,
                problems=(*problems, *record.problems),
            )
        ]


def _properties(text: str) -> dict[str, str]:
    return {key: unescape(value) for key, value in _PROPERTY.findall(text)}


class _Plane(Values):
    def __init__(self, properties: Mapping[str, str]) -> None:
        super().__init__()
        self.properties = properties
        self.provenance = {"size.x": "IFD:0/ImageWidth", "size.y": "IFD:0/ImageLength"}

    def record(self, path: str, reader: str) -> ImageMetadata:
        physical_size = self._physical_size()
        channel, objective = self._channel(), self._objective()
        acquired_at = self._acquired_at()
        self._processed()
        return ImageMetadata(
            path,
            0,
            name=self._text("stage-label", "name"),
            format="MetaSeries TIFF",
            reader=reader,
            physical_size=physical_size,
            channels=(channel,),
            objective=objective,
            acquired_at=acquired_at,
            software=self._software(),
            files=(path,),
            problems=tuple(self.problems),
            provenance=self.provenance,
        )

    def _text(self, key: str, field: str) -> str | None:
        found = self.properties.get(key, "").strip() or None
        if found is not None:
            self.provenance[field] = f"PlaneInfo/{key}"
        return found

    def _software(self) -> str | None:
        name = self._text("ApplicationName", "software")
        version = self.properties.get("ApplicationVersion", "")
        return f"{name} {version}".strip() if name else None

    def _physical_size(self) -> PhysicalSize:
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
                self.provenance[f"physical_size.{axis}"] = f"PlaneInfo/{key}"
            found.append(length)
        return PhysicalSize(*found)

    def _channel(self) -> Channel:
        attributes = {"wavelength": self.properties.get("wavelength", "")}
        if attributes["wavelength"] == "0":  # unset
            attributes = {}
        emission = self.quantity(
            attributes, "wavelength", "PlaneInfo", (length_unit, "nm")
        )
        name = self._text("_IllumSetting_", "channels.0.name")
        return Channel(0, name, emission_wavelength=emission, samples_per_pixel=1)

    def _objective(self) -> Objective:
        model = self._text("_MagSetting_", "objective")
        found = _MAGNIFICATION.search(model or "")
        aperture = self.positive(dict(self.properties), "_MagNA_", "PlaneInfo")
        return Objective(
            model=model,
            magnification=float(found.group(1)) if found else None,
            numerical_aperture=aperture,
        )

    def _acquired_at(self) -> str | None:
        found = _TIME.match(self.properties.get("acquisition-time-local", ""))
        if found is None:
            return None
        self.provenance["acquired_at"] = "PlaneInfo/acquisition-time-local"
        return f"{'-'.join(found.groups()[:3])}T{found.group(4)}"

    def _processed(self) -> None:
        method = self.properties.get("Z Projection Method", "").strip()
        if method:
            self.problems.append(
                Problem(
                    "processed-image",
                    f"is a projection along z ({method}), not as it was acquired",
                    "PlaneInfo/Z Projection Method",
                )
            )
