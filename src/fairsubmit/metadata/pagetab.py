"""Read BioStudies PageTab JSON as a submission.

Written for what real records hold: BioImage Archive templates v5, v4 and MIFA.v1, the
layout before templates (biosamples inside components), any casing of section types
and attribute names, tables as nested arrays. What is not there stays absent; nothing
is ever guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.compose import UnreadableError
from fairsubmit.metadata.foreign import ForeignJson, unreadable
from fairsubmit.metadata.load import Document, Source
from fairsubmit.metadata.pagetab_sections import (
    ASSOCIATED,
    FIELDS,
    MOST_ASSOCIATIONS,
    SECTIONS,
    Attribute,
    Section,
    fields,
    items,
    methods,
    organisms,
    read_attributes,
    read_section,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["as_submission", "from_json", "read_pagetab"]

_NOT_ID = re.compile(r"[^A-Za-z0-9_.-]+")
# BioImage Archive template v5, closed list of License.
_LICENCES = {"cc0": "CC0-1.0", "cc by 4.0": "CC-BY-4.0"}
_OF_STUDY = ("publications", "funding")
_CURE = "give the PageTab of a submission, as JSON or TSV"
_NESTED = ("biosamples", "specimens", "acquisitions")


def read_pagetab(raw: bytes, path: str | Path) -> Document:
    """Read a PageTab JSON submission in the layout of `Submission`.

    Parameters
    ----------
    raw
        The file's bytes.
    path
        Name that findings show.

    Returns
    -------
    Document
        Its `origins` lead from the submission's pointers to those of the PageTab.
        Findings of the reading itself (DOC101, DOC102, PPL110, PPL111, MIG001) are
        in `problems`.
    """
    name = str(path)
    try:
        return from_json(ForeignJson(raw, name))
    except UnreadableError as error:
        return unreadable(name, error, "pagetab", _CURE)


def from_json(given: ForeignJson) -> Document:
    """Return PageTab JSON in the layout of `Submission`; see `read_pagetab`.

    Parameters
    ----------
    given
        The document.

    Raises
    ------
    UnreadableError
        If it is nested more deeply than any person writes.
    """
    source = given.source()
    return as_submission(source, given.name, given.json.text, given.problems)


def as_submission(
    source: Source, name: str, text: str, problems: Sequence[Finding] = ()
) -> Document:
    """Return PageTab in the layout of `Submission`.

    Parameters
    ----------
    source
        PageTab as JSON has it, and its places.
    name
        Name that findings show.
    text
        What it was read from.
    problems
        What was wrong with the text.
    """
    value = source.value
    if not isinstance(value, dict) or not isinstance(value.get("section"), dict):
        error = UnreadableError("it has no `section`, so it is not PageTab")
        return unreadable(name, error, "pagetab", _CURE, text)
    return _Reading(source, name, text, problems).document()


class _Reading:
    """Turn the sections of one submission into the lists of ours."""

    def __init__(
        self, source: Source, name: str, text: str, problems: Sequence[Finding]
    ) -> None:
        self.source = source
        self.value: Mapping[str, Any] = source.value
        self.name = name
        self.text = text
        self.tree: dict[str, Any] = {"fairsubmit": "1", "study": {}}
        self.origins = {"": "", "/study": "/section"}
        self.problems = list(problems)
        # by list of the submission: the sections read, id by accession, id by title
        self.read: dict[str, list[Section]] = defaultdict(list)
        self.ids: dict[str, dict[str, str]] = defaultdict(dict)
        self.titles: dict[str, dict[str, str]] = defaultdict(dict)
        self.nested: str | None = None

    def document(self) -> Document:
        """Return what was read."""
        root = read_section(self.value["section"], "/section")
        self._study(root)
        self._sections(root, component=None)
        for number, section in enumerate(self.read["authors"]):
            self._affiliations(number, section)
        for number, section in enumerate(self.read["components"]):
            self._associations(number, section)
        self._links(self.value["section"], "/section")
        known = self.source.places
        places = {p: known[o] for p, o in self.origins.items() if o in known}
        return Document(
            self.name,
            self.tree,
            places,
            places,
            self.text,
            tuple(self.problems),
            self.origins,
            layout="pagetab",
            source=self.source,
        )

    def _problem(self, named: tuple[str, str], message: str, at: str, do: str) -> None:
        line, column = self.source.places.get(at, (1, 1))
        self.problems.append(
            Finding(
                *named,
                Severity.ERROR,
                message,
                self.name,
                line,
                column,
                pointer=at,
                help=do,
            )
        )

    def _study(self, root: Section) -> None:
        study = self.tree["study"]
        head = Section("", "", "", read_attributes(self.value, ""))
        for section in (root, head):
            for key, value, origins in fields(section, "study"):
                # the archive releases by the date of the record
                if not study.get(key) or (section is head and key == "release_date"):
                    study[key] = value
                    self._remember(f"/study/{key}", value, origins)
        for attribute in root.named(("license", "licence")):
            written = attribute.value
            study["license"] = _LICENCES.get(written.strip().casefold(), written)
            self.origins["/study/license"] = attribute.pointer

    def _remember(self, pointer: str, value: object, origins: list[str]) -> None:
        self.origins[pointer] = origins[0]
        for index, origin in enumerate(origins if isinstance(value, list) else []):
            self.origins[f"{pointer}/{index}"] = origin

    def _sections(self, parent: Section, *, component: str | None) -> None:
        for section in parent.children:
            name = SECTIONS.get(section.kind)
            if name is None:
                if component is None:
                    self._sections(section, component=None)
                continue
            if name in _NESTED and component is not None and self.nested is None:
                self.nested = section.pointer
                self._problem(
                    ("MIG001", "nested-layout"),
                    f"a section inside component `{component}` belongs beside it",
                    section.pointer,
                    "write it beside the components, and refer to it by `Associations`",
                )
            self._part(name, section, nested=component is not None)
            if name == "components":
                label = section.accession or "without accession"
                self._sections(section, component=label)

    def _part(self, name: str, section: Section, *, nested: bool) -> None:
        in_study = name in _OF_STUDY
        holder = self.tree["study"] if in_study else self.tree
        listed = holder.setdefault(name, [])
        base = f"/study/{name}" if in_study else f"/{name}"
        pointer = f"{base}/{len(listed)}"
        self.origins.setdefault(base, section.pointer)
        self.origins[pointer] = section.pointer
        part: dict[str, Any] = {}
        if not in_study and name != "authors":
            part["id"] = self._id(name, section)
        for key, value, origins in fields(section, name):
            part[key] = value
            self._remember(f"{pointer}/{key}", value, origins)
        if nested and name in FIELDS and (len(part) > 1 or section.children):
            # the layout before templates has no titles, and needs none
            part.setdefault("title", section.accession or part["id"])
        title = part.get("title", "").strip()
        if title and "id" in part:
            self.titles[name].setdefault(title, part["id"])
        listed.append(part)
        self.read[name].append(section)
        self._special(name, part, pointer, section)

    def _special(
        self, name: str, part: dict[str, Any], pointer: str, section: Section
    ) -> None:
        if name == "organisations":
            self._organisation(part, section)
        elif name == "biosamples":
            self._terms(part, f"{pointer}/organism", organisms(section))
        elif name == "acquisitions":
            self._terms(part, f"{pointer}/imaging_method", methods(section))
        elif name in {"components", "annotations"}:
            for attribute in section.named(("filelist",)):
                part["files"] = {"table": attribute.value}
                self.origins[f"{pointer}/files"] = attribute.pointer

    def _terms(
        self, part: dict[str, Any], pointer: str, found: Iterable[tuple[str, str, str]]
    ) -> None:
        terms = []
        for index, (label, identifier, origin) in enumerate(found):
            self.origins.setdefault(pointer, origin)
            self.origins[f"{pointer}/{index}"] = origin
            terms.append(
                {"label": label, "id": identifier} if identifier else {"label": label}
            )
        if terms:
            part[pointer.rpartition("/")[2]] = terms

    def _organisation(self, part: dict[str, Any], section: Section) -> None:
        named = bool(part.get("name", "").strip())
        missing = [] if section.accession else ["accession"]
        missing += [] if named else ["name"]
        if missing:
            self._problem(
                ("PPL111", "organisation-incomplete"),
                f"an organisation has no {' and no '.join(missing)}",
                section.pointer,
                "give the section an `accno` such as `o1` and a `Name`",
            )
        if not named:
            part["name"] = section.accession or part["id"]

    def _id(self, name: str, section: Section) -> str:
        """Return an id of our form; other sections than organisations get their own.

        Only organisations are referred to by accession, all else goes by title.
        """
        known = self.ids[name]
        accession = section.accession or f"{section.kind} {len(known) + 1} unnamed"
        while accession in known and name != "organisations":
            accession += " again"
        if accession not in known:
            slug = _NOT_ID.sub("-", accession).strip("-")
            slug = slug if slug[:1].isalpha() else f"x-{slug}"
            while slug in known.values():
                slug += "-x"
            known[accession] = slug
        return known[accession]

    def _affiliations(self, number: int, section: Section) -> None:
        listed: list[str] = []
        for attribute in section.named(("affiliation", "organisation", "organization")):
            value = attribute.value.strip()
            if value:
                where = f"/authors/{number}/affiliations/{len(listed)}"
                self.origins[where] = attribute.pointer
                listed.append(self._affiliation(value, attribute))
        if listed:
            self.tree["authors"][number]["affiliations"] = listed

    def _affiliation(self, value: str, attribute: Attribute) -> str:
        known = self.ids["organisations"].get(value)
        if attribute.reference:
            return known or value
        if known is None:
            return self._organisation_in_words(value, attribute.pointer)
        self._problem(
            ("PPL110", "affiliation-not-a-reference"),
            f"affiliation `{value}` is not marked as a reference",
            attribute.pointer,
            'add `"reference": true`',
        )
        return known

    def _organisation_in_words(self, value: str, origin: str) -> str:
        """Take an affiliation in words, as templates of other archives have it."""
        identifier = self._id("organisations", Section("", value, origin, []))
        listed = self.tree.setdefault("organisations", [])
        self.origins[f"/organisations/{len(listed)}"] = origin
        listed.append({"id": identifier, "name": value})
        return identifier

    def _associations(self, number: int, section: Section) -> None:
        base = f"/components/{number}/associations"
        found = [c for c in section.children if c.kind.startswith("association")]
        listed = []
        for index, child in enumerate(found):
            self.origins.setdefault(base, child.pointer)
            self.origins[f"{base}/{index}"] = child.pointer
            listed.append(dict(self._association(child, f"{base}/{index}")))
        for nested in self._nested_associations(section):
            self.origins[f"{base}/{len(listed)}"] = section.pointer
            listed.append(nested)
        if listed:
            self.tree["components"][number]["associations"] = listed

    def _association(self, child: Section, pointer: str) -> Iterator[tuple[str, str]]:
        for attribute in child.attributes:
            target = ASSOCIATED.get(attribute.name)
            if target is not None:
                title = attribute.value.strip()
                self.origins[f"{pointer}/{FIELDS[target]}"] = attribute.pointer
                yield FIELDS[target], self.titles[target].get(title, title)

    def _nested_associations(self, component: Section) -> Iterator[dict[str, str]]:
        """Return what stands inside a component, where all three kinds do."""
        found: dict[str, list[str]] = defaultdict(list)
        for child in component.children:
            name = SECTIONS.get(child.kind, "")
            if name in FIELDS:
                at = next(i for i, s in enumerate(self.read[name]) if s is child)
                found[FIELDS[name]].append(self.tree[name][at]["id"])
        if {FIELDS[name] for name in _NESTED} <= set(found):
            for ids in islice(product(*found.values()), MOST_ASSOCIATIONS):
                yield dict(zip(found, ids, strict=True))

    def _links(self, value: Mapping[str, Any], pointer: str) -> None:
        for where, link in items(value.get("links"), f"{pointer}/links"):
            listed = self.tree["study"].setdefault("links", [])
            own = f"/study/links/{len(listed)}"
            self.origins[own] = where
            self.origins[f"{own}/url"] = f"{where}/url"
            part: dict[str, Any] = {"url": text(link.get("url")) or None}
            for attribute in read_attributes(link, where):
                if attribute.name in {"type", "description"}:
                    part[attribute.name] = attribute.value
                    self.origins[f"{own}/{attribute.name}"] = attribute.pointer
            listed.append(part)
        for where, child in items(value.get("subsections"), f"{pointer}/subsections"):
            self._links(child, where)
