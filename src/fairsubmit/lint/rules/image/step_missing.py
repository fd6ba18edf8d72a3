"""Stacks and time series say how far apart their planes are.

What it does
------------
Reports images with several z planes and no distance between them, and those with
several time points and no time between them. A column such as `Z step` or
`Time interval` in the file table counts too.

Why it is bad
-------------
Volumes, heights and speeds cannot be measured.

Example
-------
`SizeZ="40"` without `PhysicalSizeZ`.

How to fix
----------
Export the image again with its steps, or add a column to the file table.

Source
------
4DN-BINA-OME (NBO) tier 1; OME-XML schema 2016-06, Pixels PhysicalSizeZ, TimeIncrement.
"""

from __future__ import annotations

import re
from itertools import compress
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.images import once, scale_missing, taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction, ImageMetadata

__all__ = ["RULE"]

_Z_COLUMN = re.compile(
    r"(?:\bz|slice|plane|section)[ _-]*(?:step|spac|interval|distance|size|thick)|"
    r"voxel|(?:pixel|physical)[ _-]*size[ _-]*z",
    re.IGNORECASE,
)
_T_COLUMN = re.compile(
    r"(?:time|frame|\bt)[ _-]*(?:step|interval|increment|resolution|rate|spac)|\bfps\b",
    re.IGNORECASE,
)


def _check_image(extraction: Extraction, subject: Subject) -> Iterator[Hit]:
    images = taken(extraction, subject)
    path = extraction.path
    if any(map(_lacks_z, images)) and path not in _told(subject)[0]:
        yield Hit(
            "a z stack without the distance between its planes",
            path=path,
            help="export it with its z step, or add a column `Z step` to the table",
            group=True,
        )
    if any(map(_lacks_time, images)) and path not in _told(subject)[1]:
        yield Hit(
            "a time series without the time between its frames",
            path=path,
            help="export it with its time step, or add a column `Time interval` to "
            "the table",
            group=True,
        )


def _lacks_z(image: ImageMetadata) -> bool:
    if (image.size.z or 1) <= 1 or image.physical_size.z is not None:
        return False
    # where there is no scale at all, IMG102 says so
    return not scale_missing(image)


def _lacks_time(image: ImageMetadata) -> bool:
    return (image.size.t or 1) > 1 and image.time_increment is None


@once
def _told(subject: Subject) -> tuple[frozenset[str], frozenset[str]]:
    """Return the files whose rows give a z step, and a time step."""
    return (
        frozenset(_rows(subject, _Z_COLUMN)),
        frozenset(_rows(subject, _T_COLUMN)),
    )


def _rows(subject: Subject, wanted: re.Pattern[str]) -> Iterator[str]:
    for group in subject.groups:
        table = group.table
        for index, name in enumerate(table.columns if table else ()):
            if table and wanted.search(name):
                yield from compress(table.rows.paths, table.rows.columns[index])


RULE = Rule(
    code="IMG104",
    name="step-missing",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check_image=_check_image,
)
