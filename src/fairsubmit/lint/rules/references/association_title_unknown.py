"""An association names a section that is there.

What it does
------------
Reports titles in associations that no biosample, specimen, acquisition, correlation
or analysis has: in PageTab, where associations go by title, and in `submission.yaml`
where a title was written instead of an id.

Why it is bad
-------------
The images stay without their sample.

Example
-------
`Biosample: HeLa cells (fixed)`, where the title is `HeLa cells, fixed`.

How to fix
----------
Write the title exactly as it stands in the section; in `submission.yaml`, its `id`.

Source
------
BioImage Archive template v5, Associations; corrections by its curators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.references import associations, looks_like_id
from fairsubmit.lint.suggest import closest, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.lint.references import Reference

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    pagetab = subject.document.layout == "pagetab"
    for reference in associations(subject.document):
        if pagetab or not looks_like_id(reference.value):
            yield Hit(
                f"`{reference.value}` is not the title of any of `{reference.section}`"
                if pagetab
                else f"`{reference.value}` is not an id in `{reference.section}`",
                reference.pointer,
                help=_advice(reference, pagetab=pagetab),
                edits=() if pagetab else replacing(reference.pointer, _id(reference)),
            )


def _id(reference: Reference) -> str | None:
    """Return the id of the part whose title is written in place of it."""
    by_title = {title: name for name, title in reference.defined.items() if title}
    near = closest(reference.value, by_title, cutoff=0.85)
    return by_title[near] if near else None


def _advice(reference: Reference, *, pagetab: bool) -> str:
    by_title = {title: name for name, title in reference.defined.items() if title}
    near = closest(reference.value, by_title, cutoff=0.85)
    if near is None:
        known = by_title if pagetab else reference.defined
        return f"known: {', '.join(known) or '-'}"
    if pagetab:
        return f"did you mean `{near}`?"
    return f"write the id `{by_title[near]}` of `{near}`"


RULE = Rule(
    code="REF102",
    name="association-title-unknown",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
