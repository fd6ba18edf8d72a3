"""Bundled word lists, read on use; `SOURCES.md` beside them says whose they are.

A snapshot never proves that a word is wrong, only that another one is near.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Licences", "Vocabulary", "fold", "imaging_methods", "licences", "taxa"]

_SPACES = re.compile(r"\s+")
# BIA's labels: "Homo sapiens (human)"
_COMMON_NAME = re.compile(r"^(?P<name>[^()]+?)\s*\((?P<common>[^()]*)\)$")
_ABBREVIATED = re.compile(r"^(?P<genus>[a-z])\.?\s*(?P<epithet>[a-z-]{3,})$")


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
    ids
        Ids by folded label or synonym.
    loose
        Ids by folded word of everyday speech.
    obsolete
        Ids no longer to be used.
    parents
        Id of the parent by id, where the table has it.
    """

    labels: Mapping[str, str]
    ids: Mapping[str, frozenset[str]]
    loose: Mapping[str, frozenset[str]] = field(default_factory=dict)
    obsolete: frozenset[str] = frozenset()
    parents: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str) -> frozenset[str]:
        """Return the ids that a label or synonym stands for, empty if unknown."""
        return self.ids.get(fold(name), frozenset())


def _text(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def _rows(name: str) -> Iterator[dict[str, str]]:
    header, *lines = _text(name).splitlines()
    keys = header.split("\t")
    for line in lines:
        yield dict(zip(keys, line.split("\t"), strict=True))


def _split(cell: str) -> list[str]:
    return [item for item in cell.split("|") if item]


def _index(pairs: Iterator[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, term in pairs:
        found.setdefault(fold(name), set()).add(term)
    return {name: frozenset(terms) for name, terms in found.items()}


@lru_cache(maxsize=1)
def imaging_methods() -> Vocabulary:
    """Return FBbi, the Biological Imaging Methods Ontology, version 2019-03-07."""
    rows = list(_rows("fbbi.tsv"))
    return Vocabulary(
        {row["id"]: row["label"] for row in rows},
        _index(
            (name, row["id"])
            for row in rows
            for name in (row["label"], *_split(row["synonyms"]))
        ),
        _index((n, row["id"]) for row in rows for n in _split(row["lab_speech"])),
        frozenset(row["id"] for row in rows if row["obsolete"]),
    )


@dataclass(frozen=True)
class Taxa(Vocabulary):
    """Organisms."""

    def find(self, name: str) -> frozenset[str]:
        """Return the ids of a name; ``Name (common name)`` and ``E. coli`` too."""
        direct = self.ids.get(fold(name), frozenset())
        if direct:
            return direct
        labelled = _COMMON_NAME.match(name.strip())
        if labelled:
            return self.find(labelled["name"])
        short = _ABBREVIATED.match(fold(name))
        if short is None:
            return frozenset()
        return frozenset(
            term
            for term, label in self.labels.items()
            if label[:1].casefold() == short["genus"]
            and fold(label).split(" ")[1:] == [short["epithet"]]
        )


@lru_cache(maxsize=1)
def taxa() -> Taxa:
    """Return common taxa of the NCBI Taxonomy."""
    rows = list(_rows("ncbitaxon.tsv"))
    return Taxa(
        {row["id"]: row["label"] for row in rows},
        _index(
            (name, row["id"])
            for row in rows
            for name in (row["label"], *_split(row["synonyms"]))
        ),
        parents={row["id"]: row["parent"] for row in rows},
    )


@dataclass(frozen=True)
class Licences:
    """Licences of research data and software.

    Attributes
    ----------
    ids
        SPDX identifiers as the SPDX License List writes them, by folded form.
    addresses
        SPDX identifier by address, without scheme, in lower case.
    spellings
        SPDX identifier by usual spelling, letters and digits only.
    """

    ids: Mapping[str, str]
    addresses: Mapping[str, str]
    spellings: Mapping[str, str]

    def exact(self, text: str) -> str | None:
        """Return the SPDX identifier of an identifier or canonical address."""
        found = self.ids.get(text.strip().casefold())
        if found:
            return found
        address = _address(text)
        named = self.ids.get(address.removeprefix("spdx.org/licenses/"))
        return named or self.addresses.get(address)

    def meant(self, text: str) -> str | None:
        """Return the SPDX identifier that a spelling stands for."""
        return self.exact(text) or self.spellings.get(_letters(text))


def _address(text: str) -> str:
    address = re.sub(r"^https?://(www\.)?", "", text.strip().lower())
    address = address.rstrip("/")
    for ending in ("/legalcode", "/legalcode.en", "/deed.en", "/deed", ".html", ".txt"):
        address = address.removesuffix(ending)
    return address.rstrip("/")


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9.+]", "", text.casefold().replace("license", "licence"))


@lru_cache(maxsize=1)
def licences() -> Licences:
    """Return the licences that are recognised: the SPDX License List 3.29.0."""
    rows = list(_rows("licences.tsv"))
    listed = _text("spdx.txt").split()
    return Licences(
        {name.casefold(): name for name in listed},
        {_address(a): row["id"] for row in rows for a in _split(row["addresses"])},
        {
            _letters(name): row["id"]
            for row in rows
            for name in (row["id"], *_split(row["spellings"]))
        },
    )
