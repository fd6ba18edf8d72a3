"""Files have the size that the RO-Crate states.

What it does
------------
Compares `contentSize` with the size of the file beside the crate.

Why it is bad
-------------
The file was cut, or changed since the crate was written.

Example
-------
`"contentSize": "1048576"` of a file of 4,096 bytes.

How to fix
----------
Copy the file again, or write the crate anew.

Source
------
RO-Crate 1.1, "File Data Entity": contentSize in bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import condense
from fairsubmit.lint.sources import at_entity, crate
from fairsubmit.metadata.crate_graph import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    graph = crate(subject)
    if graph is None or subject.dataset is None:
        return
    files = subject.dataset.files
    found = []
    for entity in graph.of_type("file"):
        there = files.get(entity.path or "")
        said = plain(entity.value.get("contentSize")).strip()
        if there is None or there.size < 0 or not said.isdecimal():
            continue
        if int(said) != there.size:
            words = (
                f"`{entity.path}` has {there.size:,} bytes, but the crate says "
                f"{int(said):,}"
            )
            advice = "copy the file again, or write the crate anew"
            hit = at_entity(graph, entity, words, advice, name="contentSize")
            found.append((entity.path or "", hit))
    yield from condense(found, "files have another size than the crate says")


RULE = Rule(
    code="CRT107",
    name="crate-size-differs",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
