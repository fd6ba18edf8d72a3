"""TIFF of Zeiss and LEO scanning electron microscopes (SmartSEM).

Tag 34118 begins with unnamed numbers, of which the fourth is the size in metres of a
pixel on a screen of 1,024 columns; then follow pairs of lines: a key such as
``AP_PIXEL_SIZE`` and ``Pixel Size = 5.825 nm``. ``AP_PIXEL_SIZE`` is that of the screen
too: in a picture of another width, a pixel is as much larger or smaller.
``AP_IMAGE_PIXEL_SIZE``, which newer versions write, is that of the picture, and
``AP_WIDTH``, the width of the field of view, tells which holds.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import Detector, Instrument, Quantity
from fairsubmit.readers.about import About
from fairsubmit.readers.gathered import exact
from fairsubmit.readers.tiff.dates import iso_date, iso_time, stamp
from fairsubmit.readers.tiff.dialect import MAX_LINES, Dialect, DialectReader
from fairsubmit.readers.units import length_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["ZeissSem"]

CZ_SEM = 34118
MAX_TEXT = 1 << 20
# The widths of the screens that AP_PIXEL_SIZE refers to.
SCREEN = 1024
# AP_WIDTH has four digits.
TOLERANCE = Decimal("0.01")
_KEY = re.compile(r"[A-Z]{2}_[A-Z0-9_]+")
_NANOMETRES = {"pm": -3, "nm": 0, "µm": 3, "mm": 6, "m": 9}


class ZeissSem(DialectReader):
    """Images of Zeiss' and LEO's SEM and FIB-SEM."""

    name = "zeiss_sem"
    about = About(
        "Zeiss SEM TIFF",
        (".tif", ".tiff"),
        "pixel size, date, microscope, detector",
        "1 real file",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether it has SmartSEM's tag."""
        return CZ_SEM in tiff.tags

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return the image's record."""
        image = _Image(tiff, path)
        image.read()
        return [image.record(self)]


class _Size(NamedTuple):
    """A pixel size, in nm, and the unit that the file has."""

    nanometres: Decimal
    unit: str
    place: str


class _Image(Dialect):
    def read(self) -> None:
        lines = self.text(CZ_SEM, MAX_TEXT).splitlines()[:MAX_LINES]
        self.numbers, self.pairs = _parsed(lines)
        self._pixel_size()
        when = stamp(iso_date(self._get("AP_DATE")), iso_time(self._get("AP_TIME")))
        self.found("acquired_at", when, "tag 34118 AP_DATE, AP_TIME")
        model = self._get("DP_SEM") or _model(self._get("SV_SERIAL_NUMBER"))
        if model:
            place = "tag 34118 SV_SERIAL_NUMBER"
            self.found("instrument", Instrument("Carl Zeiss", model), place)
        for key in ("DP_DETECTOR_CHANNEL", "DP_DETECTOR_TYPE"):
            detector = self._get(key)
            if detector:
                self.found("detector", Detector(model=detector), f"tag 34118 {key}")
                break
        version = self._get("SV_VERSION")
        if version:
            place = "tag 34118 SV_VERSION"
            self.found("software", f"SmartSEM {version}", place)
        for key in ("SV_USER_NAME", "SV_OPERATOR"):
            self.person(self._get(key), f"tag 34118 {key}")
        self.folder(self._get("SV_IMAGE_PATH"), "tag 34118 SV_IMAGE_PATH")

    def _get(self, key: str) -> str:
        return self.pairs.get(key, "")

    def _pixel_size(self) -> None:
        sizes = list(self._sizes())
        field = self._length("AP_WIDTH")
        chosen = sizes[0] if sizes else None
        if field is not None:
            pixel = field.nanometres / self.page.width
            near = (s for s in sizes if abs(s.nanometres / pixel - 1) < TOLERANCE)
            chosen = next(near, None)
            if chosen is None and not sizes:
                chosen = _Size(pixel, field.unit, f"{field.place} / ImageWidth")
            elif chosen is None:
                message = (
                    "the pixel sizes contradict the width of the field of view over "
                    f"{self.page.width} columns: the image was cut or resized; ignored"
                )
                self.problem("value-ignored", message, field.place)
        if chosen is not None:
            digits = _NANOMETRES[chosen.unit]
            value = float(chosen.nanometres.scaleb(-digits))
            for axis in "xy":
                self.length(axis, Quantity(value, chosen.unit), chosen.place)

    def _sizes(self) -> Iterator[_Size]:
        """Yield what the pixel size may be, the most trusted first."""
        image = self._length("AP_IMAGE_PIXEL_SIZE")
        if image is not None:
            yield image
        factor = Decimal(SCREEN) / self.page.width
        screen = self._length("AP_PIXEL_SIZE")
        number = exact(self.numbers[3]) if len(self.numbers) > 3 else None
        if number is not None and number > 0:
            place = "tag 34118 line 4 × 1024 / ImageWidth"
            unit = "nm" if screen is None else screen.unit
            yield _Size(number.scaleb(9) * factor, unit, place)
        if screen is not None:
            place = f"{screen.place} × 1024 / ImageWidth"
            yield _Size(screen.nanometres * factor, screen.unit, place)
            yield screen

    def _length(self, key: str) -> _Size | None:
        number, _, written = self._get(key).partition(" ")
        value, unit = exact(number), length_unit(written.strip()).value
        if value is None or value <= 0 or unit not in _NANOMETRES:
            return None
        nanometres = value.scaleb(_NANOMETRES[unit])
        return _Size(nanometres, unit, f"tag 34118 {key}")


def _parsed(lines: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return the unnamed numbers at the start, and the values by key."""
    numbers: list[str] = []
    pairs: dict[str, str] = {}
    key = None
    for text in lines:
        line = text.strip()
        if _KEY.fullmatch(line):
            key = line
        elif key is not None:
            # "Date :25 Sep 2018", but "Version = V05.04 : 16-Apr-10"
            found = re.search("[=:]", line)
            if found is not None:
                pairs.setdefault(key, line[found.end() :].strip())
            key = None
        elif not pairs:
            numbers.append(line)
    return numbers, pairs


def _model(serial: str) -> str | None:
    """Return the model before a serial number: ``ULTRA 55`` of ``ULTRA 55-36-06``."""
    found = re.match(r"(.*[A-Za-z].*?)-\d[\d-]*$", serial)
    return found.group(1).strip() if found else None
