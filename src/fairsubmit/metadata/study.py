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

    title: str | None = None
    doi: str | None = None
    pubmed_id: str | None = None
    authors: str | None = None
    year: str | None = None
    status: Literal["published", "preprint", "in preparation"] = "published"


class Link(Part):
    """A web page or record that belongs to the study."""

    url: Text
    type: str | None = None
    description: str | None = None
    relation: str | None = Field(None, description="DataCite relationType.")


class Study(Part):
    """What REMBI calls the study."""

    title: Long = Field(description="At least 25 characters.")
    description: Long = Field(description="At least 25 characters.")
    keywords: list[Text] = Field(min_length=1, description="One keyword an item.")
    license: Text = Field("CC0-1.0", description="SPDX id: CC0-1.0 or CC-BY-4.0.")
    release_date: Text = Field(description="YYYY-MM-DD, not in the past.")
    acknowledgements: str | None = None
    funding_statement: str | None = None
    funding: list[Funding] = []
    publications: list[Publication] = []
    links: list[Link] = []
