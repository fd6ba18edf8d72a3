"""A study that shall have a DOI can be registered.

What it does
------------
Where PageTab asks for a DOI, reports authors without a name or without an
affiliation that is an organisation of the record, and records without title or
organisation.

Why it is bad
-------------
BioStudies registers the DOI from these fields and refuses without them, after the
submission is complete.

Example
-------
`DOI: true`, and an author without `affiliation`.

How to fix
----------
Give each author an affiliation that refers to an organisation with a name.

Source
------
BioStudies DoiService.checkDoiRequiredFields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.bia_template import attribute_of
from fairsubmit.lint.paths import sample
from fairsubmit.lint.sources import at_source
from fairsubmit.lint.tree import named, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    document = subject.document
    asked = attribute_of(document, "doi")
    if asked is None or asked.value.strip().lower() != "true":
        return
    names = {key for key, name in named(document, "/organisations").items() if name}
    without = [
        text(author, "name") or pointer
        for pointer, author in parts(document, "/authors")
        if not text(author, "name") or not names & _affiliations(author)
    ]
    if not names:
        fault = "no organisation has a name"
    elif without:
        verb = "has" if len(without) == 1 else "have"
        fault = f"{sample(without)} {verb} no affiliation that is an organisation"
    else:
        return
    words = f"a DOI is asked for, but {fault}"
    advice = "give each author an affiliation that refers to an organisation"
    yield at_source(document, asked.pointer, words, advice)


def _affiliations(author: Mapping[str, Any]) -> set[str]:
    listed = author.get("affiliations")
    return (
        {a for a in listed if isinstance(a, str)} if isinstance(listed, list) else set()
    )


RULE = Rule(
    code="BIA103",
    name="doi-not-possible",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
