"""Ventana BIF whole slides (Roche): TIFF whose XMP tag holds an ``iScan`` element.

``ScanRes`` is micrometres a pixel, ``Magnification`` the objective's, ``Z-layers`` the
number of focal planes, which stand within the tiles, and ``Z-spacing`` their distance
in micrometres. Descriptions name the pages: ``level=0 mag=40 quality=90`` is the slide,
``Label Image`` the overview with the label, ``Thumbnail`` a small one (Roche Digital
Pathology, BIF image file format, version 1.0).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import ImageSize, Instrument, Objective
from fairsubmit.readers.about import About
from fairsubmit.readers.tiff.dates import iso_date, iso_time, stamp
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader
from fairsubmit.readers.tiff.markup import MAX_XML, decoded, named, parsed
from fairsubmit.readers.units import length_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["Ventana"]

XMP = 700
_LEVEL_0 = re.compile(r"\blevel=0\b")


class Ventana(DialectReader):
    """Whole-slide images of Ventana's and Roche's scanners."""

    name = "ventana_bif"
    suffixes: Sequence[str] = (".bif", ".tif", ".tiff")
    about = About(
        "Ventana BIF",
        (".bif", ".tif"),
        "pixel size, magnification, focal planes, date, scanner",
        "files written from the specification",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether the first page's XMP holds an ``iScan`` element near its start."""
        entry = tiff.tags.get(XMP)
        return entry is not None and b"<iScan" in tiff.raw(entry, 1 << 14)

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return the slide's record."""
        slide = _Slide(tiff, path)
        slide.read()
        return [slide.record(self)]


class _Slide(Dialect):
    def read(self) -> None:
        self._page()
        root = parsed(decoded(self.tiff.raw(self.tiff.tags[XMP], MAX_XML)))
        scan = None if root is None else named(root, "iScan")
        self.keys: dict[str, str] = {} if scan is None else dict(scan.attrib)
        if scan is None:
            message = "tag 700 is no XML with an iScan element that can be read"
            self.problem("metadata-unreadable", message, "tag 700")
        size = self.quantity(self.keys, "ScanRes", "iScan", (length_unit, "µm"))
        for axis in "xy":
            self.length(axis, size, "iScan@ScanRes")
        self._planes()
        lens = self.positive(self.keys, "Magnification", "iScan")
        if lens is not None:
            value = Objective(magnification=lens)
            self.found("objective", value, "iScan@Magnification")
        self._scanner()
        date, _, time = self.keys.get("ScanDate", "").replace("T", " ").partition(" ")
        when = stamp(iso_date(date), iso_time(time))
        self.found("acquired_at", when, "iScan@ScanDate")
        for key in ("UserName", "OperatorID"):
            self.person(self.keys.get(key), f"tag 700 iScan@{key}")

    def _page(self) -> None:
        """Take the page called level 0; without one, the widest in tiles."""
        found = [(self.text_of(tags, 256), page) for tags, page in self.pages()]
        level = next((page for text, page in found if _LEVEL_0.search(text)), None)
        tiled = [page for _, page in found if page.tiled] or [self.page]
        self.page = level or max(tiled, key=lambda page: page.width)
        if any(text.startswith(("Label Image", "Label_Image")) for text, _ in found):
            self.slide_label("tag 270")

    def _planes(self) -> None:
        written = self.keys.get("Z-layers", "1")
        depth = int(written) if written.isdecimal() and len(written) < 6 else 1
        page = self.page
        size = ImageSize(page.width, page.height, max(depth, 1), page.samples, 1)
        self.found("size", size, "tag 270 level=0")
        if depth > 1:
            spacing = self.quantity(
                self.keys, "Z-spacing", "iScan", (length_unit, "µm")
            )
            self.length("z", spacing, "iScan@Z-spacing")

    def _scanner(self) -> None:
        model = self.keys.get("ScannerModel") or None
        self.found("instrument", Instrument("Ventana", model), "iScan@ScannerModel")
        version = self.keys.get("BuildVersion")
        if version:
            self.found("software", f"iScan {version}", "iScan@BuildVersion")
