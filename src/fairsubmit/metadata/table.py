"""File tables: TSV, first column ``Files``, one row a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["FILES", "SOURCE_IMAGE", "FileTable", "Row", "cell_name", "parse_table"]

# BioStudies FileListTsvStreamDeserializer: "First header value should be 'Files'".
FILES = "Files"
# BioImage Archive help-file-list: mandatory column of an annotation's file list.
SOURCE_IMAGE = "Source Image"


@dataclass(frozen=True, slots=True)
class Row:
    """One file of a table.

    Attributes
    ----------
    path
        The first cell, as written.
    values
        The further cells, as many as the table has further columns; ``""`` where
        the row was short.
    line
        1-based line in the table.
    surplus
        Number of cells beyond the header.
    """

    path: str
    values: tuple[str, ...]
    line: int
    surplus: int = 0


@dataclass(frozen=True, slots=True)
class FileTable:
    """A file table as it was read.

    Attributes
    ----------
    path
        POSIX path of the table, relative to the dataset.
    header
        All cells of line 1, ``Files`` included where it is there.
    rows
        Blank lines left out.
    """

    path: str
    header: tuple[str, ...]
    rows: Sequence[Row]

    @property
    def columns(self) -> tuple[str, ...]:
        """The header without its first cell."""
        return self.header[1:]

    def attributes(self, row: Row) -> Mapping[str, str]:
        """Return the further cells of a row by column, empty ones left out."""
        pairs = zip(self.columns, row.values, strict=True)
        return {name: value for name, value in pairs if value}


def parse_table(text: str, path: str) -> FileTable:
    """Parse a TSV file table: a plain split on TAB, no quoting.

    Parameters
    ----------
    text
        The table; a byte order mark and the line ends of every system are tolerated.
    path
        Name that findings show.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = plain.split("\n")
    header = tuple(cell.strip() for cell in lines[0].split("\t"))
    width = len(header) - 1
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        first, *rest = line.split("\t")
        cells = tuple(cell.strip() for cell in rest)
        padded = cells[:width] + ("",) * (width - len(cells))
        rows.append(Row(first, padded, number, max(0, len(cells) - width)))
    return FileTable(path, header, rows)


def cell_name(column: int, line: int) -> str:
    """Name a cell as spreadsheets do; `column` counts from 0, `line` from 1."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{line}"
