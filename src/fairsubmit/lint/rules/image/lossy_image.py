"""Images are as they were taken, not pictures for a page.

What it does
------------
Reports JPEG, GIF and MP4 among the images of a component, and PNG or BMP in RGB where
all methods are fluorescence or electron microscopy, which take no colours.
Annotations may be pictures.

Why it is bad
-------------
JPEG changes pixels to save space, GIF has 256 colours, and what a screen shows has
been stretched and coloured: intensities cannot be measured any more.

Example
-------
`figure1.jpg` in a component of confocal images.

How to fix
----------
Deposit the files that the microscope wrote, or a lossless copy (OME-TIFF, OME-Zarr).
Where the camera gives nothing else, say so: `ignore: {IMG110: camera gives only JPEG}`.

Source
------
QUAREP-LiMi WG12, image availability: minimal, "images are shared in a lossless format".
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.images import component_of, is_rgb
from fairsubmit.lint.methods import ELECTRONS, imaging_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]

_LOSSY = {
    ".jpg": "JPEG is compressed with losses",
    ".jpeg": "JPEG is compressed with losses",
    ".gif": "GIF has no more than 256 colours",
    ".mp4": "MP4 is compressed with losses",
}
_PICTURES = frozenset({"PNG", "BMP"})
_HELP = "deposit what the microscope wrote, or a lossless copy as OME-TIFF or OME-Zarr"


def _check_image(extraction: Extraction, subject: Subject) -> Iterator[Hit]:
    if component_of(extraction, subject) is None:
        return
    suffix = PurePosixPath(extraction.path).suffix.casefold()
    words = _LOSSY.get(suffix)
    if words is None and _is_screenshot(extraction, subject):
        words = f"{extraction.images[0].format} in RGB is a picture of a screen"
    # those that only look like it are told by IMG101
    if words is not None and not _is_broken(extraction):
        yield Hit(
            f"{words}, and is no raw data",
            path=extraction.path,
            help=_HELP,
            group=True,
        )


def _is_broken(extraction: Extraction) -> bool:
    return any(finding.code == "IMG101" for finding in extraction.findings)


def _is_screenshot(extraction: Extraction, subject: Subject) -> bool:
    images = extraction.images
    if not any(image.format in _PICTURES and is_rgb(image) for image in images):
        return False
    imaging = imaging_of(extraction, subject)
    return imaging.fluorescent or imaging.kinds == {ELECTRONS}


RULE = Rule(
    code="IMG110",
    name="lossy-image",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check_image=_check_image,
)
