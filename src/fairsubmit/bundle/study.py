"""The study as RO-Crate entities: its root, people, grants and publications.

Types and required properties follow the BioImage Archive's RO-Crate profile
(``bia-ro-crate`` 0.3.1) as far as a depositor can know them: there is no accession
yet, and what the submission does not say is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from fairsubmit.bundle.entities import Entities, Entity, is_address, license_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata import Author, Organisation, Submission

__all__ = ["study_entity"]

_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])/?")
_ROR = re.compile(r"(?:(?:https?://)?ror\.org/)?(0[a-z0-9]{6}\d{2})/?")


def study_entity(submission: Submission, hidden: Entities) -> Entity:
    """Describe the study, and add the entities it refers to.

    Parameters
    ----------
    submission
        The submission.
    hidden
        Where the entities that it refers to are added.

    Returns
    -------
    Entity
        The root data entity, without ``hasPart``.
    """
    study = submission.study
    organisations = {
        item.id: _organisation(hidden, item) for item in submission.organisations
    }
    root = {
        "@id": "./",
        "@type": ["Dataset", "bia:Study"],
        "name": study.title,
        "description": study.description,
        "datePublished": study.release_date,
        "license": license_url(study.license),
        "keywords": list(study.keywords),
        "author": [
            _author(hidden, author, number, organisations)
            for number, author in enumerate(submission.authors, start=1)
        ],
        "acknowledgement": study.acknowledgements,
        "fundingStatement": study.funding_statement,
        "funding": list(_funding(submission, hidden)),
        "relatedPublication": list(_publications(submission, hidden)),
        "seeAlso": list(_links(submission, hidden)),
    }
    return {key: value for key, value in root.items() if value not in (None, [])}


def _author(
    hidden: Entities,
    author: Author,
    number: int,
    organisations: dict[str, dict[str, str]],
) -> dict[str, str]:
    orcid = _ORCID.fullmatch((author.orcid or "").strip())
    identifier = f"https://orcid.org/{orcid[1]}" if orcid else f"#author-{number}"
    if hidden.taken(identifier):
        identifier = f"#author-{number}"
    return hidden.add(
        identifier,
        ["Person", "bia:Contributor"],
        name=author.name,
        givenName=author.given_name,
        familyName=author.family_name,
        email=author.email,
        role=list(author.roles),
        memberOf=[
            organisations[key] for key in author.affiliations if key in organisations
        ],
    )


def _organisation(hidden: Entities, item: Organisation) -> dict[str, str]:
    ror = _ROR.fullmatch((item.ror or "").strip())
    identifier = f"https://ror.org/{ror[1]}" if ror else f"#organisation-{item.id}"
    if hidden.taken(identifier):
        identifier = f"#organisation-{item.id}"
    return hidden.add(
        identifier,
        ["Organization", "bia:Affiliation"],
        name=item.name,
        address=item.address,
    )


def _funding(submission: Submission, hidden: Entities) -> Iterator[dict[str, str]]:
    for number, grant in enumerate(submission.study.funding, start=1):
        known = grant.funder_id if is_address(grant.funder_id or "") else None
        slug = quote(grant.funder, safe="")
        funder = hidden.add(
            known or f"#funder-{slug}",
            ["Organization", "bia:FundingBody"],
            name=grant.funder,
        )
        yield hidden.add(
            f"#grant-{number}",
            ["Grant", "bia:Grant"],
            identifier=grant.grant_id,
            name=grant.grant_title or grant.grant_id or grant.funder,
            funder=[funder],
        )


def _publications(submission: Submission, hidden: Entities) -> Iterator[dict[str, str]]:
    for number, item in enumerate(submission.study.publications, start=1):
        yield hidden.add(
            f"#publication-{number}",
            ["ScholarlyArticle", "bia:Publication"],
            name=item.title or item.doi or item.pubmed_id or f"Publication {number}",
            doi=item.doi,
            pubmedId=item.pubmed_id,
            authorNames=item.authors,
            yearPublished=item.year,
        )


def _links(submission: Submission, hidden: Entities) -> Iterator[dict[str, str]]:
    for link in submission.study.links:
        if is_address(link.url):
            yield hidden.add(
                link.url,
                ["CreativeWork", "bia:ExternalReference"],
                name=link.description or link.url,
                description=link.description,
                additionalType=link.type,
            )
