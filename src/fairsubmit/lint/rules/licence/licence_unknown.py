"""A licence is named by its SPDX identifier or its address.

What it does
------------
Compares `study.license` and `annotations[].license` with the SPDX License List and
with the addresses of the Creative Commons and other data licences.

Why it is bad
-------------
Programs cannot tell whether the data may be used, and "CC-BY" alone names no version.

Example
-------
`license: CC-BY 4.0`

How to fix
----------
Write the identifier: `license: CC-BY-4.0`.

Source
------
SPDX License List 3.29; RDA FAIR indicators R1.1-02M and R1.1-03M.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.suggest import closest, replacing
from fairsubmit.lint.tree import mapping_at, parts, text
from fairsubmit.lint.vocabularies import licences

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study")
    if study is not None:
        yield from _of(text(study, "license"), "/study/license")
    for pointer, annotation in parts(subject.document, "/annotations"):
        yield from _of(text(annotation, "license"), f"{pointer}/license")


def _of(written: str, pointer: str) -> Iterator[Hit]:
    known = licences()
    if not written or known.exact(written):
        return
    meant = known.meant(written) or closest(written, known.ids.values(), cutoff=0.75)
    yield Hit(
        f"`{written}` is not the identifier of a licence",
        pointer,
        help=f"write `{meant}`" if meant else "see https://spdx.org/licenses",
        edits=replacing(pointer, meant),
        # a spelling is certain, a likeness is not
        fix="safe" if known.meant(written) else "unsafe",
    )


RULE = Rule(
    code="LIC102",
    name="licence-unknown",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="safe",
    check=_check,
)
