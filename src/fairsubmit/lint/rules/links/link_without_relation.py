"""A link to other data says how they are related.

What it does
------------
Reports links to data sets and records of archives without `relation`.

Why it is bad
-------------
Without it nobody knows whether these are the same data, what they were made from, or
what was made from them.

Example
-------
`{url: "https://www.ebi.ac.uk/biostudies/studies/S-BIAD1", type: dataset}`

How to fix
----------
Add `relation:` with a DataCite relation type such as `IsDerivedFrom`, `IsSourceOf`,
`IsSupplementTo`, `IsVersionOf` or `References`.

Source
------
DataCite 4.5 appendix 1, relationType; RDA FAIR indicator I3-04M.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.identifiers import is_accession
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_DATA = re.compile(
    r"data ?-?set|dataset|raw data|record|repository entry", re.IGNORECASE
)
_RECORD = re.compile(
    r"/(?:biostudies/(?:\w+/)?studies|empiar/entry|webclient/|records?)/\S",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    if subject.document.layout != "submission":
        return  # the layout of an archive has no place for it
    for pointer, link in parts(subject.document, "/study/links"):
        url = text(link, "url")
        data = _DATA.search(text(link, "type")) or _RECORD.search(url)
        typed = text(link, "type") and is_accession(url)
        if (data or typed) and not text(link, "relation"):
            words = f"`{url}` is other data, but not how it is related"
            advice = "add `relation:`, e.g. `IsDerivedFrom` or `References`"
            yield Hit(words, pointer, help=advice)


RULE = Rule(
    code="LNK109",
    name="link-without-relation",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
