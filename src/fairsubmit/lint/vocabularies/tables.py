"""What all vocabularies have: terms with names, read from a bundled table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Vocabulary", "fold", "index", "read", "rows", "split"]

_SPACES = re.compile(r"\s+")


def fold(name: str) -> str:
    """Return a name without regard to case and blanks."""
    return _SPACES.sub(" ", name.strip()).casefold()


@dataclass(frozen=True)
class Vocabulary:
    """Terms of an ontology.

    Attributes
    ----------
    labels
        Preferred label by id.
    synonyms
        Other names by id, as the ontology has them.
    ids
        Ids by folded label or synonym.
    parents
        Ids of the terms above by id, where the table has them.
    """

    labels: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    ids: Mapping[str, frozenset[str]]
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, name: str) -> frozenset[str]:
        """Return the ids that a label or synonym stands for, empty if unknown."""
        return self.ids.get(fold(name), frozenset())

    def above(self, term: str) -> Iterator[str]:
        """Return the ids of all terms above one, the nearest first, each once."""
        seen: set[str] = set()
        level = self.parents.get(term, ())
        while level:
            new = [parent for parent in dict.fromkeys(level) if parent not in seen]
            yield from new
            seen.update(new)
            level = tuple(p for parent in new for p in self.parents.get(parent, ()))


def read(name: str) -> str:
    """Return the text of a bundled file."""
    folder = resources.files("fairsubmit.lint.vocabularies")
    return folder.joinpath(name).read_text(encoding="utf-8")


def rows(name: str) -> Iterator[dict[str, str]]:
    """Return the rows of a bundled table by the names of its columns."""
    header, *lines = read(name).splitlines()
    keys = header.split("\t")
    for line in lines:
        yield dict(zip(keys, line.split("\t"), strict=True))


def split(cell: str) -> tuple[str, ...]:
    """Return the values of a cell that may hold several."""
    return tuple(cell.split("|")) if cell else ()


def index(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Return the ids of each folded name, from names and ids."""
    found: dict[str, frozenset[str]] = {}
    for name, term in pairs:
        folded = fold(name)
        found[folded] = found.get(folded, frozenset()) | {term}
    return found
