"""What an RO-Crate describes lies beside it.

What it does
------------
Looks for each file, folder and file list that the crate names. Where no file at all is
there, that is one warning: the crate may travel alone.

Why it is bad
-------------
A crate without its files can be read, but nobody can use the data.

Example
-------
`ro-crate-metadata.json` alone in a folder, with 200 `File` entities.

How to fix
----------
Put the crate into the folder of its files, or give files the addresses they have.

Source
------
RO-Crate 1.1, "Data Entities": the payload of a crate is in its folder; RO-Crate
1.2, "Attached RO-Crate Package".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import collapsed, condense
from fairsubmit.lint.sources import at_entity, crate
from fairsubmit.metadata.crate_files import file_lists
from fairsubmit.metadata.crate_graph import DESCRIPTOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.crate_graph import Entity, Graph
    from fairsubmit.metadata.table import FileTable

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    graph = crate(subject)
    if graph is None or subject.dataset is None or graph.root is None:
        return
    files = frozenset(subject.dataset.files)
    lists = {entity.path: entity for entity in file_lists(graph)}
    tables = [group.table for group in subject.groups if group.table]
    named = [row.path for t in tables for row in t.rows if row.path not in lists]
    for path, entity in lists.items():
        if path not in files:
            words, advice = f"there is no file list `{path}`", "add it to the crate"
            yield at_entity(graph, entity, words, advice)
    if named and files.isdisjoint(named):
        yield _alone(graph, graph.root, named)
        return
    for table in tables:
        missing = list(_missing(table, files, frozenset(filter(None, lists))))
        yield from condense(missing, "files of the crate are not there")
    yield from _folders(graph, files)


def _alone(graph: Graph, root: Entity, named: list[str]) -> Hit:
    one = len(named) == 1
    count = "the one file" if one else f"none of the {len(named):,} files"
    verb = "is not" if one else "is"
    words = f"{count} that the crate describes {verb} beside it, e.g. `{named[0]}`"
    hit = at_entity(graph, root, words, "put the crate where its files are")
    return replace(hit, severity=Severity.WARNING)


def _missing(
    table: FileTable, files: frozenset[str], lists: frozenset[str]
) -> Iterator[tuple[str, Hit]]:
    folded: dict[str, str] = {}
    for row in table.rows:
        if row.path in files or row.path in lists:
            continue
        if not folded:
            folded.update((collapsed(path), path) for path in files)
        near = folded.get(collapsed(row.path))
        advice = f"did you mean `{near}`?" if near else "correct or remove it"
        words = f"there is no file `{row.path}`"
        hit = Hit(words, path=table.path, line=row.line, column=1, help=advice)
        yield row.path, hit


def _folders(graph: Graph, files: frozenset[str]) -> Iterator[Hit]:
    there = {name[:at] for name in files for at, c in enumerate(name) if c == "/"}
    for entity in graph.of_type("dataset"):
        path = (entity.path or "").rstrip("/")
        if path and path != DESCRIPTOR and path not in there:
            words, advice = f"there is no folder `{path}`", "correct or remove it"
            yield at_entity(graph, entity, words, advice)


RULE = Rule(
    code="CRT106",
    name="crate-files-absent",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
