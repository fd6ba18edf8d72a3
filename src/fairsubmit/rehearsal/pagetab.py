"""PageTab as BioStudies reads and writes it in JSON.

Rules and messages follow its ``commons-serialization`` module: values are strings,
unknown properties are ignored, an inner array is a table, ``reference`` marks a
reference. The TSV form is in `fairsubmit.rehearsal.pagetab_tsv`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "NOT_CREATED",
    "Attribute",
    "ElementError",
    "Item",
    "Section",
    "Submission",
    "from_json",
    "to_json",
]

NOT_CREATED = ". Element was not created."


class ElementError(Exception):
    """Part of a PageTab document is not what it should be."""


@dataclass
class Attribute:
    """A name and a value.

    Parameters
    ----------
    name, value
        What it says; a blank value is None.
    reference
        Whether the value is the accession of a section.
    valqual, nmqual
        Qualifiers of the value and of the name.
    """

    name: str
    value: str | None
    reference: bool = False
    valqual: list[tuple[str, str | None]] = field(default_factory=list)
    nmqual: list[tuple[str, str | None]] = field(default_factory=list)


@dataclass
class Item:
    """A file or a link.

    Parameters
    ----------
    key
        Path of the file, or address of the link.
    attributes
        What is said of it.
    kind
        ``file`` or ``directory``; of no meaning for a link.
    """

    key: str
    attributes: list[Attribute] = field(default_factory=list)
    kind: str = "file"


T = TypeVar("T")
Table = list[T | list[T]]


@dataclass
class Section:
    """A section with all that is below it."""

    kind: str
    accession: str | None = None
    attributes: list[Attribute] = field(default_factory=list)
    files: Table[Item] = field(default_factory=list)
    links: Table[Item] = field(default_factory=list)
    subsections: list[Section | list[Section]] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        """Return the value of the first attribute of a name, case-insensitive."""
        return first(self.attributes, name)

    def walk(self) -> Iterator[Section]:
        """Yield this section and every one below it, in document order."""
        yield self
        for section in flat(self.subsections):
            yield from section.walk()


@dataclass
class Submission:
    """A PageTab document."""

    section: Section
    accession: str | None = None
    attributes: list[Attribute] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        """Return the value of the first attribute of a name, case-insensitive."""
        return first(self.attributes, name)

    def put(self, name: str, value: str) -> None:
        """Set an attribute, in place of one of the same name."""
        for attribute in self.attributes:
            if attribute.name.lower() == name.lower():
                attribute.value = value
                return
        self.attributes.append(Attribute(name, value))


def first(attributes: list[Attribute], name: str) -> str | None:
    """Return the value of the first attribute of a name, case-insensitive."""
    for attribute in attributes:
        if attribute.name.lower() == name.lower():
            return attribute.value
    return None


def flat(items: list[T | list[T]]) -> Iterator[T]:
    """Yield the elements of a list that may hold tables."""
    for item in items:
        if isinstance(item, list):
            yield from item
        else:
            yield item


def from_json(document: object) -> Submission:
    """Read a submission from parsed JSON.

    Raises
    ------
    ElementError
        Some part of it is not PageTab, or has no release date.
    """
    node = _object(document, "submission")
    attributes = _list(node, "attributes", _attribute)
    if not first(attributes, "ReleaseDate"):
        msg = f"ReleaseDate is required{NOT_CREATED}"
        raise ElementError(msg)
    section = _section(node.get("section"), root=True)
    unique(section)
    return Submission(section, _text(node, "accno"), attributes)


def to_json(submission: Submission) -> dict[str, Any]:
    """Return a submission as JSON."""
    return {
        **({"accno": submission.accession} if submission.accession else {}),
        "attributes": [attribute_json(one) for one in submission.attributes],
        "section": _section_json(submission.section),
        "type": "submission",
    }


def unique(root: Section) -> None:
    """Check that no two sections share an accession.

    Raises
    ------
    ElementError
        Two do.
    """
    seen = set()
    for section in root.walk():
        if not section.accession:
            continue
        if section.accession in seen:
            msg = f"A section with accNo {section.accession} already exists"
            raise ElementError(msg)
        seen.add(section.accession)


def items_from_json(nodes: object, key: str) -> list[Item]:
    """Read the rows of a file list (`key` is ``path``) or link list (``url``).

    Raises
    ------
    ElementError
        A row is not one.
    """
    if not isinstance(nodes, list):
        raise ElementError("Expected content to be an array")
    return [_item(node, key) for node in nodes]


def item_json(item: Item, key: str = "path") -> dict[str, Any]:
    """Return a file or a link as JSON."""
    kind = {"type": item.kind} if key == "path" else {}
    attributes = [attribute_json(one) for one in item.attributes]
    return {key: item.key, **kind, "attributes": attributes}


def attribute_json(attribute: Attribute) -> dict[str, Any]:
    """Return an attribute as JSON."""
    node: dict[str, Any] = {"name": attribute.name, "value": attribute.value}
    if attribute.reference:
        node["reference"] = True
    for key in ("valqual", "nmqual"):
        pairs = getattr(attribute, key)
        if pairs:
            node[key] = [{"name": name, "value": value} for name, value in pairs]
    return node


def _section_json(section: Section) -> dict[str, Any]:
    node: dict[str, Any] = {"type": section.kind}
    if section.accession:
        node = {"accno": section.accession, **node}
    if section.attributes:
        node["attributes"] = [attribute_json(one) for one in section.attributes]
    if section.files:
        node["files"] = _table_json(section.files, item_json)
    if section.links:
        node["links"] = _table_json(section.links, lambda one: item_json(one, "url"))
    if section.subsections:
        node["subsections"] = _table_json(section.subsections, _section_json)
    return node


def _table_json(
    items: list[T | list[T]], write: Callable[[T], dict[str, Any]]
) -> list[Any]:
    return [
        [write(one) for one in item] if isinstance(item, list) else write(item)
        for item in items
    ]


def _object(node: object, what: str) -> dict[str, Any]:
    if not isinstance(node, dict):
        msg = f"Expecting node to be of type object, {what} expected"
        raise ElementError(msg)
    return node


def _text(node: dict[str, Any], name: str) -> str | None:
    value = node.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        msg = f"Expecting node: '{value}' to be of type 'TextNode' in property '{name}'"
        raise ElementError(msg)
    return value


def _required(node: dict[str, Any], name: str, message: str) -> str:
    value = _text(node, name)
    if value is None:
        raise ElementError(message + NOT_CREATED)
    return value


def _list(node: dict[str, Any], name: str, read: Callable[[object], T]) -> list[T]:
    values = node.get(name)
    if values is None:
        return []
    if not isinstance(values, list):
        msg = f"Expecting node '{name}' to be of type 'ArrayNode'"
        raise ElementError(msg)
    return [read(value) for value in values]


def _tables(
    node: dict[str, Any], name: str, read: Callable[[object], T]
) -> list[T | list[T]]:
    def one(value: object) -> T | list[T]:
        if not isinstance(value, list):
            return read(value)
        if not value:
            raise ElementError("Section tables can't be empty")
        return [read(row) for row in value]

    return _list(node, name, one)


def _attribute(value: object) -> Attribute:
    node = _object(value, "attribute")
    return Attribute(
        name=_required(node, "name", "Attribute name is required"),
        value=_text(node, "value"),
        reference=node.get("reference") is True,
        valqual=_list(node, "valqual", _qualifier),
        nmqual=_list(node, "nmqual", _qualifier),
    )


def _qualifier(value: object) -> tuple[str, str | None]:
    node = _object(value, "attribute detail")
    return _required(node, "name", "Attribute name is required"), _text(node, "value")


def _item(value: object, key: str) -> Item:
    node = _object(value, "file" if key == "path" else "link")
    message = "File Path is required" if key == "path" else "Link Url is required"
    return Item(
        key=_required(node, key, message),
        attributes=_list(node, "attributes", _attribute),
        kind=(_text(node, "type") or "file") if key == "path" else "link",
    )


def _section(value: object, *, root: bool = False) -> Section:
    if root and value is None:
        raise ElementError("Root Section type is required" + NOT_CREATED)
    node = _object(value, "section")
    message = "Root Section type is required" if root else "Section type is required"
    return Section(
        kind=_required(node, "type", message),
        accession=_text(node, "accno"),
        attributes=_list(node, "attributes", _attribute),
        files=_tables(node, "files", lambda one: _item(one, "path")),
        links=_tables(node, "links", lambda one: _item(one, "url")),
        subsections=_tables(node, "subsections", _section),
    )
