"""The images of a component have one pixel type.

What it does
------------
Counts the pixel types of the images in each component. Where at least five images and
four of five have the same, the others are named. A column in the component's file table
that says it of each file is an answer.

Why it is bad
-------------
Intensities of images with 8 and 16 bits cannot be compared; the few have often been
converted for a figure.

Example
-------
4 of 500 images have uint8 pixels, all others uint16 pixels.

How to fix
----------
Put the originals in their place. Where it is meant, make them a component of their own,
or add a column `Bit depth`.

Source
------
REMBI, Image data: format; QUAREP-LiMi WG12, image availability.
"""

from __future__ import annotations

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Rule, Subject
from fairsubmit.lint.features import BIT_DEPTH
from fairsubmit.lint.surveys import Outliers

__all__ = ["RULE"]

_HELP = (
    "put the originals in their place; if it is meant, add a column `Bit depth` to the "
    "file table"
)


def _survey(subject: Subject) -> Outliers[tuple[str, int | None]]:
    return Outliers(subject, BIT_DEPTH, _HELP)


RULE = Rule(
    code="SET103",
    name="bit-depth-outlier",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    survey=_survey,
)
