"""An ORCID iD is well-formed and its check digit is right.

What it does
------------
Checks the form of `authors[].orcid` and its last character, which follows from the
fifteen digits before it.

Why it is bad
-------------
A wrong iD gives the credit to somebody else or to nobody, and no archive notices.

Example
-------
`orcid: 0000-0002-1825-0098`: the last character must be 7.

How to fix
----------
Copy the iD from the person's page at https://orcid.org.

Source
------
ORCID "Structure of the ORCID identifier": ISO 7064 MOD 11-2; REMBI 1.5 Author.orcid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import ORCID, orcid_check_digit, visible
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, author in parts(subject.document, "/authors"):
        written = visible(text(author, "orcid"))
        if not written:
            continue
        found = ORCID.match(written)
        if found is None:
            yield Hit(
                f"`{written}` is not an ORCID iD",
                f"{pointer}/orcid",
                help="write it as 0000-0002-1825-0097 or https://orcid.org/…",
            )
            continue
        digits = found["id"].replace("-", "")
        right = orcid_check_digit(digits[:-1])
        if right != digits[-1]:
            yield Hit(
                f"ORCID iD {found['id']} ends in {digits[-1]}, but its other digits "
                f"give {right}",
                f"{pointer}/orcid",
                help="copy the iD from the person's page at https://orcid.org",
            )


RULE = Rule(
    code="PPL102",
    name="orcid-invalid",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
