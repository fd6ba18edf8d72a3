"""Antibodies and plasmids have a number by which they can be had.

What it does
------------
Reports preparations that name an antibody or plasmid, but no RRID, Addgene or catalogue
number.

Why it is bad
-------------
Two antibodies against one protein show different things; without the number nobody can
use the same one.

Example
-------
`sample_preparation: Stained with an antibody against tubulin.`

How to fix
----------
Add the RRID (https://rrid.site) or maker and catalogue number in brackets.

Source
------
RRID initiative (Bandrowski et al., 2016).
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

_REAGENT = re.compile(
    r"\b(?:anti-?bod(?:y|ies)|plasmids?)\b|\banti-[A-Za-z]", re.IGNORECASE
)
_IDENTIFIED = re.compile(
    r"RRID|\bAB_\d+|addgene|\bcat(?:alog(?:ue)?)?\b\.?|#\s?[A-Z]*\d|"
    r"\b[A-Z]{1,6}-?\d{3,}\b|"
    r"\b\d{2,}[A-Z-]\d*|clone\b|gift|home-?made|this study|in-house",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, specimen in parts(subject.document, "/specimens"):
        written = text(specimen, "sample_preparation")
        found = _REAGENT.search(written)
        if found and not _IDENTIFIED.search(written):
            yield Hit(
                f"the preparation speaks of `{found[0]}`, but gives no number for it",
                f"{pointer}/sample_preparation",
                help="add the RRID, or maker and catalogue number",
            )


RULE = Rule(
    code="SPE106",
    name="reagent-not-identified",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
