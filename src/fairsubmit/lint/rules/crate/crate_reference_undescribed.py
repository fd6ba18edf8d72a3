"""What an RO-Crate refers to inside it is described in it.

What it does
------------
Reports references to `#…`, `_:…` and to files and folders that no entity describes.

Why it is bad
-------------
The reference leads nowhere: a component stays without its sample, a study without
its author.

Example
-------
`"associatedBiologicalEntity": {"@id": "#HeLa"}`, and no entity `#HeLa`.

How to fix
----------
Describe the entity, or correct the reference.

Source
------
RO-Crate 1.1, "Structure of the RO-Crate Metadata File" and "Data Entities";
BioImage Archive RO-Crate profile, references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import condense
from fairsubmit.lint.sources import at_entity, crate
from fairsubmit.lint.suggest import closest
from fairsubmit.metadata.crate_graph import identifiers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.crate_graph import Entity, Graph

__all__ = ["RULE"]

# Comparing one name with more than this takes longer than a person waits.
_COMPARED = 5000


def _check(subject: Subject) -> Iterator[Hit]:
    graph = crate(subject)
    if graph is None:
        return
    found: list[tuple[str, Hit]] = []
    for entity, name, identifier in _dangling(graph):
        words = f"`{name}` refers to `{identifier}`, which no entity describes"
        near = None
        if len(graph.entities) <= _COMPARED and not found:
            near = closest(identifier, (each.id for each in graph.entities))
        advice = f"did you mean `{near}`?" if near else "describe it in `@graph`"
        hit = at_entity(graph, entity, words, advice, name=name)
        found.append((identifier, hit))
    yield from condense(found, "references lead to no entity")


def _dangling(graph: Graph) -> Iterator[tuple[Entity, str, str]]:
    for entity in graph.entities:
        for name, value in entity.value.items():
            if isinstance(value, dict | list):
                for identifier in identifiers(value):
                    if _is_inside(identifier) and identifier not in graph:
                        yield entity, name, identifier


def _is_inside(identifier: str) -> bool:
    """Whether an identifier is of the crate: no address, no CURIE."""
    return bool(identifier) and (
        identifier.startswith(("#", "_:", "./")) or ":" not in identifier
    )


RULE = Rule(
    code="CRT104",
    name="crate-reference-undescribed",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
