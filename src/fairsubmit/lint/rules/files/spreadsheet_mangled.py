"""No value was changed by a spreadsheet.

What it does
------------
Reports cells such as `2-Sep`, `1.23E+05` and `#REF!` among others that are not of that
kind.

Why it is bad
-------------
Spreadsheets turn genes into dates (SEPT2 into 2-Sep) and long numbers into rounded
ones; one in five papers in genomics has such genes.

Example
-------
`Gene: 2-Sep`

How to fix
----------
Correct the cell, with the column formatted as text.

Source
------
Ziemann et al. 2016 (gene names); BioImage Archive, help on file lists.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.paths import condense
from fairsubmit.metadata.table import cell_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.table import FileTable

__all__ = ["RULE"]

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec"
_DATE = re.compile(
    rf"(?:\d{{1,2}}-(?:{_MONTHS})|(?:{_MONTHS})-\d{{1,2}})",
    re.IGNORECASE,
)
_ROUNDED = re.compile(r"\d\.\d{1,2}E\+\d{2}")
_FAULT = re.compile(r"#(?:REF|NAME\?|VALUE|DIV/0|N/A|NUM|NULL)!?")
_DATE_COLUMN = re.compile(r"date|day|month|time", re.IGNORECASE)
_ID_COLUMN = re.compile(
    r"\bid\b|identifier|accession|barcode|number|code",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups:
        if group.table is not None:
            hits = list(_of(group.table))
            yield from condense(hits, "cells look changed by a spreadsheet")


def _of(table: FileTable) -> Iterator[tuple[str, Hit]]:
    checks = [_patterns(name) for name in table.columns]
    for row in table.rows:
        for index, (value, patterns) in enumerate(zip(row.values, checks, strict=True)):
            if value and any(pattern.fullmatch(value) for pattern in patterns):
                yield (
                    row.path,
                    Hit(
                        f"`{value}` in column `{table.columns[index]}` looks changed "
                        "by a spreadsheet",
                        path=table.path,
                        line=row.line,
                        cell=cell_name(index + 1, row.line),
                        help="write what was meant, in a column formatted as text",
                    ),
                )


def _patterns(name: str) -> list[re.Pattern[str]]:
    found = [_FAULT]
    if not _DATE_COLUMN.search(name):
        found.append(_DATE)
    if _ID_COLUMN.search(name):
        found.append(_ROUNDED)
    return found


RULE = Rule(
    code="FIL114",
    name="spreadsheet-mangled",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
