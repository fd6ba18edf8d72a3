"""The entities of an RO-Crate: who they are, what they say, where they stand.

Flattened JSON-LD as RO-Crate 1.1 and 1.2 write it, read as plain JSON: terms are taken
by their usual names, contexts are not fetched. A crate of many files is read in one
pass, and only what describes the study is looked at closely.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fairsubmit.metadata.json_places import JsonText

__all__ = ["DESCRIPTOR", "Entity", "Graph", "identifiers", "plain", "values"]

DESCRIPTOR = "ro-crate-metadata.json"
_ROOT = "./"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_LAST = re.compile(r"[^/#:]*$")


@dataclass(frozen=True, slots=True, eq=False)
class Entity:
    """An item of ``@graph``.

    Attributes
    ----------
    index
        Its number there.
    offset
        Where it begins in the text.
    value
        All of it.
    id
        Its ``@id``, ``""`` where it has none.
    types
        The last words of its types, lower case: ``http://bia/Image`` is `image`.
    path
        The path in the crate that it stands for; ``None`` for what is no file.
    """

    index: int
    offset: int
    value: Mapping[str, Any]
    id: str
    types: frozenset[str]
    path: str | None

    @classmethod
    def of(cls, index: int, offset: int, value: Mapping[str, Any]) -> Entity:
        """Read an entity."""
        name = value.get("@id")
        name = name if isinstance(name, str) else ""
        written = value.get("@type")
        kinds = (written,) if isinstance(written, str) else written
        listed = kinds if isinstance(kinds, tuple | list) else ()
        types = _types(tuple(kind for kind in listed if isinstance(kind, str)))
        return cls(index, offset, value, name, types, _path(name))

    @property
    def pointer(self) -> str:
        """JSON pointer to it."""
        return f"/@graph/{self.index}"


@lru_cache(maxsize=256)
def _types(names: tuple[str, ...]) -> frozenset[str]:
    found = (_LAST.search(name) for name in names)
    return frozenset(each[0].lower() for each in found if each)


def _path(name: str) -> str | None:
    if not name or name[0] == "#" or name.startswith("_:") or _ADDRESS.match(name):
        return None
    return unquote(name).removeprefix("./")


@dataclass(eq=False)
class Graph:
    """The entities of a crate.

    Attributes
    ----------
    text
        What they were read from.
    name
        File name as findings show it.
    entities
        In their order.
    twice
        Entities whose ``@id`` another one before them has.
    odd
        Number of each item of ``@graph`` that is no mapping.
    """

    text: JsonText
    name: str
    entities: list[Entity] = field(default_factory=list)
    twice: list[Entity] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)
    _by_id: dict[str, Entity] = field(default_factory=dict)
    _by_type: dict[str, list[Entity]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: JsonText, name: str) -> Graph:
        """Read the entities of a crate."""
        graph = cls(text, name)
        for index, (offset, value) in enumerate(text.items("@graph")):
            if not isinstance(value, dict):
                graph.odd.append(index)
                continue
            entity = Entity.of(index, offset, value)
            graph.entities.append(entity)
            for kind in entity.types:
                graph._by_type.setdefault(kind, []).append(entity)
            same = _same(entity.id)
            if same and same in graph._by_id:
                graph.twice.append(entity)
            elif same:
                graph._by_id[same] = entity
        return graph

    def __contains__(self, identifier: str) -> bool:
        return _same(identifier) in self._by_id

    def get(self, identifier: str) -> Entity | None:
        """Return the entity of an ``@id``; the first one where there are several."""
        return self._by_id.get(_same(identifier))

    def at(self, pointer: str) -> Entity | None:
        """Return the entity at a JSON pointer, or ``None`` where there is none."""
        number = pointer.removeprefix("/@graph/")
        return self._by_index.get(int(number)) if number.isdecimal() else None

    @cached_property
    def _by_index(self) -> dict[int, Entity]:
        return {entity.index: entity for entity in self.entities}

    @cached_property
    def descriptor(self) -> Entity | None:
        """What says which entity the crate is about."""
        found = self.get(DESCRIPTOR)
        if found is not None:
            return found
        named = (e for e in self.entities if e.id.endswith(DESCRIPTOR))
        return next(named, None)

    @cached_property
    def root(self) -> Entity | None:
        """The dataset that the crate is about."""
        about = self.descriptor.value.get("about") if self.descriptor else None
        for name in (*identifiers(about), _ROOT):
            found = self.get(name)
            if found is not None:
                return found
        return None

    def of_type(self, *types: str) -> Iterator[Entity]:
        """Return the entities of some of these types, the root left out."""
        found = [entity for kind in types for entity in self._by_type.get(kind, ())]
        if len(types) > 1:
            found = sorted(dict.fromkeys(found), key=attrgetter("index"))
        root = self.root
        return (entity for entity in found if entity is not root)

    def linked(self, entity: Entity, *names: str) -> list[Entity]:
        """Return the entities that the first of some properties with any refers to."""
        for name in names:
            said = values(entity.value.get(name))
            # a reference, or its identifier alone where the context says what it is
            each = ([v] if isinstance(v, str) else identifiers(v) for v in said)
            found = [e for i in chain.from_iterable(each) if (e := self.get(i))]
            if found:
                return found
        return []

    def place(self, entity: Entity) -> tuple[int, int]:
        """Return 1-based line and column of an entity."""
        return self.text.place(entity.offset)


def _same(identifier: str) -> str:
    """Return what two ways to write one ``@id`` have in common."""
    bare = unquote(identifier)
    return bare if bare == "./" else bare.removeprefix("./")


def values(value: object) -> list[Any]:
    """Return a value as a list: JSON-LD has one value or several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def identifiers(value: object) -> Iterator[str]:
    """Return the ``@id`` of each reference in a value."""
    for item in values(value):
        name = item.get("@id") if isinstance(item, dict) else None
        if isinstance(name, str):
            yield name


def plain(value: object) -> str:
    """Return a value as text; ``""`` for references and for what is no single value."""
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, list | dict) else str(value)
