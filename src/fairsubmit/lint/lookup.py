"""Ask registries on the network what a bundled list does not know.

The linter itself never opens a connection: whoever calls it may hand it something
that answers, and without that nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fairsubmit.lint.suggest import or_list
from fairsubmit.lint.vocabularies.tables import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Entry", "Lookup", "called", "organisation"]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """What a registry has.

    Attributes
    ----------
    id
        ``NCBITaxon:7660``, ``FBbi:00000251``, ``https://ror.org/02catss52``.
    label
        As the registry prefers it.
    names
        Other names.
    note
        What tells it from others of its name, e.g. the country.
    """

    id: str
    label: str
    names: tuple[str, ...] = ()
    note: str = ""


class Lookup(Protocol):
    """Asks registries; ``None`` where one could not be asked."""

    def organisms(self, name: str) -> Sequence[Entry] | None:
        """Return taxa of the NCBI Taxonomy that a name may mean."""
        ...

    def imaging_methods(self, name: str) -> Sequence[Entry] | None:
        """Return terms of FBbi that a name may mean."""
        ...

    def organisations(self, name: str) -> Sequence[Entry] | None:
        """Return organisations of ROR that a name may mean."""
        ...


def called(entries: Iterable[Entry] | None, name: str) -> list[Entry]:
    """Return the entries that have exactly this name, case and blanks aside.

    Parameters
    ----------
    entries
        What a registry answered: anything that has the words somewhere.
    name
        As written.
    """
    wanted = fold(name)
    return [
        entry
        for entry in entries or ()
        if wanted in {fold(own) for own in (entry.label, *entry.names)}
    ]


def organisation(lookup: Lookup | None, name: str) -> tuple[str | None, str]:
    """Ask for an organisation by its name.

    Parameters
    ----------
    lookup
        Who is asked; nobody if ``None``.
    name
        As written.

    Returns
    -------
    tuple of str or None, and str
        Its ROR id, where just one organisation has this name, and what to say: the id
        or those of the organisations that may be meant, ``""`` where none is known.
    """
    answer = (lookup.organisations(name) if lookup and name else None) or ()
    found = called(answer, name)
    if len(found) == 1:
        return found[0].id, f"`{name}` is {found[0].id} ({_described(found[0])})"
    near = [f"{entry.id} ({_described(entry)})" for entry in (found or answer)[:_SHOWN]]
    return None, f"`{name}` may be {or_list(near)}" if near else ""


def _described(entry: Entry) -> str:
    return f"{entry.label}, {entry.note}" if entry.note else entry.label
