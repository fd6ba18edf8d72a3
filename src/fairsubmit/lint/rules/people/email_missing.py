"""At least one author can be reached.

What it does
------------
Checks that some author has an `email`.

Why it is bad
-------------
The archive's curators have nobody to ask.

Example
-------
Three authors, none with an e-mail address.

How to fix
----------
Add `email:` to the corresponding author at least.

Source
------
BioImage Archive template v5: Contact.E-mail is required.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    authors = list(parts(subject.document, "/authors"))
    if authors and all(is_blank(author.get("email")) for _, author in authors):
        yield Hit(
            "no author has an e-mail address",
            f"{authors[0][0]}/email",
            help="add `email:` to the corresponding author at least",
        )


RULE = Rule(
    code="PPL104",
    name="email-missing",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
