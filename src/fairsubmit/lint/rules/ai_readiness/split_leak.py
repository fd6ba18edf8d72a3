"""No image is in two splits.

What it does
------------
Reports source images that stand in rows of different splits.

Why it is bad
-------------
A model that saw the image in training knows the answer in the test.

Example
-------
`raw/a.tif` as source of a row for `train` and of one for `test`.

How to fix
----------
Give all annotations of one image the same split.

Source
------
QUAREP-LiMi WG 12, machine learning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.paths import condense
from fairsubmit.lint.tables import source_column, split_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.table import FileTable

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups:
        if group.table is not None:
            hits = list(_of(group.table))
            yield from condense(hits, "source images are in two splits")


def _of(table: FileTable) -> Iterator[tuple[str, Hit]]:
    source, split = source_column(table), split_column(table)
    if source is None or split is None:
        return
    first: dict[str, str] = {}
    for row in table.rows:
        image, value = row.values[source], row.values[split].casefold()
        if not image or not value:
            continue
        other = first.setdefault(image, value)
        if other != value:
            words = f"`{image}` is in the splits `{other}` and `{value}`"
            advice = "give all annotations of one image the same split"
            where = table.path
            yield image, Hit(words, path=where, line=row.line, column=1, help=advice)


RULE = Rule(
    code="AIR102",
    name="split-leak",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
