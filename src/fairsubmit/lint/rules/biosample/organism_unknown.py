"""The name of an organism is spelt as in the NCBI Taxonomy.

What it does
------------
Compares `organism.label` with a bundled list of common taxa. A name that is almost
one of them is an error; one that is simply not in the list is a note, and nothing is
said where a taxon id is given.

Why it is bad
-------------
A misspelt organism is not found by any search.

Example
-------
`label: Homo sapien`: did you mean Homo sapiens (NCBITaxon:9606)?

How to fix
----------
Correct the name, or give the `id` of the taxon to keep it.

Source
------
NCBI Taxonomy; REMBI 1.5 Organism.scientific_name; BioImage Archive template v5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import taxon, visible
from fairsubmit.lint.suggest import edits, replacing
from fairsubmit.lint.tree import parts, terms, text
from fairsubmit.lint.vocabularies import fold, taxa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

__all__ = ["RULE"]

# Names of different species are seldom nearer than this.
_EDITS = 2
_SHORT = 10


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, biosample in parts(subject.document, "/biosamples"):
        for where, term in terms(biosample, "organism", pointer):
            written = visible(text(term, "label"))
            if written and not taxa().find(written) and not _vouched(term, written):
                yield _hit(written, f"{where}/label")


def _vouched(term: Mapping[str, Any], written: str) -> bool:
    """Whether the id makes clear what is meant, and it is not a slip of its name."""
    identifier = taxon(text(term, "id"))
    if identifier is None:
        return False
    label = taxa().labels.get(identifier)
    return label is None or not _near(written, label)


def _hit(written: str, pointer: str) -> Hit:
    names = (label for label in taxa().labels.values() if _near(written, label))
    meant = next(names, None)
    if meant is None:
        return Hit(
            f"organism `{written}` is not in the bundled list of common taxa",
            pointer,
            severity=Severity.INFO,
            help="add its `id: NCBITaxon:…` so that it is certain",
        )
    identifier = ", ".join(sorted(taxa().find(meant)))
    return Hit(
        f"organism `{written}` is not known, but `{meant}` is",
        pointer,
        help=f"write `{meant}` ({identifier}), or give the id of another taxon",
        edits=replacing(pointer, meant),
    )


def _near(written: str, label: str) -> bool:
    name = fold(written.partition("(")[0])
    limit = _EDITS if len(label) > _SHORT else 1
    return 0 < edits(name, fold(label), limit=limit) <= limit


RULE = Rule(
    code="BIO102",
    name="organism-unknown",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
