"""No id is given twice in a section.

What it does
------------
Reports two parts of one section with the same `id`.

Why it is bad
-------------
A reference to it could mean either.

Example
-------
Two biosamples with `id: b1`.

How to fix
----------
Give each its own id.

Source
------
BioStudies DuplicatedSectionAccNo; RO-Crate 1.1 section 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_SECTIONS = (
    "organisations",
    "biosamples",
    "specimens",
    "acquisitions",
    "correlations",
    "analyses",
    "annotations",
    "components",
)


def _check(subject: Subject) -> Iterator[Hit]:
    for section in _SECTIONS:
        first: dict[str, str] = {}
        for pointer, part in parts(subject.document, f"/{section}"):
            name = text(part, "id")
            if name and name in first:
                place = subject.document.place(f"{first[name]}/id")
                yield Hit(
                    f"id `{name}` is given twice in `{section}`, here and at "
                    f"{place.line}:{place.column}",
                    f"{pointer}/id",
                    help="give each its own id",
                )
            elif name:
                first[name] = pointer


RULE = Rule(
    code="REF106",
    name="duplicate-id",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
