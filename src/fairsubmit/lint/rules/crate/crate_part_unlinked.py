"""The files of an RO-Crate belong to its root dataset.

What it does
------------
Reports file and folder entities that no chain of `hasPart` leads to.

Why it is bad
-------------
Programs that walk the crate from its root never see them.

Example
-------
A `File` entity `raw/b.tif` that is in nobody's `hasPart`.

How to fix
----------
Add it to the `hasPart` of the root or of the dataset that it belongs to.

Source
------
RO-Crate 1.1, "Data Entities": they MUST be linked to the root directly or
indirectly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import condense
from fairsubmit.lint.sources import at_entity, crate
from fairsubmit.metadata.crate_graph import DESCRIPTOR, identifiers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.crate_graph import Entity, Graph

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    graph = crate(subject)
    if graph is None or graph.root is None:
        return
    linked = _reached(graph, graph.root)
    found = []
    for entity in graph.of_type("file", "dataset"):
        own = entity.path
        if own and own != DESCRIPTOR and entity.index not in linked:
            words = f"`{entity.id}` is part of nothing in the crate"
            advice = "add it to `hasPart` of the root dataset"
            hit = at_entity(graph, entity, words, advice)
            found.append((entity.id, hit))
    yield from condense(found, "files are part of nothing in the crate")


def _reached(graph: Graph, root: Entity) -> set[int]:
    """Return the numbers of all entities that are parts, or parts of parts."""
    reached, waiting = {root.index}, [root]
    while waiting:
        for identifier in identifiers(waiting.pop().value.get("hasPart")):
            part = graph.get(identifier)
            if part is not None and part.index not in reached:
                reached.add(part.index)
                waiting.append(part)
    return reached


RULE = Rule(
    code="CRT105",
    name="crate-part-unlinked",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
