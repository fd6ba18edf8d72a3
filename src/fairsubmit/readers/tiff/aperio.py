"""Aperio SVS whole slides: a TIFF whose description lists ``key = value``.

The first page is the slide at full resolution; further tiled pages are its lower
resolutions, pages in strips are the thumbnail, the label and the overview, which are no
images of the dataset. ``MPP`` is micrometres a pixel, ``AppMag`` the magnification
(Aperio, "Digital Slides and Third-Party Data Interchange", MAN-0069).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import (
    ImageMetadata,
    ImageSize,
    Instrument,
    Objective,
    PhysicalSize,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.plain_tiff import sample_channels
from fairsubmit.readers.tiff.structure import DESCRIPTION, described, open_tiff
from fairsubmit.readers.units import length_unit
from fairsubmit.readers.values import Values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Aperio"]

MAX_TEXT = 1 << 20
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d\d(?:\d\d)?)")
_TIME = re.compile(r"\d\d:\d\d:\d\d")


class Aperio:
    """Whole-slide images of Aperio (Leica) scanners."""

    name = "aperio"
    suffixes: Sequence[str] = (".svs", ".tif", ".tiff")
    about = About(
        "Aperio SVS",
        (".svs",),
        "magnification, date, scanner",
        "1 real file",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a TIFF whose description is Aperio's."""
        return described(path, head).startswith(b"Aperio")

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the slide's record.

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
            page = tiff.first
        text = raw.rstrip(b"\0").decode("utf-8", "replace")
        slide = _Slide(text)
        name = path.as_posix()
        mpp = slide.quantity(slide.keys, "MPP", "tag 270", (length_unit, "µm"))
        magnification = slide.positive(slide.keys, "AppMag", "tag 270")
        provenance = {"size.x": "IFD:0/ImageWidth", "size.y": "IFD:0/ImageLength"}
        if mpp is not None:
            provenance |= {"physical_size.x": "MPP", "physical_size.y": "MPP"}
        if magnification is not None:
            provenance["objective"] = "AppMag"
        record = ImageMetadata(
            name,
            0,
            format="Aperio SVS",
            reader=self.name,
            size=ImageSize(page.width, page.height, 1, page.samples, 1),
            pixel_type=page.pixel_type,
            physical_size=PhysicalSize(mpp, mpp),
            channels=sample_channels(page),
            instrument=Instrument("Aperio"),
            objective=Objective(magnification=magnification),
            acquired_at=slide.acquired_at(),
            software=text.partition("\n")[0].strip() or None,
            files=(name,),
            problems=(*problems, *slide.problems),
            provenance=provenance,
        )
        return [record]


class _Slide(Values):
    def __init__(self, text: str) -> None:
        super().__init__()
        pairs = (part.partition("=") for part in text.split("|")[1:])
        self.keys = {key.strip(): value.strip() for key, _, value in pairs}

    def acquired_at(self) -> str | None:
        """Return date and time: month, day and two digits of the year."""
        date = _DATE.fullmatch(self.keys.get("Date", ""))
        time = _TIME.fullmatch(self.keys.get("Time", ""))
        if date is None or time is None:
            return None
        month, day, year = date.groups()
        century = "20" if len(year) == 2 else ""
        return f"{century}{year}-{month}-{day}T{time.group()}"
