"""An RO-Crate says that it is one, and what it is about.

What it does
------------
Reports crates without `@context`, without the entity `ro-crate-metadata.json` or
its `conformsTo`, and root datasets whose `@id` is neither `./` nor an address.

Why it is bad
-------------
Programs find the study by the descriptor. Without it they find nothing.

Example
-------
`{"@id": "ro-crate-metadata.json", "about": {"@id": "./"}}` without `conformsTo`.

How to fix
----------
Write the descriptor as the specification has it.

Source
------
RO-Crate 1.1, "RO-Crate Metadata File Descriptor" and "Root Data Entity"; RO-Crate
1.2, "Detached RO-Crate Package".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.sources import at_entity, at_source, crate
from fairsubmit.metadata.crate_graph import DESCRIPTOR, identifiers

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_SPECIFICATION = "https://w3id.org/ro/crate/"


def _check(subject: Subject) -> Iterator[Hit]:
    graph = crate(subject)
    if graph is None or graph.root is None:
        return
    if not graph.text.value.get("@context"):
        advice = f'add `"@context": "{_SPECIFICATION}1.1/context"`'
        yield at_source(subject.document, "", "the crate has no `@context`", advice)
    descriptor = graph.descriptor
    if descriptor is None:
        advice = f"add an entity `{DESCRIPTOR}` whose `about` is the root dataset"
        words = f"no entity `{DESCRIPTOR}` says what the crate is about"
        yield at_source(subject.document, "/@graph", words, advice)
    elif not any(
        each.startswith(_SPECIFICATION)
        for each in identifiers(descriptor.value.get("conformsTo"))
    ):
        advice = f'add `"conformsTo": {{"@id": "{_SPECIFICATION}1.1"}}`'
        words = "the descriptor does not say which RO-Crate it conforms to"
        yield at_entity(graph, descriptor, words, advice)
    root = graph.root
    if not root.id.endswith("/") and "://" not in root.id:
        words = f"the root dataset is called `{root.id}`"
        advice = "call it `./`, or by its address where the crate has no files"
        yield at_entity(graph, root, words, advice, name="@id")


RULE = Rule(
    code="CRT101",
    name="crate-descriptor-incomplete",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
