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

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import ORCID, orcid_check_digit, visible
from fairsubmit.lint.suggest import replacing
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

# Sixteen characters, with whatever stands between the groups of four.
_LOOSE = re.compile(r"(?<!\d)((?:\d{4}[\s‐-―-]*){3}\d{3})([\dXx])(?!\d)")


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, author in parts(subject.document, "/authors"):
        written = visible(text(author, "orcid"))
        if not written:
            continue
        found = ORCID.match(written)
        if found is None:
            meant = _meant(written)
            yield Hit(
                f"`{written}` is not an ORCID iD",
                f"{pointer}/orcid",
                help=f"write `{meant}`"
                if meant
                else "write it as 0000-0002-1825-0097 or https://orcid.org/…",
                edits=replacing(f"{pointer}/orcid", meant),
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


def _meant(written: str) -> str | None:
    """Return the iD that is written in another form, if its check digit is right."""
    found = _LOOSE.search(written)
    if found is None:
        return None
    digits = re.sub(r"\D", "", found[1]) + found[2].upper()
    if orcid_check_digit(digits[:-1]) != digits[-1]:
        return None
    parts_of = (digits[at : at + 4] for at in range(0, 16, 4))
    return f"https://orcid.org/{'-'.join(parts_of)}"


RULE = Rule(
    code="PPL102",
    name="orcid-invalid",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="safe",
    check=_check,
)
