"""Philips TIFF whole slides: XML of ``DataObject`` and ``Attribute`` elements.

Attributes carry the names of DICOM's: ``DICOM_PIXEL_SPACING`` is rows, then columns, in
mm. ``PIM_DP_IMAGE_TYPE`` tells the slide (``WSI``) from its overview and its label.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import ImageSize, Instrument
from fairsubmit.readers.about import About
from fairsubmit.readers.gathered import exact, in_metres
from fairsubmit.readers.tiff.dates import iso_date
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader
from fairsubmit.readers.tiff.markup import MarkupElement, parsed
from fairsubmit.readers.tiff.structure import DESCRIPTION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["Philips"]

SOFTWARE = 305
_DATE_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?")


class Philips(DialectReader):
    """Whole-slide images of Philips scanners, exported as TIFF."""

    name = "philips_tiff"
    about = About(
        "Philips TIFF",
        (".tif", ".tiff"),
        "pixel size, date, scanner",
        "files written from the specification",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether the description is Philips' XML."""
        if not (tiff.text(SOFTWARE, 32) or b"").startswith(b"Philips"):
            return False
        return b"<DataObject" in (tiff.text(DESCRIPTION, 1 << 9) or b"")

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return the slide's record."""
        slide = _Slide(tiff, path)
        slide.read()
        return [slide.record(self)]


class _Slide(Dialect):
    def read(self) -> None:
        page = self.page
        size = ImageSize(page.width, page.height, 1, page.samples, 1)
        self.found("size", size, "IFD:0")
        root = parsed(self.text())
        if root is None:
            message = "the description is no XML that can be read"
            self.problem("metadata-unreadable", message, "tag 270")
            return
        slide = _image(root, "WSI")
        spacing = _attribute(root if slide is None else slide, "DICOM_PIXEL_SPACING")
        self._pixel_size(spacing.replace('"', " ").split())
        self._acquired_at(_first(root, "DICOM_ACQUISITION_DATETIME"))
        maker = _first(root, "DICOM_MANUFACTURER") or "Philips"
        model = _first(root, "DICOM_MANUFACTURERS_MODEL_NAME") or None
        self.found("instrument", Instrument(maker, model), "DICOM_MANUFACTURER")
        operator = _first(root, "PIM_DP_SCANNER_OPERATOR_ID")
        self.person(operator, "tag 270 PIM_DP_SCANNER_OPERATOR_ID")
        if any(_image(root, kind) is not None for kind in ("LABELIMAGE", "MACROIMAGE")):
            self.slide_label("tag 270 PIM_DP_IMAGE_TYPE")

    def _pixel_size(self, spacing: list[str]) -> None:
        if len(spacing) != 2:
            return
        place = "DICOM_PIXEL_SPACING"
        for axis, text in (("y", spacing[0]), ("x", spacing[1])):
            millimetres = exact(text)
            if millimetres is not None and millimetres > 0:
                self.length(axis, in_metres(millimetres.scaleb(-3)), place)
            elif millimetres != 0:
                message = f"a pixel of {text} mm cannot be meant; ignored"
                self.problem("value-ignored", message, place)

    def _acquired_at(self, text: str) -> None:
        found = _DATE_TIME.fullmatch(text)
        if found is None:
            return
        day = iso_date("-".join(found.groups()[:3]))
        time = ":".join(found.groups()[3:6])
        fraction = (found.group(7) or "").rstrip("0").rstrip(".")
        if day is not None:
            when = f"{day}T{time}{fraction}"
            self.found("acquired_at", when, "DICOM_ACQUISITION_DATETIME")


def _image(root: MarkupElement, kind: str) -> MarkupElement | None:
    """Return the scanned image of a kind."""
    for element in root.iter("{*}DataObject"):
        if element.get("ObjectType") == "DPScannedImage" and kind == next(
            (
                (a.text or "").strip()
                for a in element.iterchildren("{*}Attribute")
                if a.get("Name") == "PIM_DP_IMAGE_TYPE"
            ),
            None,
        ):
            return element
    return None


def _attribute(element: MarkupElement, name: str) -> str:
    for attribute in element.iter("{*}Attribute"):
        if attribute.get("Name") == name:
            return (attribute.text or "").strip()
    return ""


def _first(root: MarkupElement, name: str) -> str:
    """Return the first of an attribute's values."""
    quoted = re.match(r'"([^"]*)"', _attribute(root, name))
    return quoted.group(1).strip() if quoted else _attribute(root, name)
