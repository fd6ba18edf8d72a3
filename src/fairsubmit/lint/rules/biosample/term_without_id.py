"""An anatomical term has the identifier of an ontology.

What it does
------------
Reports terms of `anatomy` without an identifier.

Why it is bad
-------------
Words for organs and cells differ between languages and fields; programs follow the
identifier.

Example
-------
`anatomy: [{label: kidney}]`

How to fix
----------
Look the term up at https://www.ebi.ac.uk/ols4 (UBERON for organs, CL for cells) and add
its id, e.g. `UBERON:0002113`.

Source
------
RDA FAIR indicator I2-01M: metadata use vocabularies that follow FAIR principles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import parts, terms, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, biosample in parts(subject.document, "/biosamples"):
        for where, term in terms(biosample, "anatomy", pointer):
            label = text(term, "label")
            if label and not text(term, "id"):
                yield Hit(
                    f"`{label}` has no identifier of an ontology",
                    where,
                    help="add its `id:`, e.g. from UBERON or CL "
                    "(https://www.ebi.ac.uk/ols4)",
                )


RULE = Rule(
    code="BIO112",
    name="term-without-id",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
