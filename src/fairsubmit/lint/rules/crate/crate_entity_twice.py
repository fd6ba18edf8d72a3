"""No two entities of an RO-Crate have the same identifier.

What it does
------------
Reports an `@id` that an entity before it has.

Why it is bad
-------------
Programs take the two for one and mix what they say.

Example
-------
Two entities `https://orcid.org/0000-0002-1825-0097` with different names.

How to fix
----------
Join them, or give one another `@id`.

Source
------
RO-Crate 1.1, "Structure of the RO-Crate Metadata File"; BioImage Archive RO-Crate
profile, unique entities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import condense
from fairsubmit.lint.sources import at_entity, crate

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    graph = crate(subject)
    if graph is None:
        return
    found = []
    for entity in graph.twice:
        first = graph.get(entity.id)
        line = graph.place(first)[0] if first else 1
        words = f"`{entity.id}` is described twice, here and on line {line}"
        advice = "join the two, or give one another `@id`"
        hit = at_entity(graph, entity, words, advice, name="@id")
        found.append((entity.id, hit))
    yield from condense(found, "entities are described twice")


RULE = Rule(
    code="CRT103",
    name="crate-entity-twice",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
