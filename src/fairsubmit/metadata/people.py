"""Who made the data and who paid for it."""

from __future__ import annotations

from pydantic import Field

from fairsubmit.metadata.base import Id, Part, Text

__all__ = ["Author", "Funding", "Organisation"]


class Organisation(Part):
    """An institution that authors belong to."""

    id: Id
    name: Text
    ror: str | None = Field(None, description="ROR id, e.g. https://ror.org/02catss52.")
    address: str | None = None


class Author(Part):
    """A person who contributed (REMBI 1.5 Author; BIA v5 Contact)."""

    name: Text
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    orcid: str | None = Field(
        None, description="ORCID iD, e.g. https://orcid.org/0000-0002-1825-0097."
    )
    affiliations: list[Id] = Field([], description="Ids of organisations.")
    roles: list[Text] = Field([], description="e.g. submitter, data acquisition.")
    corresponding: bool = False


class Funding(Part):
    """A grant."""

    funder: Text
    funder_id: str | None = Field(None, description="ROR or Crossref Funder id.")
    grant_id: str | None = None
    grant_title: str | None = None
