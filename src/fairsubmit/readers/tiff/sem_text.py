"""Pictures of JEOL's and Hitachi's electron microscopes, with a text file beside each.

The text has the picture's name and the suffix ``.txt``. JEOL's lines are ``$CM_`` and
``$$SM_`` keys with values: a bar of ``$$SM_MICRON_BAR`` pixels stands for
``$$SM_MICRON_MARKER``, or ``$$EM_PIXELSPERMETER_X`` tells the scale itself. Hitachi's
is a section ``[SemImageFile]`` with ``PixelSize`` in nm.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import Detector, Instrument, Quantity
from fairsubmit.readers.about import About
from fairsubmit.readers.gathered import Gathered, exact, in_metres
from fairsubmit.readers.pictures.bmp import Bmp
from fairsubmit.readers.pictures.jpeg import Jpeg
from fairsubmit.readers.pictures.png import Png
from fairsubmit.readers.sets import named_beside
from fairsubmit.readers.source import Source
from fairsubmit.readers.tiff.dates import iso_date, iso_time, stamp
from fairsubmit.readers.tiff.dialect import ini
from fairsubmit.readers.tiff.markup import decoded
from fairsubmit.readers.tiff.plain_tiff import PlainTiff
from fairsubmit.readers.units import length_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["SemText"]

HITACHI = ("SemImageFile", "TemImageFile")
MAX_TEXT = 1 << 18
PICTURES = (PlainTiff(), Bmp(), Jpeg(), Png())
STARTS = (b"II", b"MM", b"BM", b"\xff\xd8", b"\x89PNG")
_JEOL = re.compile(r"^\$(?:CM|\$?SM|\$?EM)_", re.MULTILINE)
_MARKER = re.compile(r"([\d.]+)\s*([a-zµμ]+)")


class SemText:
    """Pictures with a text of JEOL's or Hitachi's SEM beside them."""

    name = "sem_text"
    suffixes: Sequence[str] = (".tif", ".tiff", ".bmp", ".jpg", ".png")
    about = About(
        "JEOL and Hitachi SEM",
        (".tif", ".bmp", ".jpg", ".txt"),
        "pixel size, date, microscope, detector, from the text file beside the picture",
        "files written from the specification",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a picture, and the text beside it a microscope's."""
        if not head.startswith(STARTS):
            return False
        return bool(_values(_text_beside(path))) and _base(path, head) is not None

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the picture's records, completed from the text.

        Raises
        ------
        DamagedFileError
            If the picture has no whole header, or there is no such text.
        ReadError
            If the picture cannot be opened.
        """
        with Source(path) as source:
            base = _base(path, source.head)
        text = _text_beside(path)
        values = _values(text)
        if base is None or text is None or not values:
            expected = "a picture with a text of its microscope beside it"
            raise DamagedFileError(path.as_posix(), expected, offset=0)
        records = base.read(path)
        return [_Text(values, text, record).record(self.name) for record in records]


def _base(path: Path, head: bytes) -> PlainTiff | Bmp | Jpeg | Png | None:
    return next((r for r in PICTURES if r.recognises(path, head)), None)


def _text_beside(path: Path) -> Path | None:
    """Return the text of a picture's own name, if there is one."""
    names = named_beside(path.parent.as_posix(), (".txt",))
    stem = path.name[: -len(path.suffix)] if path.suffix else path.name
    for name in (f"{stem}.txt", f"{stem}.TXT"):
        place = bisect_left(names, name)
        if place < len(names) and names[place] == name:
            return path.with_name(name)
    return None


def _values(path: Path | None) -> Mapping[str, str]:
    """Return what a microscope's text says; nothing if it is no such text."""
    if path is None:
        return {}
    try:
        with Source(path) as source:
            text = decoded(source.read(0, min(source.size, MAX_TEXT)))
    except ReadError:
        return {}
    sections = ini(text)
    for name in HITACHI:
        if name in sections:
            return sections[name]
    if _JEOL.search(text[: 1 << 12]) is None:
        return {}
    pairs = (line.strip().partition(" ") for line in text.splitlines())
    return {key: value.strip() for key, _, value in pairs if key.startswith("$")}


class _Text(Gathered):
    """What the text adds to the picture's record."""

    def __init__(
        self, values: Mapping[str, str], path: Path, record: ImageMetadata
    ) -> None:
        super().__init__()
        self.values = values
        self.path = path
        self.base = record

    def _get(self, *keys: str) -> str | None:
        found = (self.values.get(key) for key in keys)
        return next((text for text in found if text), None)

    def _place(self, key: str) -> str:
        return f"{self.path.name} {key}"

    def record(self, reader: str) -> ImageMetadata:
        jeol = any(key.startswith("$") for key in self.values)
        self._scale()
        day = iso_date(self._get("$CM_DATE", "Date") or "")
        time = iso_time(self._get("$CM_TIME", "Time") or "")
        self.found("acquired_at", stamp(day, time), self._place("Date, Time"))
        model = self._get("$CM_INSTRUMENT", "InstructName", "Instrument")
        maker = "JEOL" if jeol else "Hitachi"
        self.found("instrument", Instrument(maker, model), self._place("instrument"))
        signal = self._get("$CM_SIGNAL", "SignalName")
        detector = Detector(model=signal) if signal else None
        self.found("detector", detector, self._place("signal"))
        title = self._get("$CM_TITLE", "SampleName")
        self.found("name", title, self._place("title"))
        for key in ("$CM_OPERATOR", "UserName", "OperatorName"):
            self.person(self.values.get(key), self._place(key))
        base = self.base
        calibrated = bool(self._lengths)
        # The picture's own resolution is that of a printer.
        kept = [
            p
            for p in base.problems
            if not (calibrated and p.code == "print-resolution")
        ]
        values = self.gathered()
        if not calibrated:
            values["physical_size"] = base.physical_size
        return replace(
            base,
            format=f"{maker} SEM {base.format}",
            reader=reader,
            files=(*base.files, self.path.as_posix()),
            problems=(*kept, *self.problems),
            provenance={**base.provenance, **self.provenance},
            **values,
        )

    def _scale(self) -> None:
        columns, rows = self._scan()
        if columns is not None and columns != self.base.size.x:
            message = (
                f"the scan has {columns} columns, but the image {self.base.size.x}: it "
                "was resized, and the pixel size is that of the scan; ignored"
            )
            self.problem("value-ignored", message, self._place("size"))
            return
        height = self.base.size.y or 0
        if rows is not None and 0 < rows < height:
            message = (
                f"the lowest {height - rows} of {height} rows are the information bar "
                "of the microscope, no part of the scan"
            )
            self.problem("info-bar", message, self._place("size"))
        for axis in "xy":
            self.length(axis, *self._pixel(axis.upper()))

    def _scan(self) -> tuple[int | None, int | None]:
        """Return the columns and rows of the scan."""
        keys = ("$CM_FULL_SIZE", "$CM_FRAME_SIZE", "$CM_IMAGE_RES", "DataSize")
        numbers = re.findall(r"\d{1,6}", self._get(*keys) or "")
        return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else (None, None)

    def _pixel(self, axis: str) -> tuple[Quantity | None, str]:
        key = f"$$EM_PIXELSPERMETER_{axis}"
        density = exact(self.values.get(key, ""))
        if density is not None and density > 0:
            return in_metres(1 / density), self._place(key)
        nanometres = exact(self.values.get("PixelSize", ""))
        if nanometres is not None and nanometres > 0:
            length = Quantity(float(nanometres), "nm")
            return length, self._place("PixelSize")
        place = self._place("$$SM_MICRON_BAR, $$SM_MICRON_MARKER")
        return self._bar(), place

    def _bar(self) -> Quantity | None:
        """Divide the length of the scale bar by its pixels."""
        bar = exact(self._get("$$SM_MICRON_BAR", "$SM_MICRON_BAR") or "")
        marker = self._get("$$SM_MICRON_MARKER", "$SM_MICRON_MARKER") or ""
        found = _MARKER.fullmatch(marker.strip())
        length = exact(found.group(1)) if found else None
        unit = length_unit(found.group(2)).value if found else None
        if not bar or bar < 0 or length is None or length <= 0 or unit is None:
            return None
        return Quantity(float(length / bar), unit)
