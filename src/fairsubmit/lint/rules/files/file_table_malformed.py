"""A file table has the form that BioStudies reads.

What it does
------------
Checks that the first cell is `Files`, that no other heading is blank or given twice,
and that no row is longer than the heading.

Why it is bad
-------------
BioStudies refuses the list, or drops the surplus values without a word.

Example
-------
A table that starts with `file`.

How to fix
----------
Write `Files` in the first cell, and a heading above every column.

Source
------
BioStudies FileListTsvStreamDeserializer; BioImage Archive help-file-list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.paths import condense
from fairsubmit.metadata.table import FILES, cell_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.table import FileTable

__all__ = ["RULE"]

_OTHER_NAMES = frozenset(
    {"file", "files", "filename", "file name", "path", "file path"}
)


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups:
        if group.table is not None:
            yield from _heading(group.table)
            yield from condense(
                _surplus(group.table), "rows are longer than the heading"
            )


def _heading(table: FileTable) -> Iterator[Hit]:
    if table.header[:1] != (FILES,):
        written = table.header[0] if table.header else ""
        yield Hit(
            f"the first column is called `{written}`",
            path=table.path,
            line=1,
            column=1,
            help=f"call it `{FILES}`",
            edits=_renamed(table, written),
        )
    for index, name in enumerate(table.columns, start=1):
        if not name or name in table.header[:index]:
            fault = f"`{name}` is given twice" if name else "a column has no heading"
            yield Hit(
                fault,
                path=table.path,
                line=1,
                cell=cell_name(index, 1),
                help="give every column its own heading",
            )


def _renamed(table: FileTable, written: str) -> tuple[Edit, ...]:
    """Rename the column where its first cell is another word for it, not a file."""
    if written.strip().casefold() not in _OTHER_NAMES:
        return ()
    return (Edit("cell", values=(FILES,), path=table.path, line=1, column=1),)


def _surplus(table: FileTable) -> Iterator[tuple[str, Hit]]:
    for index, surplus in table.rows.surplus.items():
        row = table.rows[index]
        yield (
            row.path,
            Hit(
                f"the row has {surplus} more cells than the heading"
                if surplus > 1
                else "the row has 1 more cell than the heading",
                path=table.path,
                line=row.line,
                column=1,
                help="give every column a heading; values cannot hold tabs",
            ),
        )


RULE = Rule(
    code="FIL106",
    name="file-table-malformed",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    fix="safe",
    check=_check,
)
