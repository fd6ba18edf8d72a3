"""Every image has a format that can be read here.

What it does
------------
Notes images of formats whose metadata is not read.

Why it is bad
-------------
Such an image is deposited all the same, but nothing of what it says about itself can
be checked or written into the file list.

Example
-------
A DICOM slide scan.

How to fix
----------
Give the metadata in the submission, or deposit a copy as OME-TIFF or OME-Zarr too.

Source
------
RDA FAIR indicator I1-01D: data in a standardised format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.images import reader_hits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]


def _check_image(extraction: Extraction, _subject: Subject) -> Iterator[Hit]:
    yield from reader_hits(extraction, "IMG120")


RULE = Rule(
    code="IMG120",
    name="format-not-read",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check_image=_check_image,
)
