"""Publications and their authors come in pairs, and organisms stand in one place.

What it does
------------
Reports, of several publications, those with a title and without authors or the
other way round, and an organism in `targets: {idr: …}` beside those of biosamples.

Why it is bad
-------------
IDR's parser wants as many author lists as titles, and the organism either for the
study or for its components.

Example
-------
Two publications with titles, and authors of the first only.

How to fix
----------
Add the authors as the journal prints them.

Source
------
IDR idr-utils pyidr/study_parser.py, parse_publications and parse_organism.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import IDR, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    document = subject.document
    for pointer, paper in parts(document, "/study/publications"):
        title, authors = text(paper, "title"), text(paper, "authors")
        if bool(title) != bool(authors):
            has, lacks = ("title", "authors") if title else ("authors", "title")
            words = f"the publication has {has}, but no {lacks}"
            yield Hit(words, pointer, help=f"add its {lacks}")
    target = mapping_at(document, "/targets/idr") or {}
    given = any(part.get("organism") for _, part in parts(document, "/biosamples"))
    if text(target, "organism") and given:
        words = "the organism stands in the target and in biosamples"
        yield Hit(words, "/targets/idr/organism", help="remove the one of the target")


RULE = Rule(
    code="IDR102",
    name="publications-uneven",
    severity=Severity.ERROR,
    gate=IDR,
    doc=__doc__,
    check=_check,
)
