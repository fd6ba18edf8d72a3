"""The files that an RO-Crate names: its file entities, and the rows of its lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.compose import UnreadableError
from fairsubmit.metadata.crate_graph import identifiers, plain
from fairsubmit.metadata.table import FILES, FileTable, Rows, parse_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fairsubmit.metadata.crate_graph import Entity, Graph

__all__ = [
    "FILE_PATH",
    "Column",
    "columns_of",
    "crate_tables",
    "file_lists",
]

# BioImage Archive's RO-Crate profile: the column that holds the paths.
FILE_PATH = "filePath"


class Column(NamedTuple):
    """A column of a file list, as the crate describes it.

    Attributes
    ----------
    name
        Heading in the list.
    meaning
        Last word of the property that the column gives, e.g. ``filePath``.
    """

    name: str
    meaning: str


def file_lists(graph: Graph) -> Iterator[Entity]:
    """Return the entities that are lists of files, in tables beside the crate."""
    for entity in graph.of_type("filelist"):
        if entity.path:
            yield entity


def columns_of(graph: Graph, entity: Entity) -> list[Column]:
    """Return the columns that the crate describes of a file list."""
    found = []
    for schema in graph.linked(entity, "tableSchema"):
        for column in graph.linked(schema, "column"):
            written = plain(column.value.get("propertyUrl"))
            written = written or next(identifiers(column.value.get("propertyUrl")), "")
            meaning = written.replace("#", "/").replace(":", "/").rpartition("/")[2]
            found.append(Column(plain(column.value.get("columnName")), meaning))
    return found


def crate_tables(graph: Graph, read: Callable[[str], str]) -> Iterator[FileTable]:
    """Return the files that a crate describes as a table, then each of its lists.

    Parameters
    ----------
    graph
        The entities.
    read
        Returns the text of a file beside the crate; lists that it cannot are left out.
    """
    yield _entity_table(graph, graph.name)
    for entity in file_lists(graph):
        try:
            text = read(entity.path or "")
        except (OSError, UnreadableError):
            continue  # a file entity as any other, and missing
        table = _list_table(text, entity.path or "", columns_of(graph, entity))
        if table is not None:
            yield table


def _entity_table(graph: Graph, path: str) -> FileTable:
    """Return the file entities of a crate as a table: one row each, with its line.

    Parameters
    ----------
    graph
        The entities.
    path
        The crate's own path, as findings show it.
    """
    paths: list[str] = []
    lines: list[int] = []
    for entity in graph.of_type("file"):
        name = entity.path
        if name and graph.get(entity.id) is entity:
            paths.append(name)
            lines.append(graph.place(entity)[0])
    return FileTable(path, (FILES,), Rows(paths, (), lines))


def _list_table(text: str, path: str, columns: list[Column]) -> FileTable | None:
    """Return a file list with its paths in the first column.

    Parameters
    ----------
    text
        The list.
    path
        Its path.
    columns
        As the crate describes them.

    Returns
    -------
    FileTable or None
        ``None`` where no column holds paths.
    """
    table = parse_table(text, path)
    named = [column.name for column in columns if column.meaning == FILE_PATH]
    at = next((n for n, head in enumerate(table.header) if head in named), None)
    if at is None:
        return None
    header = (FILES, *table.header[:at], *table.header[at + 1 :])
    return FileTable(path, header, table.rows.led_by(at - 1) if at else table.rows)
