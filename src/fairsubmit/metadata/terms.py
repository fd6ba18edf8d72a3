"""Terms of ontologies."""

from __future__ import annotations

from pydantic import Field

from fairsubmit.metadata.base import Part, Text

__all__ = ["Term"]


class Term(Part):
    """A word a person reads and the identifier a program follows."""

    label: Text = Field(description="The words, as the ontology has them.")
    id: str | None = Field(
        None, description="CURIE, e.g. NCBITaxon:9606 or FBbi:00000251."
    )
