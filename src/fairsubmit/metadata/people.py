"""Who made the data and who paid for it."""

from __future__ import annotations

from pydantic import Field

from fairsubmit.metadata.base import Id, Part, Text

__all__ = ["Author", "Funding", "Organisation"]


class Organisation(Part):
    """An institution that authors belong to."""

    id: Id
    name: Text = Field(description="Official name, in English where it has one.")
    ror: str | None = Field(None, description="ROR id, e.g. https://ror.org/02catss52.")
    address: str | None = Field(None, description="Town and country.")


class Author(Part):
    """A person who contributed (REMBI 1.5 Author; BIA v5 Contact)."""

    name: Text = Field(description="Full name as it shall be printed.")
    given_name: str | None = Field(None, description="For archives that ask for it.")
    family_name: str | None = Field(None, description="For archives that ask for it.")
    email: str | None = Field(None, description="One address; archives may show it.")
    orcid: str | None = Field(
        None, description="ORCID iD, e.g. https://orcid.org/0000-0002-1825-0097."
    )
    affiliations: list[Id] = Field([], description="Ids of organisations.")
    roles: list[Text] = Field([], description="e.g. submitter, data acquisition.")
    corresponding: bool = Field(
        default=False, description="Whether questions about the data go to this person."
    )


class Funding(Part):
    """A grant."""

    funder: Text = Field(description="Name of the funder.")
    funder_id: str | None = Field(None, description="ROR or Crossref Funder id.")
    grant_id: str | None = Field(None, description="The funder's number of the grant.")
    grant_title: str | None = Field(None, description="Title of the grant.")
