"""QPTIFF of PerkinElmer's and Akoya's slide scanners (Vectra, PhenoImager).

Each page has XML in its description, whose ``ImageType`` tells what it is: pages of
``FullResolution`` are the channels of the slide, or its one page in colour; the others
are lower resolutions, a thumbnail, the overview and the label. The XML calls itself
UTF-16 and is UTF-8. The resolution tags are the size of a pixel.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageSize,
    Instrument,
    Objective,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.gathered import exact
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader
from fairsubmit.readers.tiff.markup import decoded, parsed, value_of
from fairsubmit.readers.tiff.resolution import calibration
from fairsubmit.readers.tiff.structure import DESCRIPTION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Page, Tiff

__all__ = ["Qptiff"]

ROOT = "<PerkinElmer-QPI-ImageDescription"
FULL = "FullResolution"
_ELEMENT = re.compile(r"<(ImageType|Name|Biomarker)>([^<]{0,200})</")
_MAGNIFICATION = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*[xX×]?\b")


class Qptiff(DialectReader):
    """Slides of Vectra, Mantra, PhenoImager, PhenoCycler, and inForm's components."""

    name = "qptiff"
    suffixes: Sequence[str] = (".qptiff", ".tif", ".tiff")
    about = About(
        "PerkinElmer QPTIFF",
        (".qptiff", ".tif"),
        "pixel size, channels, biomarkers, objective, date, camera",
        "files written from the specification",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether the first page's description is PerkinElmer's XML."""
        return ROOT in decoded(tiff.text(DESCRIPTION, 1 << 10) or b"")

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return the slide's record."""
        slide = _Slide(tiff, path)
        slide.read()
        return [slide.record(self)]


class _Slide(Dialect):
    def read(self) -> None:
        self._channels()
        size, problem = calibration(self.tiff)
        self.length("x", size.x, "IFD:0/XResolution")
        self.length("y", size.y, "IFD:0/YResolution")
        root = parsed(self.text())
        if root is None:
            message = "the description of page 1 is no XML that can be read"
            self.problem("metadata-unreadable", message, "tag 270")
        micrometres = exact(value_of(root, "PixelSizeMicrons") or "")
        if size.x is None and micrometres is not None and micrometres > 0:
            for axis in "xy":
                length = Quantity(float(micrometres), "µm")
                self.length(axis, length, "ScanProfile PixelSizeMicrons")
        elif problem is not None:
            self.problems.append(problem)
        self._instrument(root)
        self.found("name", value_of(root, "SlideID"), "SlideID")
        program = value_of(root, "AcquisitionSoftware")
        self.found("software", program, "AcquisitionSoftware")
        self.person(value_of(root, "OperatorName"), "tag 270 OperatorName")

    def _instrument(self, root: object) -> None:
        model = value_of(root, "InstrumentType")
        place = "InstrumentType"
        self.found("instrument", Instrument(model=model) if model else None, place)
        camera = value_of(root, "CameraName") or value_of(root, "CameraType")
        place = "CameraName"
        self.found("detector", Detector(model=camera) if camera else None, place)
        lens = value_of(root, "Objective")
        if lens is not None:
            found = _MAGNIFICATION.match(lens)
            value = float(found.group(1)) if found else 0
            objective = Objective(model=lens, magnification=value or None)
            self.found("objective", objective, "Objective")

    def _channels(self) -> None:
        """Take the pages of full resolution; without types, those like the first."""
        pages: list[tuple[Page, dict[str, str]]] = []
        label = False
        for tags, page in self.pages():
            text = self.text_of(tags)
            words = {
                k: unescape(v).strip() for k, v in reversed(_ELEMENT.findall(text))
            }
            kind = words.get("ImageType", "" if ROOT in text else "none")
            label = label or kind in {"Label", "Overview"}
            if kind == FULL or (not kind and _same(page, self.page)):
                pages.append((page, words))
        if label:
            self.slide_label("tag 270 ImageType")
        self.page = pages[0][0] if pages else self.page
        pages = [found for found in pages if _same(found[0], self.page)] or [
            (self.page, {})
        ]
        samples = self.page.samples
        size = ImageSize(self.page.width, self.page.height, 1, samples * len(pages), 1)
        self.found("size", size, "tag 270 ImageType")
        plain = Channel(0, samples_per_pixel=samples)
        channels = tuple(
            replace(plain, index=index, name=_name(words))
            for index, (_, words) in enumerate(pages)
        )
        self.found("channels", channels, "tag 270 Biomarker, Name")


def _name(words: dict[str, str]) -> str | None:
    """Return what a channel shows, or else the name of its filter."""
    return words.get("Biomarker") or words.get("Name") or None


def _same(page: Page, other: Page) -> bool:
    return (page.width, page.height, page.samples) == (
        other.width,
        other.height,
        other.samples,
    )
