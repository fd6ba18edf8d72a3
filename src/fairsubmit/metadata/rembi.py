"""A submission in the words of rembi-mifa 0.1.2 (REMBI 1.5): its ``RembiStudy``.

That layout has no identifiers, so that nothing in it refers to anything else, and one
correlation, one analysis and one set of annotations. What it has no place for is told
by `lost`, never squeezed into another place.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from fairsubmit.errors import MetadataError
from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.load import escape_pointer
from fairsubmit.metadata.rembi_import import from_rembi

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fairsubmit.metadata.acquisition import Acquisition, Correlation
    from fairsubmit.metadata.annotation import Annotation
    from fairsubmit.metadata.biosample import Biosample
    from fairsubmit.metadata.load import Document
    from fairsubmit.metadata.people import Author
    from fairsubmit.metadata.submission import Submission
    from fairsubmit.metadata.terms import Term

__all__ = ["lost", "to_rembi"]

_PURL = "http://purl.obolibrary.org/obo/"
_FBBI = "Biological Imaging Methods Ontology (FBbi)"
_ORCID = re.compile(r"(\d{4}-\d{4}-\d{4}-\d{3}[\dX])/?$")
_NUMBER = re.compile(r"\d+$")
_INDEX = re.compile(r"/\d+(?=/|$)")
_BETWEEN = "; "
_PARAGRAPH = "\n\n"


def to_rembi(submission: Submission, document: Document) -> dict[str, Any]:
    """Return a submission as rembi-mifa has it, ready for JSON.

    Parameters
    ----------
    submission
        A complete one.
    document
        Where it was read from, for the places of what is missing.

    Raises
    ------
    MetadataError
        If rembi-mifa requires something that a submission need not have.
    """
    writer = _Writer(submission)
    found = writer.container()
    if writer.missing:
        message = f"rembi-mifa requires what is not there: {writer.missing[0][1]}"
        raise MetadataError(
            message,
            findings=[_finding(document, *each) for each in writer.missing],
            hint="add what is listed, then convert again",
        )
    return found


def lost(tree: Mapping[str, Any], exported: Mapping[str, Any]) -> list[str]:
    """Return the fields of a submission that an export does not carry.

    Parameters
    ----------
    tree
        The submission.
    exported
        What `to_rembi` made of it.
    """
    carried: dict[str, list[str]] = {}
    for pointer, text in _texts(from_rembi(exported), ""):
        carried.setdefault(_field(pointer), []).append(text)
    return sorted(
        {
            field
            for pointer, text in _texts(tree, "")
            for field in [_field(pointer)]
            # an identifier may have become an address, texts of several parts one
            if not any(text.strip() in other for other in carried.get(field, []))
        }
    )


def _field(pointer: str) -> str:
    return _INDEX.sub("", pointer).strip("/").replace("/", ".")


def _texts(value: object, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, f"{pointer}/{escape_pointer(name)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{pointer}/{index}")


def _finding(document: Document, pointer: str, message: str) -> Finding:
    place = document.place(pointer)
    return Finding(
        "DOC121",
        "missing-field",
        Severity.ERROR,
        message,
        path=place.path,
        line=place.line,
        column=place.column,
        pointer=pointer,
        cell=place.cell,
        help="add it; rembi-mifa requires it",
    )


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, [])}


def _year(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _joined(items: Iterable[str]) -> str | None:
    return _BETWEEN.join(items) or None


class _Writer:
    """Writes the parts, and notes what they lack.

    Attributes
    ----------
    missing
        JSON pointer and sentence of each thing that rembi-mifa requires.
    """

    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self._organisations = {o.id: o for o in submission.organisations}
        self.missing: list[tuple[str, str]] = []

    def container(self) -> dict[str, Any]:
        """Return the whole."""
        given = self._submission
        return _present(
            {
                "study": self._study(),
                "study_components": [
                    {"name": each.name, "description": each.description}
                    for each in given.components
                ],
                "sample": [
                    sample
                    for index, each in enumerate(given.biosamples)
                    for sample in self._samples(index, each)
                ],
                "specimen": [
                    _present(
                        {
                            "sample_preparation": each.sample_preparation,
                            "growth_protocol": each.growth_protocol,
                        }
                    )
                    for each in given.specimens
                ],
                "image_acquisition": [
                    found
                    for index, each in enumerate(given.acquisitions)
                    for found in self._acquisitions(index, each)
                ],
                "image_correlation": _correlation(given.correlations),
                "image_analysis": self._analysis(),
                "annotations": _annotations(given.annotations),
            }
        )

    def _lacks(self, pointer: str, what: str) -> str:
        self.missing.append((pointer, f"{what} is missing"))
        return ""

    def _study(self) -> dict[str, Any]:
        study = self._submission.study
        try:
            date.fromisoformat(study.release_date)
        except ValueError:
            self.missing.append(("/study/release_date", "the release date is no date"))
        return _present(
            {
                "title": study.title,
                "description": study.description,
                "private_until_date": study.release_date,
                "keywords": _BETWEEN.join(study.keywords),
                "authors": [
                    self._author(index, each)
                    for index, each in enumerate(self._submission.authors)
                ],
                "license": study.license,
                "funding": self._funding(),
                "publications": self._publications(),
                "links": [
                    _present(
                        {
                            "link_url": link.url,
                            "link_type": link.type,
                            "link_description": link.description,
                        }
                    )
                    for link in study.links
                ],
                "rembi_version": "1.5",
            }
        )

    def _author(self, index: int, author: Author) -> dict[str, Any]:
        pointer = f"/authors/{index}"
        first, _, last = author.name.rpartition(" ")
        orcid = _ORCID.search(author.orcid or "")
        email = author.email or self._lacks(
            f"{pointer}/email", f"the e-mail address of {author.name}"
        )
        return _present(
            {
                "last_name": author.family_name or last,
                "first_name": author.given_name or first.strip(),
                "email": email,
                "orcid": f"https://orcid.org/{orcid[1]}" if orcid else None,
                "affiliation": self._affiliation(pointer, author),
                "role": _joined(author.roles),
            }
        )

    def _affiliation(self, pointer: str, author: Author) -> dict[str, str]:
        """Return the first organisation; there is room for one."""
        known = (self._organisations.get(name) for name in author.affiliations)
        found = next((each for each in known if each is not None), None)
        if found is None:
            self._lacks(f"{pointer}/affiliations", f"the organisation of {author.name}")
            return {}
        if found.ror:
            return {"name": found.name, "url": found.ror}
        at = self._submission.organisations.index(found)
        address = found.address or self._lacks(
            f"/organisations/{at}/address", f"the ROR id or the address of {found.name}"
        )
        return {"name": found.name, "address": address}

    def _funding(self) -> dict[str, Any] | None:
        study = self._submission.study
        if not (study.funding or study.funding_statement):
            return None
        funders = ", ".join(dict.fromkeys(grant.funder for grant in study.funding))
        return _present(
            {
                "funding_statement": study.funding_statement or f"Funded by {funders}.",
                "grant_references": [
                    {"identifier": grant.grant_id or "", "funder": grant.funder}
                    for grant in study.funding
                ],
            }
        )

    def _publications(self) -> list[dict[str, Any]]:
        """Return the publications that have a title: there is no room for others."""
        return [
            _present(
                {
                    "title": each.title,
                    "authors": each.authors,
                    "doi": each.doi,
                    "year": _year(each.year),
                    "pubmid_id": each.pubmed_id,  # as rembi-mifa spells it
                }
            )
            for each in self._submission.study.publications
            if each.title
        ]

    def _samples(self, index: int, biosample: Biosample) -> Iterator[dict[str, Any]]:
        """Write a biosample, once for each of its organisms: there is room for one."""
        given = biosample.organism
        organisms = given if isinstance(given, list) else [given]
        for organism in organisms:
            yield _present(
                {
                    "organism": self._organism(index, organism),
                    "biological_entity": biosample.biological_entity,
                    "description": biosample.description,
                    "intrinsic_variables": _joined(biosample.intrinsic_variables),
                    "extrinsic_variables": _joined(biosample.extrinsic_variables),
                    "experimental_variables": _joined(biosample.experimental_variables),
                }
            )

    def _organism(self, index: int, organism: Term) -> dict[str, str]:
        number = _NUMBER.search(organism.id or "")
        name = (
            f"{_PURL}NCBITaxon_{number[0]}"
            if number
            else self._lacks(
                f"/biosamples/{index}/organism", f"the taxon id of {organism.label}"
            )
        )
        return {"scientific_name": organism.label, "ncbi_taxon": name}

    def _acquisitions(self, index: int, given: Acquisition) -> Iterator[dict[str, Any]]:
        """Write an acquisition, once for each of its methods: there is room for one."""
        for at, method in enumerate(given.imaging_method):
            number = _NUMBER.search(method.id or "")
            where = f"/acquisitions/{index}/imaging_method/{at}"
            name = (
                f"{_PURL}FBbi_{number[0]}"
                if number
                else self._lacks(where, f"the FBbi id of {method.label}")
            )
            yield {
                "imaging_method": {
                    "value": method.label,
                    "ontology_name": _FBBI,
                    "ontology_id": name,
                },
                "imaging_instrument": given.instrument,
                "image_acquisition_parameters": given.parameters,
            }

    def _analysis(self) -> dict[str, str] | None:
        analyses = self._submission.analyses
        texts = _PARAGRAPH.join(each.overview for each in analyses)
        return {"analysis_overview": texts} if analyses else None


def _correlation(given: list[Correlation]) -> dict[str, str] | None:
    if not given:
        return None
    fields = {
        "spatial_and_temporal_alignment": "spatial_and_temporal_alignment",
        "fiducials_used": "fiducials_used",
        "transformations_used": "transformation_matrix",
    }
    return {
        theirs: _PARAGRAPH.join(filter(None, (getattr(each, ours) for each in given)))
        for theirs, ours in fields.items()
    }


def _annotations(given: list[Annotation]) -> dict[str, Any] | None:
    """Write all sets of annotations as one: there is room for one."""
    if not given:
        return None
    fields = {
        "annotation_overview": "overview",
        "annotation_method": "method",
        "annotation_criteria": "criteria",
        "annotation_coverage": "coverage",
        "annotation_confidence_level": "confidence",
    }
    texts = {
        theirs: _PARAGRAPH.join(filter(None, (getattr(each, ours) for each in given)))
        for theirs, ours in fields.items()
    }
    types = dict.fromkeys(kind for each in given for kind in each.types)
    return _present(
        {**{k: v or None for k, v in texts.items()}, "annotation_type": list(types)}
    )
