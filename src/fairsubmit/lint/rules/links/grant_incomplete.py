"""A grant has its number.

What it does
------------
Reports grants without a number, and grants without a funder.

Why it is bad
-------------
Funders find what they paid for by the number; without it the grant cannot be told from
others.

Example
-------
`funding: [{funder: Wellcome Trust}]`

How to fix
----------
Add `grant_id:`, or move the sentence to `funding_statement:`.

Source
------
REMBI 1.5 GrantReference (both required); BioImage Archive template v5: Funding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, grant in parts(subject.document, "/study/funding"):
        funder, number = text(grant, "funder"), text(grant, "grant_id")
        if not number:
            named = f"the grant of `{funder}`" if funder else "a grant"
            yield Hit(f"{named} has no number", pointer, help="add `grant_id:`")
        elif not funder:
            yield Hit(f"grant `{number}` has no funder", pointer, help="add `funder:`")


RULE = Rule(
    code="LNK107",
    name="grant-incomplete",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
