"""An organism is a species.

What it does
------------
Reports a genus, a kingdom or another group as organism, and the name of a strain
without the taxon id of that strain.

Why it is bad
-------------
Who looks for a species finds neither: a genus says too little, and names of strains
are in no list of organisms.

Example
-------
`organism: {label: Drosophila}`

How to fix
----------
Write the species, e.g. `Drosophila melanogaster`; write a strain as intrinsic variable,
e.g. `intrinsic_variables: ["strain: C57BL/6J"]`.

Source
------
NCBI Taxonomy, ranks; REMBI 1.5 Organism and Biosample.intrinsic_variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.identifiers import taxon, visible
from fairsubmit.lint.tree import parts, terms, text
from fairsubmit.lint.vocabularies import taxa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, biosample in parts(subject.document, "/biosamples"):
        for where, term in terms(biosample, "organism", pointer):
            yield from _hits(term, where)


def _hits(term: Mapping[str, Any], where: str) -> Iterator[Hit]:
    known = taxa()
    written = visible(text(term, "label"))
    identifier = taxon(text(term, "id"))
    found = known.find(written) if written else frozenset()
    ranks = (known.above_species(meant) for meant in sorted(found))
    rank = next(filter(None, ranks), None) or (
        "genus" if known.genus(written) else None
    )
    strain = known.strain(written) if written else None
    above = known.above_species(identifier) if identifier else None
    if rank:
        yield Hit(
            f"`{written}` is a {rank}, not a species",
            f"{where}/label",
            help="write the species, or `… sp.` where it is not known",
        )
    elif strain and (identifier is None or (identifier == strain[0] and not found)):
        species = known.labels[strain[0]]
        yield Hit(
            f"`{written}` is a strain of {species}",
            f"{where}/label",
            help=f"write `{species}` ({strain[0]}), and the strain as one of "
            f"`intrinsic_variables`: `strain: {strain[1]}`",
        )
    elif above:
        yield Hit(
            f"{identifier} is a {above}, not a species",
            f"{where}/id",
            help="give the id of the species",
        )


RULE = Rule(
    code="BIO107",
    name="organism-not-a-species",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
