"""Images of a component that differ in organism or method are told apart file by file.

What it does
------------
Reports components with associations to several organisms or several imaging methods
where no column of the file table says which image is which.

Why it is bad
-------------
A reader of the component cannot tell which images are of which organism.

Example
-------
One component with confocal and TIRF images, and no file table.

How to fix
----------
Make a component of each, or add a column to the file table (`Organism`, `Imaging
method`, `Acquisition`).

Source
------
REMBI 1.5, examples 3 and 4.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.suggest import or_list
from fairsubmit.lint.tree import parts, terms, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.dataset import FileGroup

__all__ = ["RULE"]

_KINDS = {
    "organisms": ("/biosamples", "biosample", "organism"),
    "imaging methods": ("/acquisitions", "acquisition", "imaging_method"),
}
_COLUMNS = {
    "organisms": re.compile(
        r"organism|species|strain|biosample|sample|taxon", re.IGNORECASE
    ),
    "imaging methods": re.compile(
        r"method|modality|acquisition|microscop|instrument|channel|type", re.IGNORECASE
    ),
}


def _check(subject: Subject) -> Iterator[Hit]:
    named = {kind: dict(_terms(subject, kind)) for kind in _KINDS}
    for group in subject.groups:
        if group.kind == "component" and group.paths:
            for kind in _KINDS:
                yield from _of(subject, group, kind, named[kind])


def _terms(subject: Subject, kind: str) -> Iterator[tuple[str, frozenset[str]]]:
    section, _, field = _KINDS[kind]
    for pointer, part in parts(subject.document, section):
        labels = (text(term, "label") for _, term in terms(part, field, pointer))
        yield text(part, "id"), frozenset(label for label in labels if label)


def _of(
    subject: Subject, group: FileGroup, kind: str, named: dict[str, frozenset[str]]
) -> Iterator[Hit]:
    field = _KINDS[kind][1]
    pointer = f"{group.pointer}/associations"
    listed = parts(subject.document, pointer)
    found = {named.get(text(part, field), frozenset()) for _, part in listed}
    found.discard(frozenset())
    columns = group.table.columns if group.table else ()
    if len(found) > 1 and not any(_COLUMNS[kind].search(name) for name in columns):
        names = or_list(f"`{label}`" for label in sorted({x for s in found for x in s}))
        yield Hit(
            f"the component mixes {kind} ({names}); no column tells its files apart",
            pointer,
            key=True,
            help="make a component of each, or add a column to its file table",
        )


RULE = Rule(
    code="STU112",
    name="component-mixed",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
