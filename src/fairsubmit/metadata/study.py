"""The study: what the data set is about and under which terms."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fairsubmit.metadata.base import Part, Text
from fairsubmit.metadata.people import Funding

__all__ = ["Link", "Publication", "Study"]

# REMBI 1.5 Study.title and Study.description: "Minimum length: 25 characters".
Long = Annotated[str, StringConstraints(strip_whitespace=True, min_length=25)]


class Publication(Part):
    """A paper or preprint about the data."""

    title: str | None = Field(None, description="Title of the paper.")
    doi: str | None = Field(None, description="e.g. 10.1038/s41592-021-01166-8.")
    pubmed_id: str | None = Field(None, description="Digits only.")
    authors: str | None = Field(None, description="As the journal prints them.")
    year: str | None = Field(None, description="Four digits.")
    status: Literal["published", "preprint", "in preparation"] = Field(
        "published", description="Where the paper stands."
    )


class Link(Part):
    """A web page or record that belongs to the study."""

    url: Text = Field(description="Absolute address, e.g. https://….")
    type: str | None = Field(None, description="What is there, e.g. code, protocol.")
    description: str | None = Field(None, description="One sentence.")
    relation: str | None = Field(None, description="DataCite relationType.")


class Study(Part):
    """What REMBI calls the study."""

    title: Long = Field(description="At least 25 characters.")
    description: Long = Field(description="At least 25 characters.")
    keywords: list[Text] = Field(min_length=1, description="One keyword an item.")
    license: Text = Field(description="SPDX id: CC0-1.0 or CC-BY-4.0.")
    release_date: Text = Field(description="YYYY-MM-DD, not in the past.")
    acknowledgements: str | None = Field(None, description="Whom to thank.")
    funding_statement: str | None = Field(None, description="Who paid, in a sentence.")
    funding: list[Funding] = Field([], description="Grants, one an item.")
    publications: list[Publication] = Field([], description="Papers about the data.")
    links: list[Link] = Field([], description="Code, protocols, related records.")
