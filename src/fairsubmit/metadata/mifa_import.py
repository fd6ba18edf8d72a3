"""From the `MifaContainer` of rembi-mifa 0.1.2 to a submission's tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.rembi_parts import (
    Fields,
    Organisations,
    annotation_sets,
    fields_of,
    parts_of,
    present,
    text_of,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["from_mifa"]

_LICENCES = {"CC0": "CC0-1.0", "CC_BY": "CC-BY-4.0"}


def from_mifa(value: Mapping[str, Any]) -> Fields:
    """Return the submission that a `MifaContainer` describes, as far as it goes."""
    organisations = Organisations()
    publication = fields_of(value, "publications")
    licence = text_of(value, "license") or ""
    study = {
        "title": text_of(value, "title"),
        "description": text_of(value, "description"),
        "keywords": texts_of(value, "keywords"),
        "license": _LICENCES.get(licence, licence),
        "acknowledgements": text_of(value, "acknowledgements"),
        "funding_statement": text_of(value, "funding_statement"),
        "funding": [
            present(
                {
                    "funder": text_of(each, "funder"),
                    "grant_id": text_of(each, "grant_id"),
                }
            )
            for each in parts_of(value, "grants")
        ],
        "publications": [
            present(
                {
                    "title": text_of(publication, "publication_title"),
                    "doi": text_of(publication, "publication_doi"),
                    "pubmed_id": text_of(publication, "pubmed_id"),
                    "authors": text_of(publication, "publication_authors"),
                    "year": text_of(publication, "publication_year"),
                }
            )
        ],
        "links": _mifa_links(value),
    }
    return present(
        {
            "fairsubmit": "1",
            "study": present(study),
            "authors": [
                _mifa_author(each, organisations) for each in parts_of(value, "authors")
            ],
            "organisations": organisations.found,
            "annotations": annotation_sets(parts_of(value, "annotations")),
        }
    )


def _mifa_links(value: Mapping[str, Any]) -> list[Fields]:
    words = texts_of(value, "link_description")
    words += [""] * len(texts_of(value, "link_url"))
    models = [
        {"url": url, "type": "AI model"} for url in texts_of(value, "ai_models_trained")
    ]
    pairs = zip(texts_of(value, "link_url"), words, strict=False)
    links = [present({"url": url, "description": said}) for url, said in pairs]
    return links + models


def _mifa_author(author: Mapping[str, Any], known: Organisations) -> Fields:
    ids = [
        known.id_of(
            text_of(each, "organisation_name"),
            text_of(each, "ror_id"),
            text_of(each, "address"),
        )
        for each in parts_of(author, "organisation")
    ]
    first, last = (text_of(author, f"author_{part}_name") for part in ("first", "last"))
    return present(
        {
            "name": " ".join(filter(None, (first, last))),
            "given_name": first,
            "family_name": last,
            "email": text_of(author, "email"),
            "orcid": text_of(author, "orcid_id"),
            "affiliations": [name for name in ids if name],
            "roles": texts_of(author, "role"),
        }
    )
