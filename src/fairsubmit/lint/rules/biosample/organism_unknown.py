"""The name of an organism is spelt as in the NCBI Taxonomy.

What it does
------------
Compares `organism.label` with a bundled list of common taxa. A name that is almost
one of them is an error; one that is simply not in the list is a note, and nothing is
said where a taxon id is given. With `--online` the NCBI Taxonomy itself is asked, and
a name that it does not have is an error too.

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

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import taxon, visible
from fairsubmit.lint.lookup import called
from fairsubmit.lint.suggest import closest, replacing
from fairsubmit.lint.tree import parts, terms, text
from fairsubmit.lint.vocabularies import taxa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from fairsubmit.lint.lookup import Lookup

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, biosample in parts(subject.document, "/biosamples"):
        for where, term in terms(biosample, "organism", pointer):
            written = visible(text(term, "label"))
            if written and not _known(written) and not _vouched(term, written):
                yield _hit(written, where, subject.lookup)


def _known(written: str) -> bool:
    """Whether the name is a taxon's, or says too little or too much for a species."""
    known = taxa()
    return bool(known.find(written) or known.genus(written) or known.strain(written))


def _vouched(term: Mapping[str, Any], written: str) -> bool:
    """Whether the id makes clear what is meant, and it is not a slip of its name."""
    identifier = taxon(text(term, "id"))
    if identifier is None:
        return False
    label = taxa().labels.get(identifier)
    return label is None or label != taxa().nearest(written)


def _hit(written: str, where: str, lookup: Lookup | None) -> Hit:
    name = written.partition("(")[0].strip()
    answer = lookup.organisms(name) if lookup else None
    for entry in called(answer, name):
        return Hit(
            f"organism `{written}` is {entry.id} in the NCBI Taxonomy",
            f"{where}/label",
            severity=Severity.INFO,
            help=f"add `id: {entry.id}` so that it is certain",
            edits=(Edit("add", where, ("id", entry.id)),),
        )
    meant = taxa().nearest(written)
    if meant is not None:
        identifier = ", ".join(sorted(taxa().find(meant)))
        return Hit(
            f"organism `{written}` is not known, but `{meant}` is",
            f"{where}/label",
            help=f"write `{meant}` ({identifier}), or give the id of another taxon",
            edits=replacing(f"{where}/label", meant),
        )
    if answer is None:
        return Hit(
            f"organism `{written}` is not in the bundled list of common taxa",
            f"{where}/label",
            severity=Severity.INFO,
            help="add its `id: NCBITaxon:…` so that it is certain",
        )
    others = closest(name, (entry.label for entry in answer))
    return Hit(
        f"organism `{written}` is not in the NCBI Taxonomy",
        f"{where}/label",
        help=f"write `{others}`" if others else "give the `id` of the taxon it is",
        edits=replacing(f"{where}/label", others),
    )


RULE = Rule(
    code="BIO102",
    name="organism-unknown",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
