"""A cell line has its Cellosaurus identifier.

What it does
------------
Reports cell lines without an identifier of Cellosaurus (CVCL), and common cell lines
that are named in the biological entity alone.

Why it is bad
-------------
Cell lines are mixed up and renamed; one in five papers uses one that is not what it is
called. The identifier says which one is meant.

Example
-------
`cell_line: {label: HeLa}`

How to fix
----------
Look the cell line up at https://www.cellosaurus.org: HeLa is `CVCL_0030`.

Source
------
RRID initiative; Cellosaurus; GIDE profile 0.2, hasCellLine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, parts, text
from fairsubmit.lint.vocabularies import cell_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_CVCL = re.compile(r"CVCL[_:][A-Z0-9]{4}", re.IGNORECASE)
_CELLS = re.compile(r"\s+(?:cells?|cell line)$", re.IGNORECASE)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, biosample in parts(subject.document, "/biosamples"):
        line = mapping_at(subject.document, f"{pointer}/cell_line")
        if line is not None:
            name, where = text(line, "label"), f"{pointer}/cell_line"
            if not _CVCL.search(f"{text(line, 'id')} {name}"):
                yield _hit(name, where, _known(name))
            continue
        entity = _CELLS.sub("", text(biosample, "biological_entity"))
        known = _known(entity)
        if known and not _CVCL.search(str(biosample)):
            yield _hit(entity, f"{pointer}/biological_entity", known)


def _known(name: str) -> str | None:
    return next(iter(cell_lines().find(name)), None)


def _hit(name: str, pointer: str, known: str | None) -> Hit:
    if known:
        advice = f"add `cell_line: {{label: {name}, id: {known}}}`"
    else:
        advice = "look it up at https://www.cellosaurus.org and add its id, `CVCL_…`"
    words = f"cell line `{name}` has no identifier of Cellosaurus"
    return Hit(words, pointer, help=advice)


RULE = Rule(
    code="BIO108",
    name="cell-line-not-identified",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
