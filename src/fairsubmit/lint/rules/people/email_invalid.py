"""Every e-mail address is one valid address.

What it does
------------
Checks that `authors[].email` is a single address, without a display name.

Why it is bad
-------------
Curators reach the authors by this address, and the archive's form refuses a broken
one.

Example
-------
`email: Jane Doe <jane@example.org>`

How to fix
----------
Write the bare address: `email: jane@example.org`.

Source
------
BioImage Archive template v5 Contact.E-mail; RFC 5322 addr-spec without comments and
quoting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import email_fault, visible
from fairsubmit.lint.suggest import replacing
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, author in parts(subject.document, "/authors"):
        written = visible(text(author, "email"))
        fault = email_fault(written) if written else None
        if fault is not None:
            words, meant = fault
            advice = f"write `{meant}`" if meant else "write one bare address"
            where = f"{pointer}/email"
            edits = replacing(where, meant)
            yield Hit(f"`{written}` {words}", where, help=advice, edits=edits)


RULE = Rule(
    code="PPL103",
    name="email-invalid",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
