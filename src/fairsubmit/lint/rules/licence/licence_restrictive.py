"""The licence lets others use the data for anything.

What it does
------------
Reports licences that forbid commercial use or changed copies, and such as are written
for software.

Why it is bad
-------------
Models cannot be trained on images that nobody may change; many institutions count any
use by them as commercial.

Example
-------
`license: CC-BY-NC-ND-4.0`

How to fix
----------
Use `CC0-1.0` or `CC-BY-4.0`, if you may.

Source
------
MIFA 1.0 LicenseType; RDA FAIR indicators R1.1; the Open Definition 2.1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, parts, text
from fairsubmit.lint.vocabularies import licences

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_LIMITS = (
    (re.compile(r"-NC\b"), "forbids commercial use"),
    (re.compile(r"-ND\b"), "forbids changed copies, such as crops and models"),
    (
        re.compile(r"^(?:[AL]?GPL|MIT|BSD|Apache|MPL|EUPL|ISC)\b"),
        "is written for software, not for data",
    ),
)


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study") or {}
    yield from _of(text(study, "license"), "/study/license")
    for pointer, annotation in parts(subject.document, "/annotations"):
        yield from _of(text(annotation, "license"), f"{pointer}/license")


def _of(written: str, pointer: str) -> Iterator[Hit]:
    identifier = licences().meant(written) or written
    for pattern, words in _LIMITS:
        if pattern.search(identifier):
            advice = "use CC0-1.0 or CC-BY-4.0, if you may"
            yield Hit(f"{identifier} {words}", pointer, help=advice)
            return


RULE = Rule(
    code="LIC104",
    name="licence-restrictive",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
