"""Which fields of a submission refer to which part of it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairsubmit.lint.tree import is_blank, named, parts, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.metadata.load import Document

__all__ = ["ASSOCIATED", "Reference", "affiliations", "associations", "looks_like_id"]

# Field of an association: the section that it refers to.
ASSOCIATED = {
    "biosample": "biosamples",
    "specimen": "specimens",
    "acquisition": "acquisitions",
    "correlation": "correlations",
    "analysis": "analyses",
}
_REQUIRED = frozenset({"biosamples", "specimens", "acquisitions"})
_ID = re.compile(r"^[A-Za-z][A-Za-z0-9_.-]*$")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to an id that no part of the submission has.

    Attributes
    ----------
    pointer
        Where it is written.
    value
        What is written.
    section
        Where it should have been defined, e.g. ``biosamples``.
    defined
        Title of each part of that section by its id.
    """

    pointer: str
    value: str
    section: str
    defined: dict[str, str]


def looks_like_id(value: str) -> bool:
    """Whether a text has the form of an id rather than that of a title."""
    return _ID.match(value) is not None


def affiliations(document: Document) -> Iterator[Reference]:
    """Return the affiliations of authors that are no organisation's id.

    Where organisations lack their ids, that may be the cause; see `_unexplained`.
    """
    return _unexplained(document, list(_affiliations(document)))


def associations(document: Document) -> Iterator[Reference]:
    """Return what components are associated with and nothing defines.

    Where a required section is missing as a whole, that is the cause, and its
    references are left out; where parts lack their ids, see `_unexplained`.
    """
    return _unexplained(document, list(_associations(document)))


def _unexplained(document: Document, found: Sequence[Reference]) -> Iterator[Reference]:
    """Leave out references of sections in which as many parts have lost their ids.

    One missing id would else be told once where it is missing, and again wherever the
    part is referred to.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for reference in found:
        wanted[reference.section].add(reference.value)
    nameless = {
        section: sum(not text(part, "id") for _, part in parts(document, f"/{section}"))
        for section in wanted
    }
    for reference in found:
        if len(wanted[reference.section]) > nameless[reference.section]:
            yield reference


def _defined(document: Document, section: str) -> dict[str, str]:
    """Return the title or name of each part by its id, also where it has no more."""
    items = document.get(section)
    bare = {
        text(item, "id"): ""
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict) and text(item, "id")
    }
    return {**bare, **named(document, section)}


def _affiliations(document: Document) -> Iterator[Reference]:
    defined = _defined(document, "/organisations")
    for pointer, author in parts(document, "/authors"):
        for where, value in texts(author, "affiliations", pointer):
            if value not in defined:
                yield Reference(where, value, "organisations", defined)


def _associations(document: Document) -> Iterator[Reference]:
    sections = ASSOCIATED.values()
    known = {section: _defined(document, f"/{section}") for section in sections}
    for pointer, _ in parts(document, "/components"):
        for where, association in parts(document, f"{pointer}/associations"):
            for field, section in ASSOCIATED.items():
                value = text(association, field)
                if not value or value in known[section]:
                    continue
                if section in _REQUIRED and is_blank(document.tree.get(section)):
                    continue
                yield Reference(f"{where}/{field}", value, section, known[section])
