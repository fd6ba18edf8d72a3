"""The sections of a PageTab submission, and which of their attributes mean what."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "ASSOCIATED",
    "FIELDS",
    "MOST_ASSOCIATIONS",
    "SECTIONS",
    "Attribute",
    "Section",
    "fields",
    "items",
    "letters",
    "methods",
    "organisms",
    "read_attributes",
    "read_section",
    "text",
]

_NOT_LETTERS = re.compile(r"[\W_]+")
# OBO identifiers as the submission form (FBbi_00000253) and conversion scripts
# (NCBI:txid9606) of the BioImage Archive write them.
_TERM = re.compile(
    r"^(?:\S*/)?(?P<ontology>fbbi|ncbitaxon)[_:](?P<id>\d+)$", re.IGNORECASE
)
_TXID = re.compile(r"^(?:NCBI:?\s*)?(?:txid)?(?P<id>\d+)$", re.IGNORECASE)
_ONTOLOGIES = {"fbbi": "FBbi", "ncbitaxon": "NCBITaxon"}
# Section type, letters only: list of the submission.
SECTIONS: Final[Mapping[str, str]] = {
    "author": "authors",
    "contact": "authors",
    "organisation": "organisations",
    "organization": "organisations",
    "biosample": "biosamples",
    "specimen": "specimens",
    "imageacquisition": "acquisitions",
    "imagecorrelation": "correlations",
    "imageanalysis": "analyses",
    "annotation": "annotations",
    "annotations": "annotations",
    "studycomponent": "components",
    "publication": "publications",
    "funding": "funding",
}
# Field of the submission: attribute names, letters only.
_TEXTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "study": {
        "title": ("title",),
        "description": ("description", "abstract"),
        "release_date": ("releasedate",),
        "acknowledgements": ("acknowledgements", "acknowledgement"),
        "funding_statement": ("fundingstatement",),
    },
    "authors": {"name": ("name",), "email": ("email",), "orcid": ("orcid",)},
    "organisations": {
        "name": ("name",),
        "ror": ("rorid", "ror"),
        "address": ("address",),
    },
    "biosamples": {
        "title": ("title",),
        "biological_entity": ("biologicalentity",),
        "description": ("description",),
    },
    "specimens": {
        "title": ("title",),
        "sample_preparation": ("samplepreparationprotocol",),
        "growth_protocol": ("growthprotocol",),
    },
    "acquisitions": {
        "title": ("title",),
        "instrument": ("imaginginstrument",),
        "parameters": ("imageacquisitionparameters",),
    },
    "correlations": {
        "title": ("title",),
        "spatial_and_temporal_alignment": ("spatialandtemporalalignment",),
        "fiducials_used": ("fiducialsused",),
        "transformation_matrix": ("transformationmatrix",),
    },
    "analyses": {"title": ("title",), "overview": ("imageanalysisoverview",)},
    "annotations": {
        "title": ("title",),
        "overview": ("annotationoverview",),
        "method": ("annotationmethod",),
        "criteria": ("annotationcriteria",),
        "coverage": ("annotationcoverage",),
        "confidence": ("annotationconfidencelevel", "annotationconfidence"),
    },
    "components": {"name": ("name",), "description": ("description",)},
    "publications": {
        "title": ("title",),
        "doi": ("doi",),
        "pubmed_id": ("pubmedid", "pmid"),
        "authors": ("authors",),
        "year": ("year",),
    },
    "funding": {"funder": ("agency",), "grant_id": ("grantid",)},
}
_LISTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "study": {"keywords": ("keywords", "keyword")},
    "authors": {"roles": ("role", "roles")},
    "biosamples": {
        "intrinsic_variables": ("intrinsicvariable", "intrinsicvariables"),
        "extrinsic_variables": ("extrinsicvariable", "extrinsicvariables"),
        "experimental_variables": ("experimentalvariable", "experimentalvariables"),
    },
    "annotations": {"types": ("annotationtype", "annotationtypes")},
}
# Of all combinations of what stands in one component; a guard, no component has them.
MOST_ASSOCIATIONS: Final = 1000
ASSOCIATED: Final[Mapping[str, str]] = {
    "biosample": "biosamples",
    "specimen": "specimens",
    "imageacquisition": "acquisitions",
    "imagecorrelation": "correlations",
    "imageanalysis": "analyses",
}
FIELDS: Final[Mapping[str, str]] = {
    "biosamples": "biosample",
    "specimens": "specimen",
    "acquisitions": "acquisition",
    "correlations": "correlation",
    "analyses": "analysis",
}


@dataclass
class Attribute:
    """A name with its value.

    Attributes
    ----------
    name
        Letters only, lower case.
    value
        Text; ``""`` where there is none.
    pointer
        JSON pointer of the value in the PageTab.
    reference
        Whether the value is another section's accession.
    term
        Qualifier ``TermId``, or ``""``.
    """

    name: str
    value: str
    pointer: str
    reference: bool
    term: str


@dataclass
class Section:
    """A section with its place.

    Attributes
    ----------
    kind
        Section type, letters only, lower case.
    accession
        ``accno``, or ``""``.
    pointer
        JSON pointer in the PageTab.
    """

    kind: str
    accession: str
    pointer: str
    attributes: list[Attribute]
    children: list[Section] = field(default_factory=list)

    def named(self, names: Sequence[str]) -> Iterator[Attribute]:
        """Return the attributes of these names, in the order of the names."""
        return (a for name in names for a in self.attributes if a.name == name)


def letters(value: object) -> str:
    """Return a name by its letters alone, ``""`` for what is no text."""
    return _NOT_LETTERS.sub("", value).casefold() if isinstance(value, str) else ""


def text(value: object) -> str:
    """Return a JSON value as text, ``""`` for none, lists and mappings."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def items(value: object, pointer: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the mappings of a list, those of tables (lists in it) too."""
    for index, item in enumerate(value if isinstance(value, list) else []):
        where = f"{pointer}/{index}"
        if isinstance(item, dict):
            yield where, item
        else:
            yield from items(item, where)


def read_attributes(section: Mapping[str, Any], pointer: str) -> list[Attribute]:
    """Return the attributes of a section or link that stands at a pointer."""
    found = []
    for where, item in items(section.get("attributes"), f"{pointer}/attributes"):
        qualifiers = {
            letters(q.get("name")): text(q.get("value"))
            for _, q in items(item.get("valqual"), "")
        }
        found.append(
            Attribute(
                letters(item.get("name")),
                text(item.get("value")),
                f"{where}/value" if "value" in item else where,
                str(item.get("reference", item.get("isReference"))).lower() == "true",
                qualifiers.get("termid", ""),
            )
        )
    return found


def read_section(value: Mapping[str, Any], pointer: str) -> Section:
    """Return a section with all below it."""
    return Section(
        letters(value.get("type")),
        text(value.get("accno", value.get("accNo"))).strip(),
        pointer,
        read_attributes(value, pointer),
        [
            read_section(child, where)
            for where, child in items(
                value.get("subsections"), f"{pointer}/subsections"
            )
        ],
    )


def fields(
    section: Section, name: str
) -> Iterator[tuple[str, str | list[str], list[str]]]:
    """Return the text and list fields that a section has.

    Parameters
    ----------
    section
        The section.
    name
        List of the submission that it belongs to, or ``study``.

    Yields
    ------
    tuple
        Field, value, and the pointer of the value or of each item.
    """
    for key, names in _TEXTS.get(name, {}).items():
        found = list(section.named(names))
        best = next((a for a in found if a.value.strip()), found[0] if found else None)
        if best is not None:
            yield key, best.value, [best.pointer]
    for key, names in _LISTS.get(name, {}).items():
        found = [a for a in section.named(names) if a.value.strip()]
        if found:
            yield key, [a.value for a in found], [a.pointer for a in found]


def organisms(section: Section) -> Iterator[tuple[str, str, str]]:
    """Return label, identifier and pointer of a biosample's organisms."""
    for attribute in section.named(("organism",)):
        yield attribute.value, _term(attribute.term), attribute.pointer
    for child in section.children:
        if child.kind == "organism":
            name = next(child.named(("scientificname", "name")), None)
            identifier = next(child.named(("ncbitaxonid", "termid")), None)
            yield (
                name.value if name else "",
                _term(identifier.value) if identifier else "",
                name.pointer if name else child.pointer,
            )


def methods(section: Section) -> Iterator[tuple[str, str, str]]:
    """Return label, identifier and pointer of an acquisition's methods."""
    for attribute in section.named(("imagingmethod",)):
        yield attribute.value, _term(attribute.term), attribute.pointer
    for child in section.children:
        if child.kind == "imagingmethod":
            label = next(child.named(("ontologyvalue", "value", "name")), None)
            identifier = next(child.named(("ontologytermid", "termid")), None)
            yield (
                label.value if label else "",
                _term(identifier.value) if identifier else "",
                label.pointer if label else child.pointer,
            )


def _term(written: str) -> str:
    """Return an identifier as a CURIE where its form is a known one."""
    bare = written.strip()
    found = _TERM.match(bare)
    if found:
        return f"{_ONTOLOGIES[found['ontology'].lower()]}:{found['id']}"
    txid = _TXID.match(bare)
    return f"NCBITaxon:{txid['id']}" if txid else bare
