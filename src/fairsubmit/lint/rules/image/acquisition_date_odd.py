"""Images say when they were taken.

What it does
------------
Reports acquisition dates that are in the future, or the day on which a clock begins to
count: 1970-01-01, 1904-01-01, 1900-01-01, 1601-01-01 and their like. Where an image
gives none, although its format can, this is a note.

Why it is bad
-------------
Images cannot be put in order, or brought together with the notes of that day.

Example
-------
`<AcquisitionDate>1970-01-01T00:00:00</AcquisitionDate>`

How to fix
----------
Set the microscope's clock, and correct the date or leave it out; or add a column
`Date` to the file table.

Source
------
4DN-BINA-OME (NBO) tier 1; OME-XML schema 2016-06, Image AcquisitionDate.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.images import component_of, taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction, ImageMetadata

__all__ = ["RULE"]

# Where clocks begin: Unix, HFS and LabVIEW, NTP and Excel, Windows, .NET, OLE, FAT.
_EPOCHS = frozenset(
    [
        "1970-01-01",
        "1904-01-01",
        "1900-01-01",
        "1601-01-01",
        "0001-01-01",
        "1899-12-30",
        "1980-01-01",
    ]
)
# They have no place for a date, or none that programs use.
_TIMELESS = frozenset(
    """
BMP
DigitalMicrograph TIFF
ICS
ImageJ TIFF
JPEG 2000
MRC
MetaImage
NIfTI
NRRD
OME-Zarr
PNG
TIFF
""".strip().splitlines()
)
_COLUMN = re.compile(
    r"\bdate\b|\btime ?stamp|acquired|acquisition[ _-]*time", re.IGNORECASE
)
_DAY = timedelta(days=1)


def _check_image(extraction: Extraction, subject: Subject) -> Iterator[Hit]:
    images = taken(extraction, subject)
    found = (words for image in images if (words := _odd(image, subject.today)))
    for words in dict.fromkeys(found):
        yield Hit(
            words,
            path=extraction.path,
            help="correct the date, and the clock of the microscope",
            group=True,
        )
    silent = [i for i in images if not i.acquired_at and i.format not in _TIMELESS]
    if silent and len(silent) == len(images) and not _has_column(extraction, subject):
        yield Hit(
            "the image does not say when it was taken",
            path=extraction.path,
            help="export it with its date, or add a column `Date` to the file table",
            severity=Severity.INFO,
            group=True,
        )


def _odd(image: ImageMetadata, today: date) -> str | None:
    day = (image.acquired_at or "")[:10]
    if day in _EPOCHS:
        return f"the acquisition date {day} is where a clock begins to count"
    try:
        # it may be tomorrow already where the image was taken
        future = date.fromisoformat(day) > today + _DAY
    except ValueError:
        return None
    return f"the acquisition date {day} is in the future" if future else None


def _has_column(extraction: Extraction, subject: Subject) -> bool:
    group = component_of(extraction, subject)
    table = group.table if group else None
    return table is not None and any(map(_COLUMN.search, table.columns))


RULE = Rule(
    code="IMG108",
    name="acquisition-date-odd",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check_image=_check_image,
)
