"""Licences of research data and software."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from fairsubmit.lint.vocabularies.tables import read, rows, split

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Licences", "licences"]


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
    names
        Usual spellings by SPDX identifier, the longest, its name, first.
    """

    ids: Mapping[str, str]
    addresses: Mapping[str, str]
    spellings: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]

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
    known = list(rows("licences.tsv"))
    listed = read("spdx.txt").split()
    return Licences(
        {name.casefold(): name for name in listed},
        {_address(a): row["id"] for row in known for a in split(row["addresses"])},
        {
            _letters(name): row["id"]
            for row in known
            for name in (row["id"], *split(row["spellings"]))
        },
        {
            row["id"]: tuple(sorted(split(row["spellings"]), key=len, reverse=True))
            for row in known
        },
    )
