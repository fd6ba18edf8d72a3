"""Each entity of an RO-Crate has an identifier and a type.

What it does
------------
Reports entities without `@id` or `@type`, and identifiers with blanks or other
characters that no IRI has.

Why it is bad
-------------
Nothing can refer to such an entity, and JSON-LD processors drop it.

Example
-------
`{"@id": "raw data/a.tif", "@type": "File"}`: the blank must be `%20`.

How to fix
----------
Give each entity an `@id` and a `@type`; write special characters as percent codes.

Source
------
RO-Crate 1.1, "Structure of the RO-Crate Metadata File"; RFC 3987 section 2.2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import condense
from fairsubmit.lint.sources import at_entity, at_source, crate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.crate_graph import Entity

__all__ = ["RULE"]

# RFC 3987: what an IRI cannot hold without a percent code.
_REFUSED = re.compile(r"[\x00-\x20<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})")


def _check(subject: Subject) -> Iterator[Hit]:
    graph = crate(subject)
    if graph is None:
        return
    for index in graph.odd:
        words, advice = "this is no entity", "write it as `{…}`, or remove it"
        yield at_source(subject.document, f"/@graph/{index}", words, advice)
    found = []
    for entity in graph.entities:
        fault = _fault(entity)
        if fault is not None:
            hit = at_entity(graph, entity, *fault)
            found.append((entity.id or entity.pointer, hit))
    yield from condense(found, "entities are malformed")


def _fault(entity: Entity) -> tuple[str, str] | None:
    name = entity.id
    if not name:
        return "the entity has no `@id`", "add one; `#name` will do"
    if found := _REFUSED.search(name):
        words = f"`{name}` cannot be an identifier because of `{found[0]}`"
        return words, "write the character as a percent code, a blank as `%20`"
    if not entity.types:
        return f"`{name}` has no `@type`", "add what it is, e.g. `Dataset` or `File`"
    return None


RULE = Rule(
    code="CRT102",
    name="crate-entity-malformed",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
