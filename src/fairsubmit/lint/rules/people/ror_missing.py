"""Every organisation has a ROR id.

What it does
------------
Reports organisations without a ROR id, all of them as one finding. With `--online` ROR
is asked for them.

Why it is bad
-------------
Names of institutions are written in many ways; the id is what counts them together.

Example
-------
`organisations: [{id: ebi, name: European Bioinformatics Institute}]`

How to fix
----------
Look the organisation up at https://ror.org and add its id as `ror:`.

Source
------
REMBI 1.5 Organisation.URL ("ROR recommended"); RO-Crate 1.2 Organization.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.lookup import organisation
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_NAMED = 3


def _check(subject: Subject) -> Iterator[Hit]:
    listed = list(parts(subject.document, "/organisations"))
    without = [(p, text(o, "name")) for p, o in listed if not text(o, "ror")]
    if not without:
        return
    names = ", ".join(f"`{name}`" for _, name in without[:_NAMED] if name)
    more = f" and {len(without) - _NAMED} more" if len(without) > _NAMED else ""
    verb = "has" if len(without) == 1 else "have"
    asked = [(p, *organisation(subject.lookup, name)) for p, name in without]
    told = "; ".join(words for _, _, words in asked if words)
    yield Hit(
        f"{names}{more} {verb} no ROR id",
        without[0][0],
        help=f"{told}: add it as `ror:`"
        if told
        else "look it up at https://ror.org and add it as `ror:`",
        count=len(without),
        edits=tuple(Edit("add", p, ("ror", ror)) for p, ror, _ in asked if ror),
    )


RULE = Rule(
    code="PPL108",
    name="ror-missing",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
