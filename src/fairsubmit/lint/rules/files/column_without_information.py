"""Every column of a file table tells files apart.

What it does
------------
Reports columns that are empty, and columns with the same value for all files.

Why it is bad
-------------
What holds for all files is said once, in the study or the biosample, where people look
for it.

Example
-------
A column `Organism` with `Homo sapiens` in all 1,200 rows.

How to fix
----------
Move the value to where it belongs, and remove the column; `fairsubmit lint --fix`
removes empty ones.

Source
------
BioImage Archive, help on file lists: attributes have at least two distinct values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tables import source_column
from fairsubmit.metadata.table import cell_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.table import FileTable

__all__ = ["RULE"]

# What a file is, is said of each, be it the same.
_OF_EACH = frozenset({"type", "annotation type", "data type", "split", "md5", "sha256"})
# Of two files, anything may happen to be the same.
_FEW = 3


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups:
        if group.table is not None and len(group.table.rows) >= _FEW:
            yield from _of(group.table)


def _of(table: FileTable) -> Iterator[Hit]:
    source = source_column(table)
    for index, name in enumerate(table.columns):
        values = table.rows.columns[index]
        value = values[0]
        if not name or index == source or _is_of_each(name):
            continue
        if any(other != value for other in values):
            continue
        column = index + 2
        place = cell_name(index + 1, 1)
        edits: tuple[Edit, ...] = ()
        if not value:
            edits = (Edit("drop-column", path=table.path, column=column),)
            words, advice = f"column `{name}` is empty", "fill or remove it"
        else:
            words = f"column `{name}` is `{value}` for all {len(table.rows):,} files"
            advice = "say it once, in the section that it is about"
        yield Hit(words, path=table.path, line=1, cell=place, help=advice, edits=edits)


def _is_of_each(name: str) -> bool:
    return name.strip().casefold().replace("_", " ") in _OF_EACH


RULE = Rule(
    code="FIL107",
    name="column-without-information",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="safe",
    check=_check,
)
