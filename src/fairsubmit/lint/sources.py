"""Look into a document of another layout, and point there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fairsubmit.lint.base import Hit
from fairsubmit.metadata.load import escape_pointer
from fairsubmit.metadata.rocrate import graph_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.findings import Severity
    from fairsubmit.lint.base import Subject
    from fairsubmit.metadata.crate_graph import Entity, Graph
    from fairsubmit.metadata.load import Document

__all__ = ["at_entity", "at_source", "crate", "pagetab_parts"]


def at_source(
    document: Document,
    pointer: str,
    message: str,
    advice: str,
    severity: Severity | None = None,
) -> Hit:
    """Return a hit at a place of the source.

    Parameters
    ----------
    document
        A document of another layout.
    pointer
        JSON pointer in the source; the nearest value above that has a place is shown.
    message, advice
        What is wrong, and what to do.
    severity
        Where it differs from the rule's.
    """
    places = document.source.places if document.source else {}
    known = pointer
    while known and known not in places:
        known = known.rpartition("/")[0]
    line, column = places.get(known, (1, 1))
    return Hit(
        message,
        pointer,
        path=document.path,
        line=line,
        column=column,
        help=advice,
        severity=severity,
    )


def crate(subject: Subject) -> Graph | None:
    """Return the entities of an RO-Crate, ``None`` for all other documents."""
    return graph_of(subject.document)


def at_entity(
    graph: Graph, entity: Entity, message: str, advice: str, *, name: str | None = None
) -> Hit:
    """Return a hit at an entity of an RO-Crate.

    Parameters
    ----------
    graph
        The crate's entities.
    entity
        The one that something is wrong with.
    message, advice
        What is wrong, and what to do.
    name
        The property that it is wrong in.
    """
    line, column = graph.place(entity)
    pointer = entity.pointer + (f"/{escape_pointer(name)}" if name else "")
    return Hit(message, pointer, path=graph.name, line=line, column=column, help=advice)


def pagetab_parts(document: Document) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Return pointer, section and type of the section above of all sections.

    Parameters
    ----------
    document
        PageTab; any other document has none.
    """
    if document.layout == "pagetab" and document.source is not None:
        root = document.source.value["section"]
        yield from _sections(root, "/section", "")


def _sections(
    section: dict[str, Any], pointer: str, above: str
) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield pointer, section, above
    kind = section.get("type")
    name = kind if isinstance(kind, str) else ""
    for where, child in _mappings(section.get("subsections"), f"{pointer}/subsections"):
        yield from _sections(child, where, name)


def _mappings(value: object, pointer: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, item in enumerate(value if isinstance(value, list) else []):
        where = f"{pointer}/{index}"
        if isinstance(item, dict):
            yield where, item
        else:
            yield from _mappings(item, where)
