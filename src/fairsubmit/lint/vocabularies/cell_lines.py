"""Common cell lines, as Cellosaurus calls them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from fairsubmit.lint.vocabularies.tables import Vocabulary, index, rows, split

__all__ = ["CellLines", "cell_lines"]

_NOT_LETTERS = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True)
class CellLines(Vocabulary):
    """Cell lines; hyphens and blanks in their names do not count."""

    def find(self, name: str) -> frozenset[str]:
        """Return the ids that a name stands for, empty if unknown."""
        return self.ids.get(_letters(name), frozenset())


def _letters(name: str) -> str:
    return _NOT_LETTERS.sub("", name.casefold())


@lru_cache(maxsize=1)
def cell_lines() -> CellLines:
    """Return cell lines of which many images are."""
    terms = list(rows("cell_lines.tsv"))
    synonyms = {row["id"]: split(row["synonyms"]) for row in terms}
    return CellLines(
        labels={row["id"]: row["label"] for row in terms},
        synonyms=synonyms,
        ids=index(
            (_letters(name), row["id"])
            for row in terms
            for name in (row["label"], *synonyms[row["id"]])
        ),
    )
