"""Ontology terms in PageTab carry their identifier.

What it does
------------
Reports organisms and imaging methods that are labels of an ontology, but have no
qualifiers `Ontology` and `TermId`. Free text is left alone.

Why it is bad
-------------
The label alone is read by persons; programs find the term by its identifier.

Example
-------
`{"name": "Imaging method", "value": "confocal microscopy"}` without `valqual`.

How to fix
----------
Add the qualifiers `Ontology` and `TermId`. What fairsubmit writes has them.

Source
------
BioImage Archive submission form, Ontology.vue. A warning, because most records that
the archive holds have labels alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.paths import condense
from fairsubmit.lint.tree import parts, terms, text
from fairsubmit.lint.vocabularies import imaging_methods, taxa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.lint.vocabularies import Vocabulary

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    if subject.document.layout != "pagetab":
        return
    found: list[tuple[str, Hit]] = []
    for section, field, known in (
        ("/biosamples", "organism", taxa()),
        ("/acquisitions", "imaging_method", imaging_methods()),
    ):
        for pointer, part in parts(subject.document, section):
            for where, term in terms(part, field, pointer):
                label = text(term, "label")
                if label and not text(term, "id"):
                    found += [(label, hit) for hit in _unqualified(label, where, known)]
    yield from condense(found, "terms have no identifier")


def _unqualified(label: str, pointer: str, known: Vocabulary) -> Iterator[Hit]:
    found = known.find(label)
    if len(found) == 1:
        (term,) = found
        words = f"`{label}` is a term without its identifier"
        written = term.replace(":", "_")
        ontology = term.partition(":")[0]
        advice = f"add `valqual` Ontology `{ontology}` and TermId `{written}`"
        yield Hit(words, f"{pointer}/label", help=advice)


RULE = Rule(
    code="BIA102",
    name="term-unqualified",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
