"""Every image says how large a pixel is.

What it does
------------
Checks the physical size of X and Y in the image's own metadata. A column such as
`Pixel size` in the file table counts too. Annotations have the size of their image.

Why it is bad
-------------
Nothing can be measured in an image without a scale.

Example
-------
`PhysicalSizeX="0"`, or a plain TIFF without any.

How to fix
----------
Export the image with its pixel size, or add a column `Pixel size` to the file table.
Where there is no scale, say so: `ignore: {IMG102: phase plate test, no scale}`.

Source
------
QUAREP-LiMi WG12, minimal scale information; NBO tier 1; BIDS microscopy PixelSize.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.images import is_annotation, scale_missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]


def _check_image(extraction: Extraction, subject: Subject) -> Iterator[Hit]:
    missing = [axes for image in extraction.images if (axes := scale_missing(image))]
    if not missing or extraction.path in subject.scaled:
        return
    if is_annotation(extraction, subject):
        return
    named = " and ".join(sorted({axis for axes in missing for axis in axes}))
    yield Hit(
        f"the image gives no physical pixel size for {named}",
        path=extraction.path,
        help="export it with its pixel size, or add a column `Pixel size` to the table",
        group=True,
    )


RULE = Rule(
    code="IMG102",
    name="pixel-size-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check_image=_check_image,
)
