r"""Every path means the same file on every machine.

What it does
------------
Reports paths in file tables and patterns that are absolute, use backslashes, hold
`./`, `../` or `//`, end in `/` or have a blank at an end. Reports files whose name has
a tab, a line break or another character that no file list can hold.

Why it is bad
-------------
They name a file on one machine only, or none at all in the archive.

Example
-------
`C:\data\a.tif`

How to fix
----------
Write the path from the dataset's folder on, with `/`.

Source
------
BioImage Archive help-file-list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import condense, path_fault
from fairsubmit.lint.tree import mapping_at, parts, text, texts
from fairsubmit.metadata.paths import spelled_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.load import Document
    from fairsubmit.metadata.table import FileTable

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    if any(spelled_out(shape) != shape for shape in subject.shapes):
        unwritable = (
            (shown, _unwritable(path, shown))
            for path in subject.selected
            if (shown := spelled_out(path)) != path
        )
        yield from condense(unwritable, "files have names that no file list can hold")
    suspect = any(map(path_fault, subject.shapes))
    for group in subject.groups if suspect else ():
        if group.table is not None:
            hits = _rows(group.table)
            yield from condense(hits, "paths of the table are not portable")
    for section in ("/components", "/annotations"):
        for pointer, _ in parts(subject.document, section):
            yield from _patterns(subject.document, f"{pointer}/files")


def _unwritable(path: str, shown: str) -> Hit:
    words = f"the name `{shown}` has characters that no file list can hold"
    return Hit(words, path=path, help="rename the file")


def _rows(table: FileTable) -> Iterator[tuple[str, Hit]]:
    for path, line in zip(table.rows.paths, table.rows.lines, strict=True):
        fault = path_fault(path)
        if fault is not None:
            yield (
                path,
                Hit(
                    f"path `{path}` {fault}",
                    path=table.path,
                    line=line,
                    column=1,
                    help="write it from the dataset's folder on, with `/`",
                ),
            )


def _patterns(document: Document, pointer: str) -> Iterator[Hit]:
    chosen = mapping_at(document, pointer) or {}
    written = [
        *texts(chosen, "include", pointer),
        *texts(chosen, "exclude", pointer),
        (f"{pointer}/table", text(chosen, "table")),
    ]
    for where, pattern in written:
        # `raw/` and `./raw` are usual ways to write a folder in a pattern
        fault = path_fault(pattern.rstrip("/").removeprefix("./")) if pattern else None
        if fault is not None:
            yield Hit(
                f"`{pattern}` {fault}",
                where,
                help="write it from the dataset's folder on, with `/`",
            )


RULE = Rule(
    code="FIL105",
    name="path-not-portable",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
