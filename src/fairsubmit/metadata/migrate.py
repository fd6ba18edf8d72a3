"""Bring documents of earlier layouts to the present one, and say what is left behind.

Before template v4, components of the BioImage Archive held their own samples, specimens
and acquisitions. Now these stand beside the components, which refer to them by title;
curators of the archive rewrote such records by hand in just this way.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final

from fairsubmit.metadata.crate_graph import plain
from fairsubmit.metadata.load import Document, Source
from fairsubmit.metadata.pagetab import as_submission
from fairsubmit.metadata.pagetab_sections import (
    ASSOCIATED,
    MOST_ASSOCIATIONS,
    SECTIONS,
    items,
    letters,
    text,
)
from fairsubmit.metadata.rocrate import graph_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Migrated", "migrate"]

# What an association may name, in the order that templates write it.
_TYPES: Final[Mapping[str, str]] = {
    "biosample": "Biosample",
    "specimen": "Specimen",
    "imageacquisition": "Image acquisition",
    "imagecorrelation": "Image correlation",
    "imageanalysis": "Image analysis",
}
_SAMPLES = ("biosample", "specimen", "imageacquisition")
# Of the record as a whole: how it was made and where it lies, nothing about the data.
_ADMINISTRATIVE = frozenset(
    {
        "template",
        "attachto",
        "rootpath",
        "doi",
        "accno",
        "rembipagetabconversionscriptversion",
        "title",
        "releasedate",
    }
)
# Read with the name of the organism or method that they belong to.
_WITH_TERMS = frozenset(
    {
        "scientificname",
        "ncbitaxonid",
        "ontologyvalue",
        "ontologyname",
        "ontologytermid",
        "termid",
        "value",
        "name",
    }
)
_TERMS = frozenset({"organism", "imagingmethod"})
# How a crate is held together, not what it says.
_FRAME = frozenset(
    {"@id", "@type", "hasPart", "about", "conformsTo", "identifier", "name"}
)
_TABLES = (".tsv", ".txt")


@dataclass
class Migrated:
    """A document in the present layout.

    Attributes
    ----------
    document
        In the layout of `Submission`.
    pagetab
        The same as PageTab of the present layout; ``None`` where it was none.
    changed
        What was done.
    left
        What could not be carried over.
    """

    document: Document
    pagetab: dict[str, Any] | None = None
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def migrate(document: Document) -> Migrated:
    """Return a document in the present layout.

    Parameters
    ----------
    document
        As it was read, of any layout.
    """
    if document.layout == "pagetab" and document.source is not None:
        return _of_pagetab(document, document.source)
    found = Migrated(document)
    found.left += _left_of_crate(document)
    return found


def _of_pagetab(document: Document, source: Source) -> Migrated:
    value = deepcopy(source.value)
    moving = _Moving(value["section"])
    moving.run()
    new = as_submission(Source(value, {}), document.path, document.text)
    found = Migrated(new, value, moving.changed, moving.unsure)
    found.left += _left_of_pagetab(new, value)
    found.left += _lists(new)
    return found


class _Moving:
    """Moves what stands in components beside them."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.changed: list[str] = []
        self.unsure: list[str] = []
        # titles given so far, by kind of section
        self._titles: dict[str, list[str]] = {}

    def run(self) -> None:
        """Rewrite the study's sections."""
        listed = self.root.get("subsections")
        sections = listed if isinstance(listed, list) else []
        for _, section in items(sections, ""):
            if letters(section.get("type")) in _TYPES:
                self._titles.setdefault(letters(section["type"]), []).append(
                    _attribute(section, "title")
                )
        self.root["subsections"] = [new for old in sections for new in self._each(old)]

    def _each(self, section: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
        """Return what takes the place of one section of the study."""
        is_component = (
            isinstance(section, dict)
            and SECTIONS.get(letters(section.get("type"))) == "components"
        )
        inside = section.get("subsections") if is_component else None
        moved = [
            child
            for _, child in items(inside, "")
            if letters(child.get("type")) in _TYPES
        ]
        # an analysis alone, in a component that has associations, is another matter
        if any(letters(child.get("type")) in _SAMPLES for child in moved):
            self._titled(moved)
            kept = [child for child in inside or [] if not _is_one_of(child, moved)]
            associations = list(self._associations(section, moved))
            section["subsections"] = [*kept, *associations]
            name = _attribute(section, "name") or text(section.get("accno"))
            self.changed.append(
                f"component `{name}`: {len(moved)} sections moved beside it, and "
                f"{len(associations)} associations written"
            )
            yield from moved
        yield section

    def _titled(self, moved: list[dict[str, Any]]) -> None:
        """Give sections a title that no other section of their kind has."""
        for section in moved:
            kind = letters(section.get("type"))
            known = self._titles.setdefault(kind, [])
            title = _attribute(section, "title")
            if not title or title in known:
                base = title or text(section.get("type"))
                title = _unlike(base, known)
                named = [a for a in _attributes(section) if _name(a) != "title"]
                section["attributes"] = [{"name": "Title", "value": title}, *named]
            known.append(title)

    def _associations(
        self, component: dict[str, Any], moved: list[dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        by_kind = {
            kind: [
                _attribute(section, "title")
                for section in moved
                if letters(section.get("type")) == kind
            ]
            for kind in _TYPES
        }
        used = {kind: titles for kind, titles in by_kind.items() if titles}
        if sum(len(titles) > 1 for titles in used.values()) > 1:
            name = _attribute(component, "name") or text(component.get("accno"))
            self.unsure.append(
                f"which sections of component `{name}` go together; every combination "
                "was written"
            )
        for titles in islice(product(*used.values()), MOST_ASSOCIATIONS):
            yield {
                "type": "Associations",
                "attributes": [
                    {"name": _TYPES[kind], "value": title}
                    for kind, title in zip(used, titles, strict=True)
                ],
            }


def _is_one_of(child: object, moved: list[dict[str, Any]]) -> bool:
    """Whether a child, or every row of a table, was moved."""
    if isinstance(child, list):
        return bool(child) and all(_is_one_of(row, moved) for row in child)
    return any(child is section for section in moved)


def _attributes(section: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [item for _, item in items(section.get("attributes"), "")]


def _name(attribute: Mapping[str, Any]) -> str:
    return letters(attribute.get("name"))


def _attribute(section: Mapping[str, Any], name: str) -> str:
    found = (text(a.get("value")) for a in _attributes(section) if _name(a) == name)
    return next((value.strip() for value in found if value.strip()), "")


def _unlike(base: str, known: list[str]) -> str:
    """Return a title with a number, unless no other section has it."""
    title, number = base, 1
    while title in known:
        number += 1
        title = f"{base} {number}"
    return title


def _left_of_pagetab(document: Document, value: Mapping[str, Any]) -> list[str]:
    """Return what PageTab says and the submission does not."""
    carried = frozenset(document.origins.values())
    found = [
        _words("the record", attribute)
        for _, attribute in items(value.get("attributes"), "/attributes")
        if _name(attribute) not in _ADMINISTRATIVE
    ]
    found += _left_of_section(value["section"], "/section", carried)
    return [words for words in found if words]


def _left_of_section(
    section: Mapping[str, Any], pointer: str, carried: frozenset[str]
) -> Iterator[str]:
    kind = letters(section.get("type"))
    label = text(section.get("type")) or "section"
    accession = text(section.get("accno"))
    named = f"{label} `{accession}`" if accession else label
    for where, attribute in items(section.get("attributes"), f"{pointer}/attributes"):
        known = _name(attribute) in (_WITH_TERMS if kind in _TERMS else ())
        association = kind.startswith("association") and _name(attribute) in ASSOCIATED
        listed = _name(attribute) == "filelist"
        if not (f"{where}/value" in carried or known or association or listed):
            yield _words(named, attribute)
    for _, file in items(section.get("files"), ""):
        yield f"file `{text(file.get('path'))}` of {named}"
    for where, child in items(section.get("subsections"), f"{pointer}/subsections"):
        yield from _left_of_section(child, where, carried)


def _words(owner: str, attribute: Mapping[str, Any]) -> str:
    value = text(attribute.get("value")).strip()
    name = text(attribute.get("name"))
    return f"`{name}` of {owner}: {value}" if value else ""


def _lists(document: Document) -> Iterator[str]:
    """Return the file lists that are no tables as a submission has them."""
    for section in ("components", "annotations"):
        for part in document.tree.get(section, []):
            name = part.get("files", {}).get("table", "")
            if name and not name.lower().endswith(_TABLES):
                yield f"file list `{name}`: write it as TSV, and name that"


def _left_of_crate(document: Document) -> Iterator[str]:
    graph = graph_of(document)
    if graph is None:
        return
    carried = frozenset(document.origins.values())
    for entity in graph.entities:
        if f"{entity.pointer}" not in carried:
            continue
        for name, value in entity.value.items():
            said = plain(value)
            if (
                said
                and name not in _FRAME
                and f"{entity.pointer}/{name}" not in carried
            ):
                yield f"`{name}` of `{entity.id}`: {said}"
