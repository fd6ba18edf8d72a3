"""Find terms by asking registries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fairsubmit.lint.lookup import Entry, called
from fairsubmit.lint.vocabularies import fold, imaging_methods
from fairsubmit.terms.bundled import METHOD, ORGANISM, OTHER, Term

if TYPE_CHECKING:
    from collections.abc import Collection

    from fairsubmit.terms.online import Online

__all__ = ["ORGANISATION", "asked"]

ORGANISATION: Final = "organisation"
# What the prefix of an id stands for, where that is one of our kinds.
_KINDS = {"NCBITaxon": ORGANISM, "FBbi": OTHER}


def asked(lookup: Online, query: str, kinds: Collection[str] = ()) -> list[Term]:
    """Ask the Ontology Lookup Service for terms, or ROR for organisations.

    Parameters
    ----------
    lookup
        Who asks.
    query
        What is looked for.
    kinds
        The kinds that are wanted; all terms, but no organisations, by default.

    Returns
    -------
    list of Term
        Those that are called so first; empty where nobody could be asked.
    """
    entries: list[Entry] = []
    if not kinds or set(kinds) - {ORGANISATION}:
        entries += lookup.terms(query) or ()
    if ORGANISATION in kinds:
        entries += lookup.organisations(query) or ()
    exact = called(entries, query)
    ordered = [*exact, *(entry for entry in entries if entry not in exact)]
    found = [_term(entry, query, exact=entry in exact) for entry in ordered]
    return [term for term in found if not kinds or term.kind in kinds]


def _term(entry: Entry, query: str, *, exact: bool) -> Term:
    prefix = entry.id.partition(":")[0]
    kind = ORGANISATION if "ror.org" in entry.id else _KINDS.get(prefix, prefix)
    if entry.id in imaging_methods().methods:
        kind = METHOD
    label = fold(entry.label) == fold(query)
    matched = ("label" if label else "synonym") if exact else "part"
    if fold(entry.id) == fold(query):
        matched = "id"
    return Term(
        entry.id,
        entry.label,
        kind,
        matched,
        query if exact else entry.label,
        entry.names,
        note=entry.note if kind == ORGANISATION else "",
        definition="" if kind == ORGANISATION else entry.note,
    )
