"""The images of a component have one pixel size.

What it does
------------
Counts the pixel sizes of the images in each component. Where at least five images and
four of five have the same, the others are named. A column in the component's file table
that says it of each file is an answer.

Why it is bad
-------------
A few images with another scale spoil every measurement over the whole component.

Example
-------
3 of 1,200 images have a pixel size of 0.65 µm, all others 0.325 µm.

How to fix
----------
Look at the images that are named: another objective, another binning, or a wrong scale.
Where it is meant, make them a component of their own, or add a column `Pixel size`.

Source
------
QUAREP-LiMi WG12, minimal scale information; REMBI, Image data: pixel size.
"""

from __future__ import annotations

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Rule, Subject
from fairsubmit.lint.features import PIXEL_SIZE
from fairsubmit.lint.surveys import Outliers

__all__ = ["RULE"]

_HELP = (
    "look whether it is another objective, another binning or a wrong scale; if it is "
    "meant, add a column `Pixel size` to the file table"
)


def _survey(subject: Subject) -> Outliers[tuple[float, float]]:
    return Outliers(subject, PIXEL_SIZE, _HELP)


RULE = Rule(
    code="SET101",
    name="pixel-size-outlier",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    survey=_survey,
)
