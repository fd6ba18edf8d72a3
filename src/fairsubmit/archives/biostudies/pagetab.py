"""PageTab, the document of BioStudies: its parts, and how they are written as JSON.

Names and shapes are those of BioStudies' own JSON serialiser (commons-serialization,
SerializationFields.kt): ``reference`` marks a reference, qualifiers of a value are
``valqual``, and every value is a string.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Attribute", "File", "Link", "PageTab", "Section", "attributes", "each"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A name with a value.

    Attributes
    ----------
    pointer
        JSON pointer of what it was written from, in the submission.
    qualifiers
        Name and value pairs that say more about the value.
    reference
        Whether the value is the accession number of a section.
    """

    name: str
    value: str
    pointer: str = ""
    qualifiers: tuple[tuple[str, str], ...] = ()
    reference: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the attribute as PageTab."""
        value: dict[str, Any] = {"name": self.name, "value": self.value}
        if self.reference:
            value["reference"] = True
        if self.qualifiers:
            value["valqual"] = [{"name": n, "value": v} for n, v in self.qualifiers]
        return value


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a section."""

    url: str
    attributes: tuple[Attribute, ...] = ()
    pointer: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the link as PageTab."""
        return {"url": self.url, "attributes": _json(self.attributes)}


@dataclass(frozen=True, slots=True)
class File:
    """A single file of a section; files of components stand in file lists."""

    path: str
    attributes: tuple[Attribute, ...] = ()
    pointer: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the file as PageTab."""
        attributes = _json(self.attributes)
        return {"path": self.path, "type": "file", "attributes": attributes}


@dataclass(frozen=True, slots=True)
class Section:
    """A section with what is in it.

    Attributes
    ----------
    type
        E.g. ``Study`` or ``Biosample``.
    accno
        Its accession number, unique in the document; references name it.
    pointer
        JSON pointer of what it was written from, in the submission.
    """

    type: str
    accno: str
    pointer: str = ""
    attributes: tuple[Attribute, ...] = ()
    files: tuple[File, ...] = ()
    links: tuple[Link, ...] = ()
    subsections: tuple[Section, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the section as PageTab; empty parts are left out."""
        value: dict[str, Any] = {
            "accno": self.accno,
            "type": self.type,
            "attributes": _json(self.attributes),
        }
        for name in ("files", "links", "subsections"):
            parts = getattr(self, name)
            if parts:
                value[name] = _json(parts)
        return value


@dataclass(frozen=True, slots=True)
class PageTab:
    """A whole submission document.

    Attributes
    ----------
    attributes
        Of the submission itself: title, release date, collection, template, ….
    section
        The root section.
    """

    attributes: tuple[Attribute, ...]
    section: Section = field(repr=False)

    def dumps(self) -> bytes:
        """Return the document as UTF-8 JSON, the same bytes for the same content."""
        value = {
            "attributes": _json(self.attributes),
            "section": self.section.to_json(),
            "type": "submission",
        }
        return json.dumps(value, ensure_ascii=False, indent=1).encode()

    def accnos(self) -> Mapping[str, str]:
        """Map the accession number of each section to a pointer in the submission."""
        return {section.accno: section.pointer for section in _sections(self.section)}


def attributes(*pairs: tuple[str, str | None, str]) -> tuple[Attribute, ...]:
    """Make attributes from (name, value, pointer), blank values left out."""
    return tuple(
        Attribute(name, value.strip(), pointer)
        for name, value, pointer in pairs
        if value is not None and value.strip()
    )


def each(name: str, values: Sequence[str], pointer: str) -> tuple[Attribute, ...]:
    """Make one attribute of the same name for each value of a list."""
    return attributes(*((name, v, f"{pointer}/{i}") for i, v in enumerate(values)))


def _json(
    parts: Sequence[Attribute] | Sequence[Link] | Sequence[File] | Sequence[Section],
) -> list[dict[str, Any]]:
    return [part.to_json() for part in parts]


def _sections(section: Section) -> Iterator[Section]:
    yield section
    for inner in section.subsections:
        yield from _sections(inner)
