"""What was imaged and how it was prepared."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fairsubmit.metadata.base import Id, Part, Text
from fairsubmit.metadata.terms import Term

__all__ = ["Biosample", "ChannelContent", "Specimen"]


class Biosample(Part):
    """The biological material (REMBI 1.5 Biosample)."""

    id: Id
    title: Text = Field(description="Short name, unlike that of other biosamples.")
    organism: Term | list[Term] = Field(
        description="NCBI Taxonomy: one term, or a list where there are several."
    )
    biological_entity: Text = Field(description="What is imaged, e.g. HeLa cells.")
    description: str | None = Field(None, description="What is special about it.")
    cell_line: Term | None = Field(None, description="Cellosaurus, e.g. CVCL_0030.")
    anatomy: list[Term] = Field([], description="Organ, tissue or structure (UBERON).")
    intrinsic_variables: list[Text] = Field([], description="e.g. genotype.")
    extrinsic_variables: list[Text] = Field([], description="e.g. treatment.")
    experimental_variables: list[Text] = Field([], description="What was compared.")


class ChannelContent(Part):
    """What one channel shows."""

    channel: Text = Field(description="The channel's name in the image.")
    content: str | None = Field(None, description="What is stained, e.g. DNA.")
    biological_entity: str | None = Field(None, description="Where, e.g. nucleus.")
    signal: str | None = Field(None, description="How, e.g. DAPI, GFP-Nup107.")


class Specimen(Part):
    """The prepared sample under the microscope (REMBI 1.5 Specimen)."""

    id: Id
    title: Text = Field(description="Short name, unlike that of other specimens.")
    sample_preparation: Text = Field(
        description="How the sample was fixed, stained, mounted or kept alive."
    )
    growth_protocol: str | None = Field(None, description="How the cells were grown.")
    experimental_status: Literal["control", "test"] | None = Field(
        None, description="Whether this is the control."
    )
    location_within_biosample: str | None = Field(
        None, description="e.g. left kidney, layer 4."
    )
    channels: list[ChannelContent] = Field([], description="What the channels show.")
    protocol_links: list[Text] = Field([], description="Addresses of protocols.")
