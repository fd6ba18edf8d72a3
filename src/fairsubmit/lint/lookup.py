"""Ask registries on the network what a bundled list does not know.

The linter itself never opens a connection: whoever calls it may hand it something
that answers, and without that nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fairsubmit.lint.vocabularies.tables import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Entry", "Lookup", "called"]


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
