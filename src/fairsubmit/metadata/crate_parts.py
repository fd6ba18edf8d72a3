"""A submission in the making: what is read of an RO-Crate, and where it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.crate_graph import identifiers, plain, values
from fairsubmit.metadata.load import escape_pointer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fairsubmit.metadata.crate_graph import Entity, Graph

__all__ = ["TITLE", "Parts"]

_NOT_ID = re.compile(r"[^A-Za-z0-9_.-]+")
# Properties that name an entity.
TITLE = ("title", "name", "displayName")


class Parts:
    """Turns entities into parts of a submission, and remembers where they stand.

    Parameters
    ----------
    graph
        The entities.

    Attributes
    ----------
    tree, origins, places
        As `Document` has them.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.tree: dict[str, Any] = {"fairsubmit": "1"}
        self.origins: dict[str, str] = {"": ""}
        self.places: dict[str, tuple[int, int]] = {"": (1, 1)}
        self._ids: dict[str, dict[str, str]] = {}
        self._close: dict[int, dict[str, tuple[int, int]]] = {}

    def remember(self, pointer: str, entity: Entity, name: str | None = None) -> None:
        """Note that a value of the tree was said by a property of an entity."""
        source = entity.pointer
        if name is not None:
            source += f"/{escape_pointer(name)}"
        if entity.index not in self._close:
            found = self.graph.text.places(entity.offset, entity.pointer, levels=1)
            self._close[entity.index] = found.values
        self.origins[pointer] = source
        known = self._close[entity.index]
        self.places[pointer] = known.get(source) or known[entity.pointer]

    def add(
        self, name: str, entity: Entity, *, into: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], str]:
        """Add a part to a list; return it with its pointer.

        Parameters
        ----------
        name
            Name of the list.
        entity
            What the part is read from.
        into
            The study, where the list is one of its own.
        """
        listed = (self.tree if into is None else into).setdefault(name, [])
        base = f"/{name}" if into is None else f"/study/{name}"
        pointer = f"{base}/{len(listed)}"
        part: dict[str, Any] = {}
        listed.append(part)
        self.remember(pointer, entity)
        self.origins.setdefault(base, entity.pointer)
        return part, pointer

    def named(self, name: str, entity: Entity) -> tuple[dict[str, Any], str]:
        """Add a part that has an id and a title to a list."""
        part, pointer = self.add(name, entity)
        part["id"] = part["title"] = self.id(name, entity)
        self.put(part, pointer, "title", entity, TITLE)
        return part, pointer

    def known(self, name: str, entity: Entity) -> bool:
        """Whether an entity was given an id in a list."""
        return entity.id in self._ids.get(name, {})

    def put(
        self,
        part: dict[str, Any],
        pointer: str,
        key: str,
        entity: Entity,
        names: Iterable[str],
    ) -> None:
        """Set a text field to the first property that says something."""
        for name in names:
            said = self.texts(entity, name)
            if said:
                part[key] = "; ".join(said)
                self.remember(f"{pointer}/{key}", entity, name)
                return

    def texts(self, entity: Entity, name: str) -> list[str]:
        """Return the values of a property as texts; of references, their names."""
        found = []
        for item in values(entity.value.get(name)):
            said = plain(item).strip()
            for identifier in identifiers(item):
                other = self.graph.get(identifier)
                names = (plain(other.value.get(n)) for n in TITLE) if other else ()
                said = next((n for n in names if n), identifier)
            if said:
                found.append(said)
        return found

    def id(self, name: str, entity: Entity) -> str:
        """Return an id of our form, the same each time an entity is asked for."""
        known = self._ids.setdefault(name, {})
        if entity.id not in known:
            bare = entity.id.rstrip("/").rpartition("/")[2].lstrip("#_:")
            slug = _NOT_ID.sub("-", bare).strip("-") or name
            slug = slug if slug[:1].isalpha() else f"x-{slug}"
            while slug in known.values():
                slug += "-x"
            known[entity.id] = slug
        return known[entity.id]
