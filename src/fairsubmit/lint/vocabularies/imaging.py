"""FBbi, the Biological Imaging Methods Ontology, and how microscopists speak."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, Literal

from fairsubmit.lint.vocabularies.near import Neighbours
from fairsubmit.lint.vocabularies.tables import (
    Vocabulary,
    fold,
    index,
    read,
    rows,
    split,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "GENERIC",
    "IMAGING_METHOD",
    "TIME_LAPSE",
    "ImagingMethods",
    "Meaning",
    "imaging_methods",
]

# The term whose descendants the submission form of the BioImage Archive offers.
IMAGING_METHOD: Final = "FBbi:00000222"
_SUPER_RESOLUTION = "FBbi:00000321"
# Terms that do not tell how images were made.
GENERIC: Final = frozenset(
    {
        IMAGING_METHOD,
        "FBbi:00000241",  # microscopy
        "FBbi:00000265",  # recorded image
        "FBbi:00000266",  # portrayed image
        "FBbi:00000343",  # microscopy with lenses
        "FBbi:00000345",  # light microscopy
    }
)
# This one tells only when: time lapse microscopy.
TIME_LAPSE: Final = "FBbi:00000249"

# As in: stimulated emission depletion (STED).
_BRACKETS = re.compile(
    r"^(?P<name>[^()]+?)\s*\((?P<other>[^()]+)\)\s*(?P<rest>[^()]*)$"
)
_NOT_LETTERS = re.compile(r"[\W_]+")
_SEVERAL = re.compile(r"\s*(?:[,;/+&]|\band\b)\s*", re.IGNORECASE)
# What a person may add to the name of any method.
_FILLING = re.compile(
    r"\b(?:microscop(?:y|e|es|ic)|imaging|images?|micrographs?|methods?|techniques?|"
    r"fluorescen(?:ce|t))\b"
)
_FLUORESCENCE = "fluorescence"
_SPELLINGS = (
    (re.compile(r"\bdis[ck]s?\b"), "disk"),
    (re.compile(r"\b2\b(?= ?-?photon)|\b2(?=p\b)"), "two"),
    (re.compile(r"\b3\b(?= ?-?photon)"), "three"),
    (re.compile(r"focuss"), "focus"),
    (re.compile(r"is(?=ed\b|ation\b)"), "iz"),
    (re.compile(r"colour"), "color"),
    (re.compile(r"foerster|förster|forster"), "forster"),
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """The term that words stand for.

    Attributes
    ----------
    id
        Of the term.
    how
        The words are its ``label`` or a ``synonym`` in FBbi, how it is called in
        ``speech``, a method that only a ``broader`` term is there for, or ``near`` one
        of these, with a slip of the pen.
    """

    id: str
    how: Literal["label", "synonym", "speech", "broader", "near"]


@dataclass(frozen=True)
class ImagingMethods(Vocabulary):
    """Terms of FBbi.

    Attributes
    ----------
    obsolete
        Ids no longer to be used.
    methods
        Ids below `IMAGING_METHOD`.
    speech
        Words that people use for a term, by id.
    broader
        Words for methods of which FBbi has only the broader term, by its id.
    unlisted
        Methods that FBbi has no term for.
    definitions
        By id.
    """

    obsolete: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    speech: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    broader: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unlisted: tuple[str, ...] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)

    def meaning(self, written: str) -> Meaning | None:
        """Return what words for a method mean, ``None`` where that is not certain.

        Parameters
        ----------
        written
            As a person wrote it.
        """
        current = self.find(written) - self.obsolete
        if current:
            labelled = {i for i in current if fold(self.labels[i]) == fold(written)}
            chosen = labelled or current
            how: Literal["label", "synonym"] = "label" if labelled else "synonym"
            return Meaning(min(chosen), how) if len(chosen) == 1 else None
        several = self.several(written)
        if several:
            alike = {meaning.id for meaning in several} == {several[0].id}
            return several[0] if alike else None
        return self._spoken_of(written)

    def several(self, written: str) -> tuple[Meaning, ...]:
        """Return what each of several words means that are written as one method.

        Parameters
        ----------
        written
            As in ``bright-field and fluorescence``. Empty unless all of them are known.
        """
        parts = [part for part in _SEVERAL.split(written) if part.strip()]
        if len(parts) < 2 or self.find(written):
            return ()
        meanings = [self.meaning(part) for part in parts]
        found = tuple(meaning for meaning in meanings if meaning)
        return found if len(found) == len(parts) else ()

    def _spoken_of(self, written: str) -> Meaning | None:
        """Return what words mean that are no name in FBbi."""
        for name in _readings(written):
            if key := _key(name):
                if key in self._nameless:
                    return None
                if key in self._keys:
                    return self._spoken(self._keys[key])
        near = self._near.nearest(written)
        key = _key(near) if near else ""
        return Meaning(self._keys[key].id, "near") if key in self._keys else None

    @staticmethod
    def _spoken(meaning: Meaning) -> Meaning:
        """Return what is meant by a name that is not written as FBbi has it."""
        return meaning if meaning.how == "broader" else Meaning(meaning.id, "speech")

    def related(self, left: str, right: str) -> bool:
        """Whether two terms are the same, or one lies below the other."""
        return left == right or left in self.above(right) or right in self.above(left)

    @cached_property
    def _recognised(self) -> list[str]:
        """Ids that a method may mean: stains and detectors are none."""
        return [
            term
            for term in self.labels
            if term not in self.obsolete
            and (term in self.methods or _SUPER_RESOLUTION in self.above(term))
        ]

    @cached_property
    def _keys(self) -> dict[str, Meaning]:
        found: dict[str, Meaning | None] = {}
        for name, meaning in self._names():
            key = _key(name)
            other = found.setdefault(key, meaning)
            if other is not None and other.id != meaning.id and other.how != "label":
                found[key] = meaning if meaning.how == "label" else None
        return {key: meaning for key, meaning in found.items() if key and meaning}

    def _names(self) -> Iterator[tuple[str, Meaning]]:
        for term in self._recognised:
            label = self.labels[term]
            yield label, Meaning(term, "label")
            for part in _parts(label):
                yield part, Meaning(term, "speech")
            for name in self.synonyms[term]:
                yield name, Meaning(term, "synonym")
            for name in self.speech[term]:
                yield name, Meaning(term, "speech")
            for name in self.broader[term]:
                yield name, Meaning(term, "broader")

    @cached_property
    def _nameless(self) -> frozenset[str]:
        return frozenset(_key(name) for name in self.unlisted)

    @cached_property
    def _near(self) -> Neighbours:
        # those without a term as well: what is near one of them is not another
        return Neighbours(
            dict.fromkeys((*(n for n, _ in self._names()), *self.unlisted))
        )


def _parts(written: str) -> tuple[str, ...]:
    """Return a name without its brackets, and what they hold."""
    found = _BRACKETS.match(written.strip())
    if found is None:
        return ()
    return f"{found['name']} {found['rest']}".strip(), found["other"]


def _readings(written: str) -> Iterable[str]:
    return (written, *_parts(written))


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    """Return a name without what does not change which method it is."""
    text = name.casefold()
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    text = _NOT_LETTERS.sub(" ", text)
    bare = _NOT_LETTERS.sub("", _FILLING.sub(" ", text))
    if bare:
        return bare
    # "fluorescence microscopy" is a method, "microscopy" alone says nothing more
    return _FLUORESCENCE if "fluorescen" in text else ""


@lru_cache(maxsize=1)
def imaging_methods() -> ImagingMethods:
    """Return FBbi, the Biological Imaging Methods Ontology, version 2019-03-07."""
    terms = list(rows("fbbi.tsv"))
    synonyms = {row["id"]: split(row["synonyms"]) for row in terms}
    return ImagingMethods(
        labels={row["id"]: row["label"] for row in terms},
        synonyms=synonyms,
        ids=index(
            (name, row["id"])
            for row in terms
            for name in (row["label"], *synonyms[row["id"]])
        ),
        parents={row["id"]: split(row["parents"]) for row in terms},
        obsolete=frozenset(r["id"] for r in terms if r["kind"] == "obsolete"),
        methods=frozenset(r["id"] for r in terms if r["kind"] == "method"),
        speech={row["id"]: split(row["lab_speech"]) for row in terms},
        broader={row["id"]: split(row["broader_for"]) for row in terms},
        unlisted=tuple(read("unlisted_methods.txt").splitlines()),
        definitions={r["id"]: r["definition"] for r in terms if r["definition"]},
    )
