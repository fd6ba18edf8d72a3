"""Every image can be read to its end.

What it does
------------
Reports images whose format is not what the name says, that are cut short, or whose
parts are missing. Headers are read, not pixels.

Why it is bad
-------------
Nobody will be able to open the image either.

Example
-------
A TIFF whose directory points beyond the end of the file.

How to fix
----------
Copy or export the file again, or leave it out.

Source
------
TIFF 6.0; OME-TIFF; OME-NGFF; RDA FAIR indicator R1.3-01D.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.images import error_hits, reader_hits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]


def _check_image(extraction: Extraction, _subject: Subject) -> Iterator[Hit]:
    yield from reader_hits(extraction, "IMG101")
    yield from error_hits(extraction, "IMG101")


RULE = Rule(
    code="IMG101",
    name="image-unreadable",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check_image=_check_image,
)
