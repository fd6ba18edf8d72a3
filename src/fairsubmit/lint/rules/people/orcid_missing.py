"""Every author has an ORCID iD.

What it does
------------
Reports authors without an ORCID iD, all of them as one finding.

Why it is bad
-------------
Names are shared and change; an iD gives the credit to the right person, and finds their
other data.

Example
-------
An author with `name` and `email` only.

How to fix
----------
Ask them for their iD, or look it up at https://orcid.org; it is free.

Source
------
BioImage Archive template v5: ORCID (desirable); RO-Crate 1.2 Person; RDA FAIR indicator
I3-01M.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_NAMED = 3


def _check(subject: Subject) -> Iterator[Hit]:
    authors = list(parts(subject.document, "/authors"))
    without = [(p, text(a, "name")) for p, a in authors if not text(a, "orcid")]
    if not without:
        return
    names = ", ".join(name for _, name in without[:_NAMED] if name)
    more = f" and {len(without) - _NAMED} more" if len(without) > _NAMED else ""
    yield Hit(
        f"{len(without)} of {len(authors)} authors have no ORCID iD: {names}{more}"
        if len(authors) > 1
        else "the author has no ORCID iD",
        without[0][0],
        help="add `orcid:`; people find theirs at https://orcid.org",
        count=len(without),
    )


RULE = Rule(
    code="PPL106",
    name="orcid-missing",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
