"""File tables: TSV, first column ``Files``, one row a file.

A table may have half a million rows, so that its cells are kept by column, equal values
as one text, and a `Row` is made when it is asked for.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "FILES",
    "SOURCE_IMAGE",
    "FileTable",
    "Row",
    "Rows",
    "cell_name",
    "parse_table",
]

# BioStudies FileListTsvStreamDeserializer: "First header value should be 'Files'".
FILES = "Files"
# BioImage Archive help-file-list: mandatory column of an annotation's file list.
SOURCE_IMAGE = "Source Image"

# Characters of a table that are taken apart at once: its cells are, for a moment,
# many times as large.
_BLOCK = 1 << 20
# Different values of a column beyond which each is kept as it comes.
_FEW_VALUES = 1 << 13


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


class Rows(Sequence[Row]):
    """The rows of a table, by column.

    Parameters
    ----------
    paths
        The first cell of each row.
    columns
        The further cells of all rows, for each further column.
    lines
        1-based line of each row.
    surplus
        Number of cells beyond the header, by index of the row; most have none.
    """

    __slots__ = ("columns", "lines", "paths", "surplus")

    def __init__(
        self,
        paths: Sequence[str],
        columns: Sequence[Sequence[str]],
        lines: Sequence[int],
        surplus: Mapping[int, int] | None = None,
    ) -> None:
        self.paths = paths
        self.columns = columns
        self.lines = lines
        self.surplus = surplus or {}

    def __len__(self) -> int:
        return len(self.paths)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        at = range(len(self))[index]
        values = tuple(column[at] for column in self.columns)
        return Row(self.paths[at], values, self.lines[at], self.surplus.get(at, 0))

    def __iter__(self) -> Iterator[Row]:
        values = zip(*self.columns, strict=True) if self.columns else repeat(())
        surplus = self.surplus
        each = zip(self.paths, values, self.lines, strict=False)
        for at, (path, cells, line) in enumerate(each):
            yield Row(path, cells, line, surplus.get(at, 0) if surplus else 0)

    def led_by(self, column: int) -> Rows:
        """Return the rows with a further column as the first, the first as the next."""
        others = [self.paths, *self.columns]
        paths = others.pop(column + 1)
        return Rows(paths, others, self.lines, self.surplus)

    def with_paths(self, paths: Sequence[str]) -> Rows:
        """Return the rows with other first cells."""
        return Rows(paths, self.columns, self.lines, self.surplus)


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
    rows: Rows

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
    head, _, _ = plain.partition("\n")
    header = tuple(cell.strip() for cell in head.split("\t"))
    reading = _Reading(len(header) - 1)
    for lines in _blocks(plain, len(head) + 1):
        reading.add(lines)
    return FileTable(path, header, reading.rows())


def _blocks(text: str, start: int) -> Iterator[list[str]]:
    """Split the text from `start` on into lines, some at a time."""
    while start < len(text):
        end = text.find("\n", start + _BLOCK)
        stop = len(text) if end < 0 else end
        yield text[start:stop].split("\n")
        start = stop + 1


class _Reading:
    """Takes a table apart, block by block."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.paths: list[str] = []
        self.columns: list[list[str]] = [[] for _ in range(width)]
        self.lines = array("q")
        self.surplus: dict[int, int] = {}
        # The one text of each value, by column; nothing where they are many.
        self._known: list[dict[str, str] | None] = [{} for _ in range(width)]
        self._read = 2

    def add(self, lines: list[str]) -> None:
        """Add the rows of some lines."""
        width = self.width
        if any(line.count("\t") != width or not line.strip() for line in lines):
            kept = self._uneven(lines)
        else:
            self.lines.extend(range(self._read, self._read + len(lines)))
            kept = lines
        self._read += len(lines)
        # One split of everything, then every so manieth cell: no loop over rows.
        cells = "\t".join(kept).split("\t") if kept else []
        self.paths += cells[:: width + 1]
        for index, column in enumerate(self.columns):
            values = list(map(str.strip, cells[index + 1 :: width + 1]))
            column.extend(self._shared(index, values))

    def _uneven(self, lines: list[str]) -> list[str]:
        """Return lines that are not blank with as many cells as the header has."""
        kept: list[str] = []
        for number, line in enumerate(lines, start=self._read):
            if not line.strip():
                continue
            missing = self.width - line.count("\t")
            if missing < 0:
                self.surplus[len(self.lines)] = -missing
                line = line.rsplit("\t", -missing)[0]  # noqa: PLW2901 - what is kept of it
            kept.append(line + "\t" * missing)
            self.lines.append(number)
        return kept

    def _shared(self, index: int, values: list[str]) -> Iterable[str]:
        known = self._known[index]
        if known is None:
            return values
        if len(known) > _FEW_VALUES:
            self._known[index] = None
        return map(known.setdefault, values, values)

    def rows(self) -> Rows:
        """Return what was read."""
        return Rows(self.paths, self.columns, self.lines, self.surplus)


def cell_name(column: int, line: int) -> str:
    """Name a cell as spreadsheets do; `column` counts from 0, `line` from 1."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{line}"
