"""The DOI of a publication is a DOI.

What it does
------------
Checks `study.publications[].doi` after removing one `https://doi.org/` or `doi:`.

Why it is bad
-------------
The link between data and paper is lost, for people and for citation counts.

Example
-------
`doi: https://doi.org/DOI: 10.26508/lsa.202403067`

How to fix
----------
Write it from `10.` on: `doi: 10.26508/lsa.202403067`. Leave the field out until there
is a DOI.

Source
------
DOI Handbook section 2.2; DataCite 4.5 Identifier; corrections by curators of the
BioImage Archive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import doi, doi_in, visible
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, publication in parts(subject.document, "/study/publications"):
        written = visible(text(publication, "doi"))
        if written and doi(written) is None:
            meant = doi_in(written)
            where = f"{pointer}/doi"
            cure = Edit("replace", where, (meant,)) if meant else Edit("remove", where)
            yield Hit(
                f"`{written}` is not a DOI",
                where,
                help=f"write `{meant}`" if meant else "leave it out until there is one",
                edits=(cure,),
            )


RULE = Rule(
    code="LNK103",
    name="doi-invalid",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
