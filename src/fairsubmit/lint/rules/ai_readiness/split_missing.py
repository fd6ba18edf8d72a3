"""An annotated set says which images are for training and which for testing.

What it does
------------
Notes annotation sets in whose tables no column says to which split a file belongs.

Why it is bad
-------------
Results of models can only be compared where all train and test on the same images.

Example
-------
A file table with the columns `Files` and `Source Image` alone.

How to fix
----------
Add a column `Split` with `train`, `validation` and `test`.

Source
------
MIFA 1.0; QUAREP-LiMi WG 12, machine learning: "train, test and metadata".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tables import split_column

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    tables = [group.table for group in subject.groups if group.table]
    if any(split_column(table) is not None for table in tables):
        return
    for group in subject.groups:
        if group.kind == "annotation" and group.table is not None and group.table.rows:
            yield Hit(
                "no column says which files are for training and which for testing",
                path=group.table.path,
                line=1,
                column=1,
                help="add a column `Split` with `train`, `validation` and `test`",
            )


RULE = Rule(
    code="AIR101",
    name="split-missing",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
