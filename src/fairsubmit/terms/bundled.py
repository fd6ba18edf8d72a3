"""Find terms in the vocabularies that are bundled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

from fairsubmit.lint.identifiers import doi, imaging_term, taxon
from fairsubmit.lint.resources import accession, cellosaurus, orcid, ror, rrid
from fairsubmit.lint.suggest import edits
from fairsubmit.lint.vocabularies import (
    cell_lines,
    fold,
    imaging_methods,
    licences,
    taxa,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from fairsubmit.lint.vocabularies import Vocabulary

__all__ = ["KINDS", "Term", "find_terms", "is_without_term"]

METHOD: Final = "imaging method"
OTHER: Final = "FBbi term"
ORGANISM: Final = "organism"
LICENCE: Final = "licence"
ANNOTATION: Final = "annotation type"
CELL_LINE: Final = "cell line"
IDENTIFIER: Final = "identifier"
OBSOLETE: Final = "obsolete"
KINDS: Final = (METHOD, OTHER, ORGANISM, LICENCE, ANNOTATION, CELL_LINE, IDENTIFIER)

# How a term was found, the surest first.
_HOW: Final = ("id", "label", "synonym", "word", "part", "near")
_LOOSE_ID = re.compile(
    r"^\W*(?:(?P<fbbi>fbbi)|(?:ncbi)?:?(?P<taxon>taxon|txid))[_: ]*"
    r"(?P<digits>\d{1,8})$",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a vocabulary.

    Attributes
    ----------
    id
        As it is written in a submission.
    label
        As the vocabulary has it.
    kind
        One of `KINDS`, or ``organisation`` or the name of an ontology where it was
        asked for online.
    matched
        How it was found: by its ``id``, ``label``, a ``synonym``, a ``word`` that
        people use for it, a ``part`` of a name, or a name ``near`` it in spelling.
    name
        The name that was found.
    synonyms
        Other names.
    parents
        Labels of the terms above, the nearest first.
    note
        What should be known before it is used.
    definition
        In words.
    """

    id: str
    label: str
    kind: str
    matched: str = ""
    name: str = ""
    synonyms: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    note: str = ""
    definition: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the term as a JSON object."""
        return {
            "id": self.id,
            "label": self.label,
            "kind": self.kind,
            "matched": self.matched,
            "name": self.name,
            "synonyms": list(self.synonyms),
            "parents": list(self.parents),
            "note": self.note,
            "definition": self.definition,
        }


def find_terms(
    query: str, *, kinds: Collection[str] = (), limit: int | None = 10
) -> list[Term]:
    """Find terms by id, label, synonym or usual word; exact ones first.

    Parameters
    ----------
    query
        What is looked for, e.g. ``TIRF``, ``mouse``, ``FBbi:00000251``, ``cc by``.
    kinds
        Those of `KINDS` that are wanted; all by default.
    limit
        Most terms to return.

    Returns
    -------
    list of Term
        Empty where there is nothing of that name, nor one spelt almost so.
    """
    wanted = kinds or KINDS
    found: dict[tuple[str, str], Term] = {}
    for term in _candidates(query.strip(), wanted):
        key = term.kind, term.id
        if key not in found or _rank(term, query) < _rank(found[key], query):
            found[key] = term
    ordered = sorted(found.values(), key=lambda term: _rank(term, query))
    return ordered[:limit]


def is_without_term(query: str) -> bool:
    """Whether a word is an imaging method that FBbi is known to have no term for."""
    return fold(query) in map(fold, imaging_methods().unlisted)


def _rank(term: Term, query: str) -> tuple[int, bool, bool, int, str]:
    """Return a key that sorts the surest find first."""
    return (
        _HOW.index(term.matched),
        term.note == OBSOLETE,
        not fold(term.name).startswith(fold(query)),
        KINDS.index(term.kind),
        term.label,
    )


def _candidates(query: str, kinds: Collection[str]) -> list[Term]:
    if not query:
        return []
    named = [named for named in _names() if named[1].kind in kinds]
    sure = [*_by_id(query), *_by_word(query), *_matching(query, named)]
    return [t for t in sure if t.kind in kinds] or list(_alike(query, named))


def _by_id(query: str) -> Iterator[Term]:
    loose = _LOOSE_ID.match(query)
    method, organism = imaging_term(query), taxon(query)
    if loose and loose["fbbi"]:
        method = f"FBbi:{int(loose['digits']):08d}"
    elif loose or query.isdecimal():
        organism = f"NCBITaxon:{int(loose['digits'] if loose else query)}"
    line = cellosaurus(query)
    terms = _terms()
    named = (method, organism, line, licences().exact(query))
    found = [terms[identifier] for identifier in named if identifier in terms]
    yield from (_matched(term, "id", term.id) for term in found)
    if not found:
        yield from _checked(query)


# The identifiers that say by their form, or their check digits, what they are.
_CHECKS: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    ("ORCID iD, its check digit is right", orcid),
    ("ROR id, its check digits are right", ror),
    ("RRID", rrid),
    ("DOI", doi),
    ("accession", accession),
)


def _checked(query: str) -> Iterator[Term]:
    for label, check in _CHECKS:
        identifier = check(query)
        if identifier:
            yield Term(identifier, label, IDENTIFIER, "id", identifier)
            return


def _by_word(query: str) -> Iterator[Term]:
    """Find terms by how people speak of them."""
    terms = _terms()
    meaning = imaging_methods().meaning(query)
    if meaning is not None:
        how = {"speech": "word", "broader": "word"}.get(meaning.how, meaning.how)
        note = "a broader term" if meaning.how == "broader" else ""
        yield _matched(terms[meaning.id], how, query, note)
    strain = taxa().strain(query)
    if strain is not None:
        yield _matched(terms[strain[0]], "word", query, f"{strain[1]} is a strain")
    for identifier in (*taxa().find(query), *cell_lines().find(query)):
        yield _matched(terms[identifier], "synonym", query)
    licence = licences().meant(query)
    if licence is not None:
        yield _matched(terms[licence], "synonym", query)


def _matched(term: Term, how: str, name: str, note: str = "") -> Term:
    if how in {"synonym", "word"} and fold(name) == fold(term.label):
        how = "label"
    return Term(
        term.id,
        term.label,
        term.kind,
        how,
        name,
        term.synonyms,
        term.parents,
        note or term.note,
        term.definition,
    )


def _matching(query: str, named: Iterable[tuple[str, Term]]) -> Iterator[Term]:
    """Find terms by their names: the same, or one that has all words, or begins so."""
    wanted = fold(query)
    words = [re.compile(rf"\b{re.escape(word)}") for word in _WORD.findall(wanted)]
    for name, term in named:
        folded = fold(name)
        if folded == wanted:
            yield _matched(term, "label" if name == term.label else "synonym", name)
        elif (
            words
            and term.note != OBSOLETE
            and all(word.search(folded) for word in words)
        ):
            yield _matched(term, "part", name)


def _alike(query: str, named: Iterable[tuple[str, Term]]) -> Iterator[Term]:
    """Find terms by names that are spelt almost so."""
    wanted = fold(query)
    most = min(3, len(wanted) // 4)
    for name, term in named:
        usable = most and term.note != OBSOLETE
        if usable and edits(wanted, fold(name), limit=most) <= most:
            yield _matched(term, "near", name)


def _names() -> Iterator[tuple[str, Term]]:
    for term in _terms().values():
        yield term.label, term
        for synonym in term.synonyms:
            yield synonym, term


def _terms() -> dict[str, Term]:
    """Return all bundled terms by id."""
    if not _kept:
        for term in (*_methods(), *_organisms(), *_licences(), *_others()):
            _kept.setdefault(term.id, term)
    return _kept


_kept: dict[str, Term] = {}


def _methods() -> Iterator[Term]:
    known = imaging_methods()
    for term, label in known.labels.items():
        note = OBSOLETE if term in known.obsolete else ""
        kind = METHOD if term in known.methods else OTHER
        if not note and kind == OTHER:
            note = "not among the imaging methods that the BioImage Archive offers"
        yield Term(
            term,
            label,
            kind,
            synonyms=(*known.synonyms[term], *known.speech[term]),
            parents=_above(known, term),
            note=note,
            definition=known.definitions.get(term, ""),
        )


def _above(known: Vocabulary, term: str) -> tuple[str, ...]:
    return tuple(known.labels[p] for p in known.above(term) if p in known.labels)


def _organisms() -> Iterator[Term]:
    known = taxa()
    for term, label in known.labels.items():
        rank = known.ranks[term]
        form = known.form_labels.get(term)
        yield Term(
            term,
            label,
            ORGANISM,
            synonyms=tuple(filter(None, (form, *known.synonyms[term]))),
            parents=_above(known, term) or tuple(filter(None, [known.kingdoms[term]])),
            note="" if rank == "species" else rank.replace("_", " "),
        )


def _licences() -> Iterator[Term]:
    known = licences()
    for identifier in known.ids.values():
        names = known.names.get(identifier, ())
        label = names[0] if names else identifier
        synonyms = dict.fromkeys((identifier, *names))
        synonyms.pop(label)
        yield Term(identifier, label, LICENCE, synonyms=tuple(synonyms))


def _others() -> Iterator[Term]:
    from fairsubmit.metadata.annotation import AnnotationType  # noqa: PLC0415 - heavy

    for name in get_args(AnnotationType):
        yield Term(name, name.replace("_", " "), ANNOTATION, synonyms=(name,))
    lines = cell_lines()
    for term, label in lines.labels.items():
        yield Term(term, label, CELL_LINE, synonyms=lines.synonyms[term])
