"""A publication's year is a year, and a preprint is called one.

What it does
------------
Reports a year that has not four digits or lies in the future, and a DOI of a preprint
server with `status: published`.

Why it is bad
-------------
A reader looks for the paper in the wrong place.

Example
-------
`year: 20024`

How to fix
----------
Correct the year; write `status: preprint`.

Source
------
EMPIAR deposition schema, citation.year; registrants of DOI prefixes (Crossref).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.identifiers import doi
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_YEAR = re.compile(r"[12]\d{3}")
# Crossref: bioRxiv and medRxiv, arXiv, Research Square, preprints.org, ChemRxiv,
# OSF and PsyArXiv, Authorea, F1000-like servers of posted content.
_PREPRINTS = (
    "10.1101/",
    "10.64898/",
    "10.48550/",
    "10.21203/",
    "10.20944/",
    "10.26434/",
    "10.31219/",
    "10.31234/",
    "10.22541/",
)
# The prefix of bioRxiv is that of its publisher's journals too.
_JOURNALS = re.compile(
    r"10\.1101/(?:gad|gr|lm|rna|pdb|cshperspect|sqb)\.", re.IGNORECASE
)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, publication in parts(subject.document, "/study/publications"):
        year = text(publication, "year")
        if year and not _YEAR.fullmatch(year):
            words, advice = f"`{year}` is not a year", "write four digits"
            yield Hit(words, f"{pointer}/year", help=advice)
        elif year and int(year) > subject.today.year + 1:
            words = f"the year {year} is in the future; it is {subject.today.year}"
            yield Hit(words, f"{pointer}/year", help="correct the year")
        found = doi(text(publication, "doi")) or ""
        posted = found.startswith(_PREPRINTS) and not _JOURNALS.match(found)
        if posted and text(publication, "status") == "published":
            where = f"{pointer}/status"
            yield Hit(
                f"{found} is the DOI of a preprint, but the status is `published`",
                where,
                help="write `status: preprint`, or the DOI of the paper",
                edits=(Edit("replace", where, ("preprint",)),),
            )


RULE = Rule(
    code="LNK106",
    name="publication-year",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
