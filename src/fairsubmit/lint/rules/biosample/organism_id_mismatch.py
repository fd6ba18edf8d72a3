"""Name and taxon id of an organism agree.

What it does
------------
Compares `organism.label` with the taxon of `organism.id`, where the bundled list has
both. A strain or subspecies may carry the name of its species.

Why it is bad
-------------
People read the name, programs the id, and they see different organisms.

Example
-------
`{label: Mus musculus, id: NCBITaxon:9606}`

How to fix
----------
Correct the one that is wrong.

Source
------
NCBI Taxonomy; REMBI 1.5 Organism.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import taxon, visible
from fairsubmit.lint.suggest import replacing
from fairsubmit.lint.tree import parts, terms, text
from fairsubmit.lint.vocabularies import taxa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    known = taxa()
    for pointer, biosample in parts(subject.document, "/biosamples"):
        for where, term in terms(biosample, "organism", pointer):
            written = visible(text(term, "label"))
            identifier = taxon(text(term, "id"))
            meant = known.find(written) if written else frozenset()
            if identifier not in known.labels or not meant or identifier is None:
                continue
            if identifier in meant or _related(identifier, meant):
                continue
            yield Hit(
                f"{identifier} is {known.labels[identifier]}, but the name is "
                f"`{written}` ({', '.join(sorted(meant))})",
                f"{where}/id",
                help="correct the name or the id",
                edits=replacing(f"{where}/id", next(iter(meant)))
                if len(meant) == 1
                else (),
            )


def _related(identifier: str, meant: Iterable[str]) -> bool:
    parents = taxa().parents
    return any(
        other in parents.get(identifier, ()) or identifier in parents.get(other, ())
        for other in meant
    )


RULE = Rule(
    code="BIO104",
    name="organism-id-mismatch",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
