"""Every author is listed once.

What it does
------------
Reports two authors with the same ORCID iD, the same e-mail address, or names that
differ only in case, accents and punctuation.

Why it is bad
-------------
The person is counted twice in citations, or two people share what belongs to one.

Example
-------
`Jane Doe` and `J. Doe` with one ORCID iD.

How to fix
----------
Remove one of the two, or correct the iD or address.

Source
------
DataCite 4.5 property 2 (Creator).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import parts, text
from fairsubmit.lint.vocabularies import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["RULE"]

_DIGITS = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])")


def _check(subject: Subject) -> Iterator[Hit]:
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for pointer, author in parts(subject.document, "/authors"):
        name = text(author, "name")
        told = False
        for key in _keys(author):
            other = seen.setdefault(key, (pointer, name))
            if other[0] != pointer and not told:
                told = True
                yield Hit(
                    f"`{name}` and `{other[1]}` have the same {key[0]}",
                    pointer,
                    help="remove one of the two, or correct what they share",
                )


def _keys(author: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    found = _DIGITS.search(text(author, "orcid"))
    if found:
        yield "ORCID iD", "".join(found.groups()).upper()
    if text(author, "email"):
        yield "e-mail address", text(author, "email").casefold()
    if text(author, "name"):
        yield "name", fold(text(author, "name"))


RULE = Rule(
    code="PPL109",
    name="person-twice",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
