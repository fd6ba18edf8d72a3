"""The images of a component were taken with one objective.

What it does
------------
Counts the objectives, by magnification and numerical aperture, in each component. Where
at least five images and four of five have the same, the others are named. A column in
the component's file table that says it of each file is an answer.

Why it is bad
-------------
Images taken with another objective differ in resolution and brightness, not only in
scale.

Example
-------
5 of 200 images have a 20x objective of NA 0.8, all others a 63x objective of NA 1.4.

How to fix
----------
Look at the images that are named. Where it is meant, make them a component of their
own, or add a column `Objective`.

Source
------
QUAREP-LiMi WG11, objective; 4DN-BINA-OME (NBO) tier 1.
"""

from __future__ import annotations

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Rule, Subject
from fairsubmit.lint.features import OBJECTIVE
from fairsubmit.lint.surveys import Outliers

__all__ = ["RULE"]

_HELP = (
    "look whether they belong here; if it is meant, add a column `Objective` to the "
    "file table"
)


def _survey(subject: Subject) -> Outliers[tuple[float | None, float | None]]:
    return Outliers(subject, OBJECTIVE, _HELP)


RULE = Rule(
    code="SET104",
    name="objective-outlier",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    survey=_survey,
)
