"""Apply edits to a file table: TSV, cells split on TAB, no quoting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fairsubmit.findings import Edit

__all__ = ["edited"]

_LINES = re.compile(r"\r\n|\r|\n")


def edited(text: str, edits: Iterable[Edit]) -> tuple[str, list[Edit]]:
    """Apply edits to a table's text; lines and cells keep their numbers meanwhile.

    Parameters
    ----------
    text
        The table.
    edits
        Those of this table, with ``line`` and ``column`` counting from 1.

    Returns
    -------
    tuple of str and list of Edit
        The new text, and the edits that were applied.
    """
    ends = [*_LINES.findall(text), ""]
    rows = [line.split("\t") for line in _LINES.split(text)]
    lines: set[int] = set()
    columns: set[int] = set()
    applied = []
    for edit in dict.fromkeys(edits):
        line, column = (edit.line or 0) - 1, (edit.column or 0) - 1
        if edit.action == "cell" and _exists(rows, line, column):
            rows[line][column] = edit.values[0]
        elif edit.action == "drop-line" and 0 <= line < len(rows):
            lines.add(line)
        elif edit.action == "drop-column" and 0 < column < len(rows[0]):
            columns.add(column)
        else:
            continue
        applied.append(edit)
    kept = (
        "\t".join(cell for at, cell in enumerate(row) if at not in columns) + end
        for number, (row, end) in enumerate(zip(rows, ends, strict=True))
        if number not in lines
    )
    return "".join(kept), applied


def _exists(rows: list[list[str]], line: int, column: int) -> bool:
    return 0 <= line < len(rows) and 0 <= column < len(rows[line])
