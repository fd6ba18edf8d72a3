"""Every reference leads to a part of the submission.

What it does
------------
Checks that the ids in `authors[].affiliations` and `components[].associations[]` are
defined.

Why it is bad
-------------
The archive refuses a reference that leads nowhere, or shows images without a sample.

Example
-------
`biosample: b2`, where only `b1` is defined.

How to fix
----------
Correct the id, or add the part.

Source
------
PageTab references; BioStudies "Can not find referenced section"; RO-Crate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject, said_by_reader
from fairsubmit.lint.references import affiliations, associations, looks_like_id
from fairsubmit.lint.suggest import closest, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


# Of workbooks: rows that belong to nothing.
_lost = said_by_reader("REF101")


def _check(subject: Subject) -> Iterator[Hit]:
    yield from _lost(subject)
    document = subject.document
    found = list(affiliations(document))
    if document.layout != "pagetab":
        found += [r for r in associations(document) if looks_like_id(r.value)]
    for reference in found:
        near = closest(reference.value, reference.defined)
        known = ", ".join(f"`{name}`" for name in reference.defined)
        if near:
            advice = f"did you mean `{near}`?"
        elif known:
            advice = f"write one of {known}, or add it there"
        else:
            advice = f"add it to `{reference.section}`"
        yield Hit(
            f"`{reference.value}` is not an id in `{reference.section}`",
            reference.pointer,
            help=advice,
            edits=replacing(reference.pointer, near),
        )


RULE = Rule(
    code="REF101",
    name="reference-undefined",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
