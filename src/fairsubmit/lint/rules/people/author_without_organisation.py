"""Every author belongs to an organisation.

What it does
------------
Checks that `authors[].affiliations` has an item.

Why it is bad
-------------
The archive makes no DOI for a record with an author without organisation.

Example
-------
`- name: Jane Doe` without `affiliations`.

How to fix
----------
Add the organisation to `organisations` and its id to `affiliations`.

Source
------
BioImage Archive template v5 Contact.Organisation; BioStudies DoiService
MissingAuthorAffiliation; REMBI 1.5 Author.affiliation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, author in parts(subject.document, "/authors"):
        if is_blank(author.get("affiliations")):
            name = text(author, "name")
            yield Hit(
                f"author {name} has no organisation"
                if name
                else "the author has no organisation",
                f"{pointer}/affiliations",
                help="add `affiliations: [id of an organisation]`",
            )


RULE = Rule(
    code="PPL105",
    name="author-without-organisation",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
