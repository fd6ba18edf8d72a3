"""Persons whom OME-XML names: said before a deposit, by field and never by value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["FIELDS", "home", "named", "problem"]

# Attributes of Experimenter since schema 2008-09, its children before.
FIELDS = frozenset(
    {"FirstName", "MiddleName", "LastName", "Email", "DisplayName"}
    | {"UserName", "OMEName"}
)
_HOME = re.compile(
    r"[\\/](?:Users|home|Documents and Settings)[\\/]+(?!Public\b|Shared\b)\w",
    re.IGNORECASE,
)


def named(attributes: Mapping[str, str]) -> list[str]:
    """Return the fields of a person that have a value."""
    return [key for key in attributes if key in FIELDS and attributes[key].strip()]


def home(text: str) -> bool:
    """Whether text holds the path of somebody's own folder."""
    return _HOME.search(text) is not None


def problem(fields: Iterable[str]) -> Problem | None:
    """Return what to say of the fields of a document that name persons."""
    found = list(dict.fromkeys(fields))
    if not found:
        return None
    message = f"names a person in {', '.join(found)}; the archive would publish it"
    return Problem("personal-data", message, "Experimenter")
