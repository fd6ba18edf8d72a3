"""The file lists of an RO-Crate are as it describes them.

What it does
------------
Reports crates without a file list, lists without a column for paths or without columns
that the crate describes, and rows that name a dataset which the crate does not have.

Why it is bad
-------------
The BioImage Archive finds the files of a study in these lists. Without a column of
meaning `bia:filePath` it finds none.

Example
-------
A `bia:FileList` whose table schema has no column with `propertyUrl`
`http://bia/filePath`.

How to fix
----------
Describe each column of the list, in the order of the list.

Source
------
BioImage Archive RO-Crate profile (bia-ro-crate 0.3.1), FileList and TableSchema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.paths import condense
from fairsubmit.lint.sources import at_entity, crate
from fairsubmit.metadata.crate_files import FILE_PATH, columns_of, file_lists

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.crate_files import Column
    from fairsubmit.metadata.crate_graph import Entity, Graph
    from fairsubmit.metadata.table import FileTable

__all__ = ["RULE"]

_DATASET = "isPartOf"


def _check(subject: Subject) -> Iterator[Hit]:
    graph = crate(subject)
    if graph is None:
        return
    if graph.root is not None and not any(file_lists(graph)):
        words = "the crate has no file list"
        advice = "add a `bia:FileList`, a table with the path of each file"
        yield at_entity(graph, graph.root, words, advice)
    tables = {group.table.path: group.table for group in subject.groups if group.table}
    for entity in file_lists(graph):
        columns = columns_of(graph, entity)
        if not any(column.meaning == FILE_PATH for column in columns):
            words = f"no column of `{entity.id}` is described as paths of files"
            advice = f"give one the `propertyUrl` `http://bia/{FILE_PATH}`"
            yield at_entity(graph, entity, words, advice)
        table = tables.get(entity.path or "")
        if table is not None:
            yield from _headings(graph, entity, columns, table)
            yield from _datasets(graph, columns, table)


def _headings(
    graph: Graph,
    entity: Entity,
    columns: list[Column],
    table: FileTable,
) -> Iterator[Hit]:
    there = {*table.columns}
    for column in columns:
        if column.name not in there and column.meaning != FILE_PATH:
            words = f"`{entity.id}` has no column `{column.name}`"
            advice = "correct `columnName`, or the heading"
            yield at_entity(graph, entity, words, advice)
    described = {column.name for column in columns}
    for name in table.columns:
        if name not in described:
            words = f"column `{name}` of `{entity.id}` is not described"
            advice = "describe it in the list's `tableSchema`"
            yield at_entity(graph, entity, words, advice)


def _datasets(graph: Graph, columns: list[Column], table: FileTable) -> Iterator[Hit]:
    named = [column.name for column in columns if column.meaning == _DATASET]
    for name in named:
        if name not in table.columns:
            continue
        at = table.columns.index(name)
        found = [
            (
                row.path,
                Hit(
                    f"`{row.values[at]}` is no dataset of the crate",
                    path=table.path,
                    line=row.line,
                    column=1,
                    help="write the `@id` of a dataset that the crate describes",
                ),
            )
            for row in table.rows
            if row.values[at] not in graph
        ]
        yield from condense(found, "rows name a dataset that the crate has not")


RULE = Rule(
    code="CRT108",
    name="crate-file-list-malformed",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
