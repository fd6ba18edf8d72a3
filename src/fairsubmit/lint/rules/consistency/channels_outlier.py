"""The images of a component have the same channels.

What it does
------------
Counts the channels of the images, by number and name, in each component. Where at least
five images and four of five have the same, the others are named. A column in the
component's file table that says it of each file is an answer.

Why it is bad
-------------
A program that takes the second channel for the nuclei takes another stain for them.

Example
-------
2 of 96 images have 3 channels (DAPI, GFP, RFP), all others 2 channels (DAPI, GFP).

How to fix
----------
Look at the images that are named: a channel that was left out, or another name for one.
Where it is meant, make them a component of their own, or add a column `Channels`.

Source
------
QUAREP-LiMi WG12, minimal annotation of channels; REMBI, Image data: channels.
"""

from __future__ import annotations

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Rule, Subject
from fairsubmit.lint.features import CHANNELS
from fairsubmit.lint.surveys import Outliers

__all__ = ["RULE"]

_HELP = (
    "look whether a channel is missing or has another name; if it is meant, add a "
    "column `Channels` to the file table"
)


def _survey(subject: Subject) -> Outliers[tuple[int, tuple[str, ...]]]:
    return Outliers(subject, CHANNELS, _HELP)


RULE = Rule(
    code="SET102",
    name="channels-outlier",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    survey=_survey,
)
