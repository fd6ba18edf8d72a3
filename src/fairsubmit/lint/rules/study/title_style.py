"""Title and description are sentences of their own, in ordinary letters.

What it does
------------
Reports a title that equals the description, is all in capitals, or ends with a period.

Why it is bad
-------------
The title is what lists and citations show; in capitals, genes and proteins cannot be
told apart.

Example
-------
`title: LIVE CELL IMAGING OF MITOSIS`

How to fix
----------
Write the title as for a paper, and say more in the description.

Source
------
DataCite 4.5 properties 3 and 17; QUAREP-LiMi on clear names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_LETTERS = 10


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study") or {}
    title, description = text(study, "title"), text(study, "description")
    if title and title.casefold() == description.casefold():
        yield _hit("title and description are the same", "say more in the description")
    letters = sum(char.isalpha() for char in title)
    if letters >= _LETTERS and title.isupper():
        yield _hit("the title is all in capitals", "write it in ordinary letters")
    if title.endswith(".") and not title.endswith(("..", " sp.", " spp.", " al.")):
        yield _hit("the title ends with a period", "remove the period")


def _hit(message: str, advice: str) -> Hit:
    return Hit(message, "/study/title", help=advice)


RULE = Rule(
    code="STU106",
    name="title-style",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
