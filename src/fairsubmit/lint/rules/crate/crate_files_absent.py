"""What an RO-Crate describes lies beside it.

What it does
------------
Reports crates of which no file is there (a warning: the crate may travel alone),
and folders that are not.

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
from fairsubmit.lint.sources import at_entity, crate
from fairsubmit.metadata.crate_graph import DESCRIPTOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.crate_graph import Graph

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    graph = crate(subject)
    if graph is None or subject.dataset is None or graph.root is None:
        return
    files = subject.dataset.files
    lists = {entity.path for entity in graph.of_type("filelist")}
    named = [e.path for e in graph.of_type("file") if e.path and e.path not in lists]
    if named and not any(name in files for name in named):
        count = (
            "the one file" if len(named) == 1 else f"none of the {len(named):,} files"
        )
        verb = " is not" if len(named) == 1 else " is"
        words = f"{count} that the crate describes{verb} beside it, e.g. `{named[0]}`"
        advice = "put the crate where its files are"
        hit = at_entity(graph, graph.root, words, advice)
        yield replace(hit, severity=Severity.WARNING)
        return
    yield from _folders(graph, frozenset(files))


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
