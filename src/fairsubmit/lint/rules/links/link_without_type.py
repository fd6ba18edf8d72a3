"""A bare identifier used as a link says what it is.

What it does
------------
Reports links whose `url` is a bare DOI or accession and that have no `type`, and
`doi.org/…` without `https://`.

Why it is bad
-------------
The archive builds the address from the type; without it the link is dead.

Example
-------
`url: 10.5281/zenodo.13304393`

How to fix
----------
Add `type: doi`, or write the whole address.

Source
------
PageTab links; corrections by curators of the BioImage Archive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.identifiers import doi, is_accession, is_address, is_curie, visible
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, link in parts(subject.document, "/study/links"):
        url = visible(text(link, "url"))
        if not url or text(link, "type") or is_address(url) or is_curie(url):
            continue
        found = doi(url.lower().removeprefix("dx.").removeprefix("doi.org/"))
        if found is not None:
            yield Hit(
                f"`{url}` is a DOI without a type",
                f"{pointer}/url",
                help=f"write `https://doi.org/{found}`, or add `type: doi`",
                edits=(Edit("add", pointer, ("type", "doi")),),
            )
        elif is_accession(url):
            yield Hit(
                f"`{url}` is an accession without a type",
                f"{pointer}/url",
                help="write the whole address, or add `type:` with the archive's name",
            )


RULE = Rule(
    code="LNK102",
    name="link-without-type",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="safe",
    check=_check,
)
