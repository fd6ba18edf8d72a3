"""RO-Crate entities: what each carries, and identifiers that hold worldwide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fairsubmit.metadata import Term

__all__ = [
    "Entities",
    "Entity",
    "is_address",
    "license_url",
    "reference",
    "term_url",
]

Entity = dict[str, Any]

_URL = re.compile(r"(?:https?|ftp)://[^\s<>\"{}|\\^`]+")
_CURIE = re.compile(r"([A-Za-z][A-Za-z0-9]*):([A-Za-z0-9_.-]+)")
_LICENSES = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
}


def reference(identifier: str) -> dict[str, str]:
    """Return a JSON-LD reference."""
    return {"@id": identifier}


class Entities:
    """Entities collected under identifiers that are never given twice."""

    def __init__(self) -> None:
        self._found: dict[str, Entity] = {}

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._found.values())

    def add(
        self, identifier: str, types: list[str], /, **values: object
    ) -> dict[str, str]:
        """Add an entity, unless it is there already, and return a reference to it.

        Parameters
        ----------
        identifier
            Its ``@id``.
        types
            Its ``@type``.
        **values
            Its properties; those without a value are left out.
        """
        kept = {key: value for key, value in values.items() if value not in (None, [])}
        self._found.setdefault(identifier, {"@id": identifier, "@type": types, **kept})
        return reference(identifier)

    def taken(self, identifier: str) -> bool:
        """Whether there is such an entity."""
        return identifier in self._found

    def known(self, identifiers: Iterable[str]) -> list[dict[str, str]]:
        """Return references to those that are there, each once."""
        unique = dict.fromkeys(identifiers)
        return [reference(name) for name in unique if name in self._found]


def is_address(text: str) -> bool:
    """Whether a text is an absolute web or FTP address that can be an ``@id``."""
    return _URL.fullmatch(text) is not None


def license_url(text: str) -> str:
    """Return the address of a licence given as SPDX id or as an address."""
    if is_address(text):
        return text
    return _LICENSES.get(text, f"https://spdx.org/licenses/{quote(text, safe='')}")


def term_url(term: Term) -> str | None:
    """Return the address of an ontology term, ``None`` where it has none.

    CURIEs of OBO ontologies become OBO PURLs (OBO Foundry, principle 3).
    """
    text = (term.id or "").strip()
    if is_address(text):
        return text
    curie = _CURIE.fullmatch(text)
    if curie is None:
        return None
    return f"http://purl.obolibrary.org/obo/{curie[1]}_{curie[2]}"
