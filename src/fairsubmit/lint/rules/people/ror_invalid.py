"""A ROR id is well-formed and its check digits are right.

What it does
------------
Checks the form of `organisations[].ror`, and of `funder_id` where it is a ROR
address, and the last two digits, which follow from the characters before them.

Why it is bad
-------------
A wrong id leads to another organisation or to none.

Example
-------
`ror: https://ror.org/02catss53`: the last digits must be 52.

How to fix
----------
Search the organisation at https://ror.org and copy its address.

Source
------
ROR identifier pattern: Crockford base 32 with ISO 7064 MOD 97-10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import ror_check_digits, ror_id, visible
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, organisation in parts(subject.document, "/organisations"):
        yield from _of(visible(text(organisation, "ror")), f"{pointer}/ror")
    for pointer, funding in parts(subject.document, "/study/funding"):
        written = visible(text(funding, "funder_id"))
        if "ror.org" in written.lower():
            yield from _of(written, f"{pointer}/funder_id")


def _of(written: str, pointer: str) -> Iterator[Hit]:
    if not written:
        return
    found = ror_id(written)
    if found is None:
        yield Hit(
            f"`{written}` is not a ROR id",
            pointer,
            help="write it as https://ror.org/02catss52",
        )
        return
    right = ror_check_digits(found[:7])
    if right != found[7:]:
        yield Hit(
            f"ROR id {found} ends in {found[7:]}, but its other characters give "
            f"{right}",
            pointer,
            help="copy the address of the organisation from https://ror.org",
        )


RULE = Rule(
    code="PPL107",
    name="ror-invalid",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
