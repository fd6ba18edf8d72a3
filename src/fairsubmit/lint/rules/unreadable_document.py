"""The document and its file tables can be read.

What it does
------------
Reports where `submission.yaml`, or a file table that it names, stops being readable.

Why it is bad
-------------
Nothing else can be checked before this is right.

Example
-------
`authors: [a, b` lacks the closing bracket.

How to fix
----------
Correct the line shown. Save file tables as tab-separated text in UTF-8.

Source
------
YAML 1.2; BioStudies file lists are tab-separated UTF-8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject, said_by_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_said = said_by_reader("DOC101")


def _check(subject: Subject) -> Iterator[Hit]:
    yield from _said(subject)
    for group in subject.groups:
        if group.table_problem is not None:
            pointer = f"{group.pointer}/files/table"
            name = subject.document.get(pointer)
            yield Hit(
                f"file table `{name}` cannot be read: {group.table_problem}",
                pointer,
                help="name a tab-separated UTF-8 text file in the dataset's folder",
            )


RULE = Rule(
    code="DOC101",
    name="unreadable-document",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
