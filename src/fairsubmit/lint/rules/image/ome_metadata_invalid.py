"""The metadata of an image agrees with its pixels.

What it does
------------
Reports what a reader found wrong inside an image: OME-XML that does not follow its
schema, or that declares other dimensions than the file has.

Why it is bad
-------------
Programs trust the metadata and show the wrong planes, or refuse the file.

Example
-------
`SizeZ="10"` in a file with eight planes.

How to fix
----------
Export the image again, or correct its OME-XML.

Source
------
OME-XML schema 2016-06; OME-TIFF specification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.images import error_hits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]


def _check_image(extraction: Extraction, _subject: Subject) -> Iterator[Hit]:
    yield from error_hits(extraction, "IMG107")


RULE = Rule(
    code="IMG107",
    name="ome-metadata-invalid",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check_image=_check_image,
)
