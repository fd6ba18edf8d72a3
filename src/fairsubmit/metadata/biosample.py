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
    title: Text
    organism: Term | list[Term]
    biological_entity: Text = Field(description="What is imaged, e.g. HeLa cells.")
    description: str | None = None
    cell_line: Term | None = None
    anatomy: list[Term] = []
    intrinsic_variables: list[Text] = Field([], description="e.g. genotype.")
    extrinsic_variables: list[Text] = Field([], description="e.g. treatment.")
    experimental_variables: list[Text] = Field([], description="What was compared.")


class ChannelContent(Part):
    """What one channel shows."""

    channel: Text
    content: str | None = None
    biological_entity: str | None = None
    signal: str | None = None


class Specimen(Part):
    """The prepared sample under the microscope (REMBI 1.5 Specimen)."""

    id: Id
    title: Text
    sample_preparation: Text
    growth_protocol: str | None = None
    experimental_status: Literal["control", "test"] | None = None
    location_within_biosample: str | None = None
    channels: list[ChannelContent] = []
    protocol_links: list[Text] = []
