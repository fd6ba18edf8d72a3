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
            hits = _of(group.table)
            yield from condense(hits, "cells look changed by a spreadsheet")


def _of(table: FileTable) -> Iterator[tuple[str, Hit]]:
    rows = table.rows
    bad = [
        _mangled(name, frozenset(rows.columns[at]))
        for at, name in enumerate(table.columns)
    ]
    if not any(bad):
        return
    for row in rows:
        for index, value in enumerate(row.values):
            if value in bad[index]:
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


def _mangled(name: str, values: frozenset[str]) -> frozenset[str]:
    """Return the values of a column that look changed."""
    patterns = [_FAULT]
    if not _DATE_COLUMN.search(name):
        patterns.append(_DATE)
    if _ID_COLUMN.search(name):
        patterns.append(_ROUNDED)
    return frozenset(
        value for pattern in patterns for value in filter(pattern.fullmatch, values)
    )


RULE = Rule(
    code="FIL114",
    name="spreadsheet-mangled",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
