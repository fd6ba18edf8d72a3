"""No file of the system or of an editor is deposited.

What it does
------------
Reports selected files such as `.DS_Store`, `Thumbs.db`, `~$list.xlsx` and `*.tmp`.

Why it is bad
-------------
They say nothing, and some hold names and paths of your computer.

Example
-------
`raw/.DS_Store` selected by `raw/**`

How to fix
----------
Delete them, or `exclude` them; `fairsubmit lint --fix` takes them out of file tables.

Source
------
Real records, e.g. a `.DS_Store` in the crate of S-BIAD1494.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.paths import is_junk, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups if any(map(is_junk, subject.shapes)) else ():
        junk = [path for path in group.paths if is_junk(path)]
        if not junk:
            continue
        table = group.table
        listed = [row for row in table.rows if is_junk(row.path)] if table else []
        edits = tuple(
            Edit("drop-line", path=table.path, line=row.line)
            for row in listed
            if table is not None
        )
        yield Hit(
            f"{len(junk):,} files that are no data would be deposited: {sample(junk)}"
            if len(junk) > 1
            else f"`{junk[0]}` is no data, but would be deposited",
            path=junk[0],
            count=len(junk),
            help="delete what is not needed, or `exclude` it",
            edits=edits,
        )


RULE = Rule(
    code="FIL109",
    name="junk-file",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="safe",
    check=_check,
)
