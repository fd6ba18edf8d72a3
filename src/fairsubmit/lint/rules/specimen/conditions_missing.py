"""The specimen says what it was mounted in, or under which conditions it lived.

What it does
------------
Notes a submission in which no specimen names a mounting medium, cover glass, or the
temperature and CO2 of living samples.

Why it is bad
-------------
Refraction and temperature change what is seen: how deep, how sharp, how fast.

Example
-------
`sample_preparation: Fixed and stained with DAPI.`

How to fix
----------
Say what the sample was mounted in, or how it was kept alive.

Source
------
4DN-BINA-OME (NBO) tier 1, sample; QUAREP-LiMi WG 11.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import all_texts, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_CONDITIONS = re.compile(
    r"mount|embed|cover ?(?:glass|slip)|\bmedium\b|\bmedia\b|agarose|glycerol|"
    r"\d\s*°\s*c\b|degrees|celsius|\bco2\b|co₂|temperature|resin|epon|cryo|vitri|freez|"
    r"frozen|grid|clear(?:ed|ing)|paraffin|air[- ]dried",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    specimens = [part for _, part in parts(subject.document, "/specimens")]
    said = (value for part in specimens for _, value in all_texts(part))
    if any(not text(part, "sample_preparation") for part in specimens):
        return  # the preparation is missing as a whole, which SPE101 says
    if specimens and not any(_CONDITIONS.search(value) for value in said):
        yield Hit(
            "no specimen says what it was mounted in or how it was kept alive",
            "/specimens",
            key=True,
            help="add it to `sample_preparation`",
        )


RULE = Rule(
    code="SPE105",
    name="conditions-missing",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
