"""Quantities in the acquisition parameters have units.

What it does
------------
Reports laser power in percent alone, and exposure times without a unit.

Why it is bad
-------------
Five percent of one laser is more than fifty of another; 100 may be milliseconds or
frames.

Example
-------
`parameters: 5% laser power, exposure 100`

How to fix
----------
Give power in mW at the sample, or name the laser and its power; write `100 ms`.

Source
------
4DN-BINA-OME (NBO) tier 1; Galaxy training on REMBI metadata.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_PERCENT = re.compile(
    r"\d\s*%\s*(?:of\s+)?(?:the\s+)?(?:\d+ ?nm\s+)?laser|laser(?:[^.;,]{0,30})\d\s*%",
    re.IGNORECASE,
)
_POWER = re.compile(r"\d\s*(?:[mµunk]?W)\b")
_EXPOSURE = re.compile(
    r"exposure(?:\s+time)?s?\s*(?:of|was|=|:)?\s*(\d+(?:\.\d+)?)\s*(?=$|[,;)]|"
    r"\.(?:\s|$))",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, acquisition in parts(subject.document, "/acquisitions"):
        written = text(acquisition, "parameters")
        where = f"{pointer}/parameters"
        if _PERCENT.search(written) and not _POWER.search(written):
            advice = "give it in mW at the sample, or the laser's full power"
            yield Hit("the laser power is in percent alone", where, help=advice)
        exposure = _EXPOSURE.search(written)
        if exposure:
            words = f"the exposure time {exposure[1]} has no unit"
            yield Hit(words, where, help=f"write `{exposure[1]} ms`, if that is meant")


RULE = Rule(
    code="ACQ111",
    name="quantity-without-unit",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
