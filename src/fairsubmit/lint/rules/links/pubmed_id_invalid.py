"""The PubMed id of a publication is a number.

What it does
------------
Checks that `study.publications[].pubmed_id` has one to eight digits.

Why it is bad
-------------
The link between data and paper is lost.

Example
-------
`pubmed_id: in revision`

How to fix
----------
Write the digits of the PMID, or leave the field out until there is one. A PMC id is
another number.

Source
------
PubMed identifiers; IDR study parser; corrections by curators of the BioImage
Archive.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import visible
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_PMID = re.compile(r"^[1-9]\d{0,7}$")
_PREFIX = re.compile(
    r"^(?:pmid:?\s*|https?://(?:www\.)?pubmed\.ncbi\.nlm\.nih\.gov/)", re.IGNORECASE
)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, publication in parts(subject.document, "/study/publications"):
        written = visible(text(publication, "pubmed_id"))
        if written and not _PMID.match(written):
            digits = _PREFIX.sub("", written).strip("/ ")
            where, known = f"{pointer}/pubmed_id", _PMID.match(digits)
            cure = Edit("replace", where, (digits,)) if known else Edit("remove", where)
            yield Hit(
                f"`{written}` is not a PubMed id",
                where,
                help=f"write `{digits}`"
                if known
                else "leave it out until there is one",
                edits=(cure,),
                fix="safe" if known else None,
            )


RULE = Rule(
    code="LNK104",
    name="pubmed-id-invalid",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
