"""Which fields of a submission refer to which part of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairsubmit.lint.tree import is_blank, named, parts, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """Return the affiliations of authors that are no organisation's id."""
    defined = named(document, "/organisations")
    for pointer, author in parts(document, "/authors"):
        for where, value in texts(author, "affiliations", pointer):
            if value not in defined:
                yield Reference(where, value, "organisations", defined)


def associations(document: Document) -> Iterator[Reference]:
    """Return what components are associated with and nothing defines.

    Where a required section is missing as a whole, that is the cause, and its
    references are left out.
    """
    known = {section: named(document, f"/{section}") for section in ASSOCIATED.values()}
    for pointer, _ in parts(document, "/components"):
        for where, association in parts(document, f"{pointer}/associations"):
            for field, section in ASSOCIATED.items():
                value = text(association, field)
                if not value or value in known[section]:
                    continue
                if section in _REQUIRED and is_blank(document.tree.get(section)):
                    continue
                yield Reference(f"{where}/{field}", value, section, known[section])
