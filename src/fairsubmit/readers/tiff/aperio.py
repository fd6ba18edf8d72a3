"""Aperio SVS whole slides: a TIFF whose description lists ``key = value``.

The first page is the slide at full resolution; further tiled pages are its lower
resolutions, those of the same size its other focal planes. Pages in strips are the
thumbnail, the label and the overview, which are no images of the dataset. ``MPP`` is
micrometres a pixel, ``AppMag`` the magnification (Aperio, "Digital Slides and
Third-Party Data Interchange", MAN-0069).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import (
    Channel,
    ImageSize,
    Instrument,
    Objective,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.tiff.dates import iso_date, iso_time, stamp
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader
from fairsubmit.readers.tiff.resolution import calibration
from fairsubmit.readers.tiff.structure import DESCRIPTION
from fairsubmit.readers.units import length_unit, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["Aperio"]

MAX_TEXT = 1 << 20
_ZONE = re.compile(r"GMT([+-]\d\d):?(\d\d)")
_LABEL = re.compile(r"^label\b", re.IGNORECASE | re.MULTILINE)


class Aperio(DialectReader):
    """Whole-slide images of Aperio (Leica) scanners, and of who writes as they do."""

    name = "aperio"
    suffixes: Sequence[str] = (".svs", ".tif", ".tiff")
    about = About(
        "Aperio SVS",
        (".svs",),
        "pixel size, magnification, date, scanner, focal planes, dye",
        "1 real file",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether the description is Aperio's."""
        return (tiff.text(DESCRIPTION, 64) or b"").startswith(b"Aperio")

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return the slide's record."""
        slide = _Slide(tiff, path)
        slide.read()
        return [slide.record(self)]


class _Slide(Dialect):
    def read(self) -> None:
        text = self.text(limit=MAX_TEXT)
        self.keys = _keys(text)
        self._pixel_size()
        magnification = self.positive(self.keys, "AppMag", "tag 270")
        if magnification is not None:
            self.found("objective", Objective(magnification=magnification), "AppMag")
        model = self.keys.get("ScannerType") or None
        self.found("instrument", Instrument("Aperio", model), "tag 270")
        self.found("acquired_at", self._acquired_at(), "Date, Time")
        program = text.partition("\n")[0].partition("|")[0].strip()
        self.found("software", program or None, "tag 270 line 1")
        self._name()
        self._planes()
        self._channel()
        self.person(self.keys.get("User"), "tag 270 User")
        if any(_LABEL.search(self.text_of(tags)) for tags, _ in self.pages()):
            self.slide_label("tag 270")

    def _pixel_size(self) -> None:
        if self.keys.get("MPP"):
            mpp = self.quantity(self.keys, "MPP", "tag 270", (length_unit, "µm"))
            for axis in "xy":
                self.length(axis, mpp, "MPP")
            return
        size = calibration(self.tiff).size
        self.length("x", size.x, "IFD:0/XResolution")
        self.length("y", size.y, "IFD:0/YResolution")

    def _acquired_at(self) -> str | None:
        """Return date and time: month, day and two digits of the year."""
        time = iso_time(self.keys.get("Time", ""))
        zone = _ZONE.fullmatch(self.keys.get("Time Zone", ""))
        if time is not None and zone is not None:
            time += ":".join(zone.groups())
        return stamp(iso_date(self.keys.get("Date", "")), time)

    def _name(self) -> None:
        written = self.keys.get("Filename", "")
        name = re.split(r"[\\/]", written)[-1]
        self.found("name", name or None, "Filename")
        if name != written:
            message = (
                "names its file with a path, and the path may tell a user's name; only "
                "the file name is used"
            )
            self.problem("path-in-name", message, "tag 270 Filename")

    def _planes(self) -> None:
        """Count focal planes: pages of the slide's own size."""
        page = self.page
        alike = (page.width, page.height, page.tiled)
        planes = [
            tags
            for tags, other in self.pages()
            if (other.width, other.height, other.tiled) == alike
        ]
        count = len(planes) if page.tiled and not page.reduced else 1
        size = ImageSize(page.width, page.height, count, page.samples, 1)
        self.found("size", size, "IFD:0")
        offsets = [
            number(_keys(self.text_of(tags)).get("OffsetZ", ""))[0] for tags in planes
        ]
        found = sorted(z for z in offsets if z is not None)
        steps = [b - a for a, b in pairwise(found)]
        if 0 < len(steps) == count - 1 and 0 < max(steps) < 1.01 * min(steps):
            self.length("z", Quantity(round(steps[0], 6), "µm"), "OffsetZ")

    def _channel(self) -> None:
        """Read the dye of a slide in fluorescence, which is one channel."""
        dye = self.keys.get("Dye") or None
        excitation, emission = self._wave("Excitation"), self._wave("Emission")
        if self.page.samples == 1 and (dye or excitation or emission):
            channel = Channel(0, dye, dye, excitation, emission, samples_per_pixel=1)
            self.found("channels", (channel,), "Dye")

    def _wave(self, kind: str) -> Quantity | None:
        value, _ = number(self.keys.get(f"{kind} Wavelength", ""))
        return Quantity(value, "nm") if value is not None and value > 0 else None


def _keys(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split("|")[1:])
    found: dict[str, str] = {}
    for key, _, value in pairs:
        found.setdefault(key.strip(), value.strip())
    return found
