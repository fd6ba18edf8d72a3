"""There is an author, and every author has a name.

What it does
------------
Checks that `authors` has an item and that each has a `name`.

Why it is bad
-------------
Data without authors cannot be cited, and archives refuse it.

Example
-------
`- email: jane@example.org`

How to fix
----------
Add `name:` with the full name.

Source
------
REMBI 1.5 authors; BioImage Archive template v5 Contact.Name; DataCite creators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    if is_blank(subject.document.tree.get("authors")):
        yield Hit(
            "the submission has no author",
            "/authors",
            help="add `authors:` with `name:` of each",
        )
        return
    for pointer, author in parts(subject.document, "/authors"):
        if is_blank(author.get("name")):
            whom = text(author, "email") or text(author, "orcid")
            shown = f" ({whom})" if whom else ""
            yield Hit(
                f"the author{shown} has no name",
                f"{pointer}/name",
                help="add `name:` with the full name",
            )


RULE = Rule(
    code="PPL101",
    name="author-without-name",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
