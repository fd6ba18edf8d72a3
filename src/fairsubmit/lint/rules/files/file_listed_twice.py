"""Every file is in one list, once.

What it does
------------
Reports rows that name the same file twice, and files that belong to two components or
annotation sets.

Why it is bad
-------------
It is not clear what the file is; the archive counts and shows it twice.

Example
-------
The component includes `**/*.tif`, and so the masks too.

How to fix
----------
Remove the row, or `exclude` the files from one of the two.

Source
------
BIA RO-Crate profile: file paths are unique.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import condense, group_name, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.table import FileTable

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups:
        if group.table is not None:
            yield from condense(_twice(group.table), "files are listed twice")
        shared: dict[str, list[str]] = {}
        for path in group.paths:
            first = subject.selected[path]
            if first is not group:
                shared.setdefault(group_name(first), []).append(path)
        for other, paths in shared.items():
            files = "1 file is" if len(paths) == 1 else f"{len(paths):,} files are"
            yield Hit(
                f"{files} in {other} and in {group_name(group)}: {sample(paths)}",
                f"{group.pointer}/files",
                count=len(paths),
                help="`exclude` them from one of the two",
            )


def _twice(table: FileTable) -> Iterator[tuple[str, Hit]]:
    if len(frozenset(table.rows.paths)) == len(table.rows):
        return
    first: dict[str, int] = {}
    for row in table.rows:
        if row.path in first:
            yield (
                row.path,
                Hit(
                    f"`{row.path}` is listed twice, here and on line {first[row.path]}",
                    path=table.path,
                    line=row.line,
                    column=1,
                    help="remove one of the two rows",
                ),
            )
        else:
            first[row.path] = row.line


RULE = Rule(
    code="FIL103",
    name="file-listed-twice",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
