"""File lists: one TSV per study component and annotation set.

BioStudies takes a plain split on TAB without quoting; the first header cell is
``Files`` and no header cell is blank (FileListTsvStreamDeserializer.kt). Every row
has every column, because the server takes the header from the first file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairsubmit.bundle.columns import COLUMNS
from fairsubmit.bundle.context import BIA
from fairsubmit.metadata.table import FILES, SOURCE_IMAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fairsubmit.bundle.columns import Values
    from fairsubmit.dataset import FileGroup
    from fairsubmit.manifest import Entry
    from fairsubmit.metadata.table import FileTable

__all__ = ["FOLDER", "Sheet", "list_paths", "make_sheet", "source_column", "sources"]

FOLDER = "file-lists"
MEASURED = ("Size", "md5", "sha256")
_NOWHERE = -1
# What people call the column; BIA's own importers accept these spellings.
_SOURCE_SPELLINGS = frozenset({"source image", "source image association"})
# Names that Windows keeps for devices, whatever the suffix (Microsoft, "Naming
# Files, Paths, and Namespaces").
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)
_SPACES = str.maketrans(dict.fromkeys("\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", " "))


def list_paths(groups: Iterable[FileGroup]) -> Iterator[str]:
    """Give each group's list its path, no two alike even where case is ignored."""
    taken: set[str] = set()
    for group in groups:
        stem = group.id.strip(".") or group.pointer.strip("/").replace("/", "-")
        if stem.partition(".")[0].lower() in _DEVICES:
            stem = f"list-{stem}"
        yield f"{FOLDER}/{_unlike(stem, taken, '-{}')}.tsv"


def _unlike(name: str, taken: set[str], suffix: str) -> str:
    """Return `name`, or `name` with a number, that is not yet taken."""
    unique, number = name, 1
    while unique.casefold() in taken:
        number += 1
        unique = name + suffix.format(number)
    taken.add(unique.casefold())
    return unique


@dataclass(frozen=True)
class Sheet:
    """The columns of one file list and where their values come from.

    Attributes
    ----------
    header
        All header cells, ``Files`` first.
    own
        Indices into a table row's values: the person's columns, in their order; -1
        for a column that is wanted but not there.
    image
        Indices into `COLUMNS`.
    rows
        The person's values by path.
    values
        The images' values by path.
    """

    header: tuple[str, ...]
    own: tuple[int, ...]
    image: tuple[int, ...]
    rows: Mapping[str, Sequence[str]]
    values: Mapping[str, Values]

    @property
    def meanings(self) -> dict[str, str]:
        """Addresses of the terms that header cells stand for, where there is one."""
        size, _, sha256 = self.header[-len(MEASURED) :]
        return {
            FILES: f"{BIA}filePath",
            SOURCE_IMAGE: f"{BIA}sourceImagePath",
            size: f"{BIA}sizeInBytes",
            sha256: "http://schema.org/sha256",
        }

    def lines(
        self, paths: Iterable[str], entries: Mapping[str, Entry]
    ) -> Iterator[str]:
        """Return the list's lines, each with its end."""
        yield "\t".join(self.header) + "\n"
        for path in paths:
            entry = entries[path]
            row, values = self.rows.get(path, ()), self.values.get(path, ())
            own = [_one_line(row[i]) if row and i != _NOWHERE else "" for i in self.own]
            image = [_one_line(values[i]) if values else "" for i in self.image]
            measured = [str(entry.size), entry.md5, entry.sha256]
            yield "\t".join([path, *own, *image, *measured]) + "\n"


def make_sheet(group: FileGroup, values: Mapping[str, Values]) -> Sheet:
    """Choose the columns of a group's list: only such as hold a value.

    Parameters
    ----------
    group
        The files and their table.
    values
        The images' values by path, see `fairsubmit.bundle.columns.collect`.
    """
    rows = _first_rows(group.table)
    taken = {FILES.casefold()}
    header = [FILES]
    own: list[int] = []
    for index, name in _own_columns(group, rows):
        own.append(index)
        header.append(_unlike(name, taken, " ({})"))
    image = [
        index
        for index in range(len(COLUMNS))
        if any(values[path][index] for path in group.paths if path in values)
    ]
    for name in [COLUMNS[index] for index in image] + list(MEASURED):
        free = name if name.casefold() not in taken else f"{name} (measured)"
        header.append(_unlike(free, taken, " ({})"))
    return Sheet(tuple(header), tuple(own), tuple(image), rows, values)


def _own_columns(
    group: FileGroup, rows: Mapping[str, Sequence[str]]
) -> Iterator[tuple[int, str]]:
    columns = group.table.columns if group.table else ()
    source = source_column(group.table) if group.kind == "annotation" else None
    for index, cell in enumerate(columns):
        name = _one_line(cell).strip()
        if index == source:
            yield index, SOURCE_IMAGE
        elif name:
            yield index, name
        elif any(row[index] for row in rows.values()):
            yield index, f"Column {index + 2}"
    if group.kind == "annotation" and source is None:
        yield _NOWHERE, SOURCE_IMAGE


def _first_rows(table: FileTable | None) -> dict[str, Sequence[str]]:
    rows: dict[str, Sequence[str]] = {}
    for row in table.rows if table else ():
        rows.setdefault(row.path, row.values)
    return rows


def source_column(table: FileTable | None) -> int | None:
    """Return which further column names the source image, counted from 0."""
    for index, name in enumerate(table.columns if table else ()):
        if name.replace("_", " ").casefold() in _SOURCE_SPELLINGS:
            return index
    return None


def sources(group: FileGroup) -> dict[str, str]:
    """Return the source image of each annotation file, as far as it is named."""
    column = source_column(group.table) if group.kind == "annotation" else None
    if column is None:
        return {}
    rows = _first_rows(group.table)
    return {path: row[column] for path, row in rows.items() if row[column]}


def _one_line(text: str) -> str:
    """Replace what would break a row of a table without quoting."""
    return text.translate(_SPACES)
