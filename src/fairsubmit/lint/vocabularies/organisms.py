"""Common organisms of the NCBI Taxonomy, and their usual strains."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from fairsubmit.lint.vocabularies.near import Neighbours
from fairsubmit.lint.vocabularies.tables import (
    Vocabulary,
    fold,
    index,
    rows,
    split,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Taxa", "taxa"]

# "Homo sapiens (human)", as the BioImage Archive writes it
_COMMON_NAME = re.compile(r"^(?P<name>[^()]+?)\s*\((?P<common>[^()]*)\)$")
_ABBREVIATED = re.compile(r"^(?P<genus>[a-z])\.?\s*(?P<epithet>[a-z-]{3,})$")
_GENUS = re.compile(r"^(?P<genus>[^\W\d_]+)(?: spp?\.?)?$")
_NOT_LETTERS = re.compile(r"[\W_]+")
_ABOVE_SPECIES = frozenset({"superkingdom", "kingdom", "genus", "order", "family"})


@dataclass(frozen=True)
class Taxa(Vocabulary):
    """Organisms.

    Attributes
    ----------
    form_labels
        Label by id in the submission form of the BioImage Archive.
    ranks
        Rank by id.
    kingdoms
        Kingdom, or that of viruses, by id.
    strains
        Id of the species and usual name by folded name of a strain.
    """

    form_labels: Mapping[str, str] = field(default_factory=dict)
    ranks: Mapping[str, str] = field(default_factory=dict)
    kingdoms: Mapping[str, str] = field(default_factory=dict)
    strains: Mapping[str, tuple[str, str]] = field(default_factory=dict)

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
        return self._short.get((short["genus"], short["epithet"]), frozenset())

    def genus(self, name: str) -> str | None:
        """Return the genus that a name is, if it is no name of a species.

        Parameters
        ----------
        name
            ``Drosophila``, ``Drosophila spp.``; ``Drosophila sp.`` is one species.
        """
        found = _GENUS.match(fold(name))
        if found is None or fold(name).rstrip(".").endswith(" sp"):
            return None
        return self._genera.get(found["genus"]) if not self.find(name) else None

    def strain(self, name: str) -> tuple[str, str] | None:
        """Return the id of the species and the strain, where a name is a strain's.

        Parameters
        ----------
        name
            With or without the name of the species around it.
        """
        for term in self.find(name):
            above = self._strain_of(term)
            if above:
                return above, self.labels[term]
        labelled = _COMMON_NAME.match(name.strip())
        words = (labelled["name"], labelled["common"]) if labelled else ()
        found = (self._strain_in(_letters(text)) for text in (name, *words))
        return next((strain for strain in found if strain), None)

    def _strain_in(self, letters: str) -> tuple[str, str] | None:
        """Return the strain that a name is, maybe with its species around it."""
        if letters in self.strains:
            return self.strains[letters]
        for known in sorted(self.strains, key=len, reverse=True):
            species, _ = self.strains[known]
            around = letters.replace(known, "")
            if around != letters and around in self._calls(species):
                return self.strains[known]
        return None

    def above_species(self, term: str) -> str | None:
        """Return the rank of a taxon above species, as far as that is known."""
        rank = self.ranks.get(term)
        if rank in _ABOVE_SPECIES:
            return rank
        return "group of species" if term in self._groups else None

    def nearest(self, written: str) -> str | None:
        """Return the label that a name is a slip of the pen away from."""
        return self._near.nearest(written.partition("(")[0])

    def _strain_of(self, term: str) -> str | None:
        """Return the species of a strain of bacteria or yeasts."""
        ranks = self.ranks
        if ranks[term] == "strain" or any(
            ranks.get(above) == "strain" for above in self.parents[term]
        ):
            label = self.labels[term]
            species = self.find(" ".join(label.split()[:2]))
            return next(iter(species), None)
        return None

    def _calls(self, species: str) -> frozenset[str]:
        """Return what may stand around a strain's name, letters only."""
        names = (self.labels[species], *self.synonyms[species])
        forms = {_letters(name) for name in names} | {_letters(_short_form(names[0]))}
        several = {form.replace("mouse", "mice") for form in forms}
        return frozenset({*forms, *(f"{form}s" for form in forms), *several, "strain"})

    @cached_property
    def _short(self) -> Mapping[tuple[str, str], frozenset[str]]:
        found: dict[tuple[str, str], frozenset[str]] = {}
        for term, label in self.labels.items():
            genus, _, epithet = fold(label).partition(" ")
            if epithet and " " not in epithet:
                key = genus[:1], epithet
                found[key] = found.get(key, frozenset()) | {term}
        return found

    @cached_property
    def _genera(self) -> Mapping[str, str]:
        found = {}
        for term, label in self.labels.items():
            # names of viruses and of what is not alive do not begin with a genus
            kingdom, words = self.kingdoms[term].casefold(), label.split()
            alive = kingdom and not kingdom.endswith(("virae", "viruses"))
            if self.ranks[term] == "species" and len(words) == 2 and alive:
                found[words[0].casefold()] = words[0]
        return found

    @cached_property
    def _groups(self) -> frozenset[str]:
        """Ids above species that are not in the table themselves."""
        return frozenset(
            above
            for term, rank in self.ranks.items()
            if rank == "species"
            for above in self.parents[term]
            if above not in self.labels
        )

    @cached_property
    def _near(self) -> Neighbours:
        return Neighbours(self.labels.values())


def _letters(name: str) -> str:
    return _NOT_LETTERS.sub("", name.casefold())


def _short_form(label: str) -> str:
    genus, _, rest = label.partition(" ")
    return f"{genus[:1]}. {rest}"


@lru_cache(maxsize=1)
def taxa() -> Taxa:
    """Return common taxa of the NCBI Taxonomy."""
    terms = list(rows("ncbitaxon.tsv"))
    forms = {row["id"]: row["form_label"] for row in terms if row["form_label"]}
    synonyms = {row["id"]: split(row["synonyms"]) for row in terms}
    return Taxa(
        labels={row["id"]: row["label"] for row in terms},
        synonyms=synonyms,
        ids=index(
            (name, row["id"])
            for row in terms
            for name in (row["label"], row["form_label"], *synonyms[row["id"]])
            if name
        ),
        parents={row["id"]: (row["parent"],) for row in terms},
        form_labels=forms,
        ranks={row["id"]: row["rank"] for row in terms},
        kingdoms={row["id"]: row["kingdom"] for row in terms},
        strains={
            _letters(name): (row["id"], name)
            for row in rows("strains.tsv")
            for name in split(row["strains"])
        },
    )
