"""The metadata of an OME-Zarr image follows its version of OME-NGFF.

What it does
------------
Reports what a reader found wrong in an OME-Zarr: axes out of order, a level that is
missing, metadata of another version.

Why it is bad
-------------
Viewers cannot open the image.

Example
-------
`multiscales` names the level `3`, which is not there.

How to fix
----------
Convert the image again with a current converter.

Source
------
OME-NGFF 0.4 and 0.5.
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
    yield from error_hits(extraction, "IMG109")


RULE = Rule(
    code="IMG109",
    name="ngff-metadata-invalid",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check_image=_check_image,
)
