"""Every file table can be read.

What it does
------------
Reports file tables that are not there, lie outside the dataset, or are not UTF-8
text.

Why it is bad
-------------
The files that only the table names would not be deposited.

Example
-------
`table: files.xlsx`

How to fix
----------
Save the table as tab-separated text in UTF-8, in the dataset's folder.

Source
------
BioStudies file lists: tab-separated UTF-8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import path_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups:
        pointer = f"{group.pointer}/files/table"
        name = subject.document.get(pointer)
        # a path that leads out of the folder is FIL105
        if group.table_problem and isinstance(name, str) and path_fault(name) is None:
            yield Hit(
                f"file table `{name}` cannot be read: {group.table_problem}",
                pointer,
                help="name a tab-separated UTF-8 text file in the dataset's folder",
            )


RULE = Rule(
    code="FIL116",
    name="unreadable-file-table",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
