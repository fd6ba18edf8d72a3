"""Look into an unvalidated document without stumbling over what is missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.load import escape_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fairsubmit.metadata.load import Document

__all__ = [
    "all_texts",
    "is_absent",
    "is_blank",
    "is_placeholder",
    "mapping_at",
    "named",
    "parts",
    "terms",
    "text",
    "texts",
]


_PLACEHOLDER = re.compile(
    r"^[\[(<{]?(?:tb[acd]|to be (?:added|announced|confirmed|decided|determined)|n/a|"
    r"pending|in revision|under review|to\s?do|x{3,}|\?+|\.\.\.|…|"
    r"see (?:the )?(?:manuscript|paper|publication|article)|fill (?:me )?in|"
    r"not yet (?:known|available)|lorem ipsum.*)[\])>}]?\.?$",
    re.IGNORECASE,
)


def is_absent(value: object) -> bool:
    """Whether there is no value: nothing, a blank text, or an empty collection."""
    return not value.strip() if isinstance(value, str) else not value


def is_blank(value: object) -> bool:
    """Whether a value says nothing: absent, blank, or only of blank values."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict):
        return all(is_blank(item) for item in value.values())
    if isinstance(value, list):
        return all(is_blank(item) for item in value)
    return value is None


def is_placeholder(value: str) -> bool:
    """Whether a text stands for a value that is still to come, e.g. ``TBD``."""
    return _PLACEHOLDER.match(value.strip()) is not None


def is_empty_part(value: object) -> bool:
    """Whether an item of a section says nothing beyond its ``id``."""
    if isinstance(value, dict):
        return all(is_blank(item) for key, item in value.items() if key != "id")
    return is_blank(value)


def mapping_at(document: Document, pointer: str) -> Mapping[str, Any] | None:
    """Return the mapping at a pointer, or ``None`` where there is none or it is empty.

    What an empty mapping lacks follows from its being empty; see `shape_hits`.
    """
    value = document.get(pointer)
    return value if isinstance(value, dict) and value else None


def parts(document: Document, section: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return pointer and mapping of each item of a list, empty items left out.

    Parameters
    ----------
    document
        The submission.
    section
        Pointer of the list, e.g. ``/authors``.
    """
    items = document.get(section)
    for index, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict) and not is_empty_part(item):
            yield f"{section}/{index}", item


def text(part: Mapping[str, Any], key: str) -> str:
    """Return a text value without blanks around it, ``""`` where there is none."""
    value = part.get(key)
    return value.strip() if isinstance(value, str) else ""


def texts(part: Mapping[str, Any], key: str, pointer: str) -> Iterator[tuple[str, str]]:
    """Return pointer and text of each item of a list of texts, blank ones left out.

    Parameters
    ----------
    part
        The mapping.
    key
        Name of the list in it.
    pointer
        Pointer of the mapping.
    """
    items = part.get(key)
    for index, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, str) and item.strip():
            yield f"{pointer}/{escape_pointer(key)}/{index}", item.strip()


def terms(
    part: Mapping[str, Any], key: str, pointer: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return pointer and mapping of a term, or of each term of a list."""
    value = part.get(key)
    base = f"{pointer}/{escape_pointer(key)}"
    if isinstance(value, dict):
        yield base, value
    for index, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, dict):
            yield f"{base}/{index}", item


def all_texts(value: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Return pointer and text of every text value below a value."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from all_texts(item, f"{pointer}/{escape_pointer(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from all_texts(item, f"{pointer}/{index}")


def named(document: Document, section: str) -> dict[str, str]:
    """Return the title (or name) of each part of a section by its ``id``."""
    return {
        text(part, "id"): text(part, "title") or text(part, "name")
        for _, part in parts(document, section)
        if text(part, "id")
    }
