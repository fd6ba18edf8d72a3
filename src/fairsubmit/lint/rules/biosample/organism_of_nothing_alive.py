"""A sample that is not alive has no invented organism.

What it does
------------
Reports beads, phantoms, simulations and the like as organism, and an organism that
stands for no species with the id of one.

Why it is bad
-------------
A search for an organism finds beads, and a search for test data does not find these.

Example
-------
`organism: {label: Beads}`

How to fix
----------
Write `{label: synthetic construct, id: "NCBITaxon:32630"}`, and say what it is in the
biological entity.

Source
------
NCBI Taxonomy 32630 (synthetic construct) and 32644 (unidentified).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.identifiers import taxon
from fairsubmit.lint.tree import parts, terms, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_LIFELESS = re.compile(
    r"\b(?:beads?|microspheres?|phantoms?|simulat\w+|synthetic (?:data|images?|cells?)|"
    r"in silico|calibration|resolution target|fluorescent slide|polymers?|"
    r"nanoparticles?|none|not applicable)\b",
    re.IGNORECASE,
)
_ALLOWED = {"NCBITaxon:32630", "NCBITaxon:32644", "NCBITaxon:28384", "NCBITaxon:1"}


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, biosample in parts(subject.document, "/biosamples"):
        for where, term in terms(biosample, "organism", pointer):
            label = text(term, "label")
            if _LIFELESS.search(label) and taxon(text(term, "id")) not in _ALLOWED:
                label_at = f"{where}/label"
                edit = Edit("replace", label_at, ("synthetic construct",))
                yield Hit(
                    f"`{label}` is no organism",
                    label_at,
                    help="write `synthetic construct` (NCBITaxon:32630), and say what "
                    "it is as `biological_entity`",
                    edits=() if text(term, "id") else (edit,),
                    fix="unsafe",
                )


RULE = Rule(
    code="BIO111",
    name="organism-of-nothing-alive",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
