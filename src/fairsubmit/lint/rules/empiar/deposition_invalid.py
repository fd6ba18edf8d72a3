"""A deposition at EMPIAR has the fields and codes that it takes.

What it does
------------
Checks a deposition in EMPIAR's own JSON field by field: what is required, codes
such as `('T3', '')`, release and experiment types. Of a submission, checks the
codes in `targets: {empiar: …}`.

Why it is bad
-------------
EMPIAR refuses the deposition.

Example
-------
`"voxel_type": "T9"`, which must be `"('T9', '')"`.

How to fix
----------
Write what the help line says; the codes are in EMPIAR's deposition manual.

Source
------
empiar_deposition.schema.json of empiar-depositor 1.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import EMPIAR, Hit, Rule, Subject
from fairsubmit.lint.empiar import DEPOSITION, EXPERIMENTS, faults
from fairsubmit.lint.tree import mapping_at, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.load import Document

__all__ = ["RULE"]

_CODES = ("release_date", "scale")


def _check(subject: Subject) -> Iterator[Hit]:
    document = subject.document
    if document.layout == "empiar":
        for fault in faults(document.tree):
            if not fault.personal:
                yield Hit(fault.message, fault.pointer, help=fault.advice)
    elif document.layout == "submission":
        yield from _of_target(document)


def _of_target(document: Document) -> Iterator[Hit]:
    target = mapping_at(document, "/targets/empiar") or {}
    base = "/targets/empiar" if target else ""
    written = text(target, "experiment_type")
    if not (written.isdecimal() and int(written) in EXPERIMENTS):
        words = (
            f"`{written}` is no type of experiment that EMPIAR has"
            if written
            else "nothing says which type of experiment this is for EMPIAR"
        )
        known = ", ".join(f"{n} {name}" for n, name in EXPERIMENTS.items())
        at = f"{base}/experiment_type" if written else base
        yield Hit(
            words,
            at,
            help=f"add `targets: {{empiar: {{experiment_type: …}}}}`: {known}",
        )
    for name in _CODES:
        if name in target:
            pointer = f"{base}/{name}"
            for fault in faults(target[name], DEPOSITION.fields[name], pointer):
                yield Hit(fault.message, fault.pointer, help=fault.advice)


RULE = Rule(
    code="EMP101",
    name="deposition-invalid",
    severity=Severity.ERROR,
    gate=EMPIAR,
    doc=__doc__,
    check=_check,
)
