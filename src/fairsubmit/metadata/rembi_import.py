"""From the layouts of rembi-mifa 0.1.2 to a submission's tree.

`RembiStudy` and `MifaContainer` are read. They have no identifiers and no files; ids
are given by number, and a component is associated where only one choice is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.mifa_import import from_mifa
from fairsubmit.metadata.rembi_parts import (
    Fields,
    Organisations,
    annotation_sets,
    fields_of,
    parts_of,
    present,
    split_at,
    term_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["from_rembi", "is_rembi"]

_LONGEST = 60


def is_rembi(tree: Mapping[str, Any]) -> bool:
    """Whether a document is one of rembi-mifa.

    Parameters
    ----------
    tree
        The document, as data.
    """
    if "fairsubmit" in tree:
        return False
    study = {"study", "study_components"} <= tree.keys()
    mifa = {"title", "annotations"} <= tree.keys()
    return study or (mifa and "study" not in tree)


def from_rembi(value: Mapping[str, Any]) -> Fields:
    """Return the submission that a document of rembi-mifa describes, as far as it goes.

    Parameters
    ----------
    value
        A `RembiStudy` or a `MifaContainer`.
    """
    return from_mifa(value) if "study" not in value else _rembi(value)


def _rembi(value: Mapping[str, Any]) -> Fields:
    study = fields_of(value, "study")
    organisations = Organisations()
    authors = [_author(each, organisations) for each in parts_of(study, "authors")]
    found: Fields = {
        "fairsubmit": "1",
        "study": _study(study),
        "authors": authors,
        "organisations": organisations.found,
        "biosamples": _biosamples(parts_of(value, "sample")),
        "specimens": _specimens(parts_of(value, "specimen")),
        "acquisitions": _acquisitions(parts_of(value, "image_acquisition")),
        "correlations": _correlations(fields_of(value, "image_correlation")),
        "analyses": _analyses(fields_of(value, "image_analysis")),
        "annotations": annotation_sets([fields_of(value, "annotations")]),
    }
    found["components"] = [
        present(
            {
                "id": f"c{number}",
                "name": text_of(each, "name"),
                "description": text_of(each, "description"),
                "associations": _associations(found),
            }
        )
        for number, each in enumerate(parts_of(value, "study_components"), start=1)
    ]
    return present(found)


def _study(study: Mapping[str, Any]) -> Fields:
    funding = fields_of(study, "funding")
    return present(
        {
            "title": text_of(study, "title"),
            "description": text_of(study, "description"),
            "keywords": split_at(";,", text_of(study, "keywords")),
            "license": text_of(study, "license"),
            "release_date": text_of(study, "private_until_date"),
            "funding_statement": text_of(funding, "funding_statement"),
            "funding": [
                present(
                    {
                        "funder": text_of(each, "funder"),
                        "grant_id": text_of(each, "identifier"),
                    }
                )
                for each in parts_of(funding, "grant_references")
            ],
            "publications": [
                present(
                    {
                        "title": text_of(each, "title"),
                        "doi": text_of(each, "doi"),
                        "pubmed_id": text_of(each, "pubmid_id"),
                        "authors": text_of(each, "authors"),
                        "year": text_of(each, "year"),
                    }
                )
                for each in parts_of(study, "publications")
            ],
            "links": [
                present(
                    {
                        "url": text_of(each, "link_url"),
                        "type": text_of(each, "link_type"),
                        "description": text_of(each, "link_description"),
                    }
                )
                for each in parts_of(study, "links")
            ],
        }
    )


def _author(author: Mapping[str, Any], known: Organisations) -> Fields:
    given = fields_of(author, "affiliation")
    place = text_of(given, "name"), text_of(given, "url"), text_of(given, "address")
    organisation = known.id_of(*place)
    first, last = text_of(author, "first_name"), text_of(author, "last_name")
    return present(
        {
            "name": " ".join(filter(None, (first, last))),
            "given_name": first,
            "family_name": last,
            "email": text_of(author, "email"),
            "orcid": text_of(author, "orcid"),
            "affiliations": [organisation] if organisation else [],
            "roles": split_at(";,", text_of(author, "role")),
        }
    )


def _biosamples(samples: Iterable[Mapping[str, Any]]) -> list[Fields]:
    """Read samples; those that differ in their organism only are one."""
    found: list[Fields] = []
    for sample in samples:
        given = fields_of(sample, "organism")
        organism = term_of(
            text_of(given, "scientific_name"), text_of(given, "ncbi_taxon")
        )
        rest = {
            "biological_entity": text_of(sample, "biological_entity"),
            "description": text_of(sample, "description"),
            "intrinsic_variables": split_at(
                ";", text_of(sample, "intrinsic_variables")
            ),
            "extrinsic_variables": split_at(
                ";", text_of(sample, "extrinsic_variables")
            ),
            "experimental_variables": split_at(
                ";", text_of(sample, "experimental_variables")
            ),
        }
        rest = present(rest)
        if found and {k: found[-1].get(k) for k in rest} == rest:
            found[-1]["organism"] = [*_listed(found[-1].get("organism")), organism]
            continue
        number = len(found) + 1
        title = _title(
            text_of(sample, "biological_entity"), f"Biosample {number}", found
        )
        head = {"id": f"b{number}", "title": title, "organism": organism}
        found.append(present({**head, **rest}))
    return found


def _specimens(specimens: Iterable[Mapping[str, Any]]) -> list[Fields]:
    return [
        present(
            {
                "id": f"s{number}",
                "title": f"Specimen {number}",
                "sample_preparation": text_of(each, "sample_preparation"),
                "growth_protocol": text_of(each, "growth_protocol"),
            }
        )
        for number, each in enumerate(specimens, start=1)
    ]


def _acquisitions(given: Iterable[Mapping[str, Any]]) -> list[Fields]:
    """Read acquisitions; those that differ in their method only are one."""
    found: list[Fields] = []
    for each in given:
        method = fields_of(each, "imaging_method")
        term = term_of(text_of(method, "value"), text_of(method, "ontology_id"))
        rest = present(
            {
                "instrument": text_of(each, "imaging_instrument"),
                "parameters": text_of(each, "image_acquisition_parameters"),
            }
        )
        if rest and found and {k: found[-1].get(k) for k in rest} == rest:
            found[-1]["imaging_method"].append(term)
            continue
        number = len(found) + 1
        title = _title(term.get("label"), f"Acquisition {number}", found)
        head = {"id": f"a{number}", "title": title, "imaging_method": [term]}
        found.append({**head, **rest})
    return found


def _correlations(given: Mapping[str, Any]) -> list[Fields]:
    part = present(
        {
            "spatial_and_temporal_alignment": text_of(
                given, "spatial_and_temporal_alignment"
            ),
            "fiducials_used": text_of(given, "fiducials_used"),
            "transformation_matrix": text_of(given, "transformations_used"),
        }
    )
    return [{"id": "r1", "title": "Correlation", **part}] if part else []


def _analyses(given: Mapping[str, Any]) -> list[Fields]:
    text = text_of(given, "analysis_overview")
    return [{"id": "n1", "title": "Analysis", "overview": text}] if text else []


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - any part of a tree
    return value if isinstance(value, list) else [value]


def _associations(found: Mapping[str, Any]) -> list[Fields]:
    """Associate with what there is only one of; anything else would be a guess."""
    sections = {
        "biosample": "biosamples",
        "specimen": "specimens",
        "acquisition": "acquisitions",
    }
    only = {k: found[v][0]["id"] for k, v in sections.items() if len(found[v]) == 1}
    return [only] if only else []


def _title(text: str | None, otherwise: str, others: Sequence[Fields]) -> str:
    """Return a short text as a title, where no other part has it."""
    usable = text and len(text) <= _LONGEST and "\n" not in text
    taken = any(each.get("title") == text for each in others)
    return text if text and usable and not taken else otherwise
