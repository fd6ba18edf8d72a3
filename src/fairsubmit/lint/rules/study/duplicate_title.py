"""Parts of one kind have different titles.

What it does
------------
Reports two components, biosamples, specimens, acquisitions, analyses, correlations or
annotation sets with the same title.

Why it is bad
-------------
In the BioImage Archive, titles are what associations refer to: with two of the same,
nobody knows which is meant.

Example
-------
Two acquisitions titled `Confocal`.

How to fix
----------
Say in the title what tells them apart.

Source
------
BioImage Archive template v5: Associations refer by Title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_SECTIONS = {
    "/biosamples": "title",
    "/specimens": "title",
    "/acquisitions": "title",
    "/correlations": "title",
    "/analyses": "title",
    "/annotations": "title",
    "/components": "name",
}


def _check(subject: Subject) -> Iterator[Hit]:
    for section, field in _SECTIONS.items():
        first: dict[str, str] = {}
        for pointer, part in parts(subject.document, section):
            title = text(part, field)
            known = first.setdefault(" ".join(title.casefold().split()), pointer)
            if title and known != pointer:
                place = subject.document.place(f"{known}/{field}")
                where = f" at {place.line}:{place.column}" if place.line else ""
                yield Hit(
                    f"`{title}` is also the {field} of another one{where}",
                    f"{pointer}/{field}",
                    help="say in it what tells them apart",
                )


RULE = Rule(
    code="STU111",
    name="duplicate-title",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
