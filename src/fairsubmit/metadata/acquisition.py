"""How the images were taken, aligned and analysed."""

from __future__ import annotations

from pydantic import Field

from fairsubmit.metadata.base import Id, Part, Text
from fairsubmit.metadata.study import Link
from fairsubmit.metadata.terms import Term

__all__ = ["Acquisition", "Analysis", "Correlation"]


class Acquisition(Part):
    """How images were taken (REMBI 1.5 Image acquisition)."""

    id: Id
    title: Text = Field(description="Short name, unlike that of other acquisitions.")
    imaging_method: list[Term] = Field(
        min_length=1, description="Terms of FBbi, the biological imaging ontology."
    )
    instrument: Text = Field(description="Microscope, manufacturer and model.")
    parameters: Text = Field(description="Objective, wavelengths, exposure, steps.")
    from_ome: str | None = Field(None, description="Image whose metadata filled this.")


class Correlation(Part):
    """How images of several methods were aligned (REMBI 1.5 Image correlation)."""

    id: Id
    title: Text = Field(description="Short name, unlike that of other correlations.")
    spatial_and_temporal_alignment: Text = Field(
        description="How the images were brought to overlay."
    )
    fiducials_used: str | None = Field(None, description="e.g. fluorescent beads.")
    transformation_matrix: str | None = Field(
        None, description="The matrix, or the file in the dataset that holds it."
    )


class Analysis(Part):
    """How images were analysed (REMBI 1.5 Image analysis)."""

    id: Id
    title: Text = Field(description="Short name, unlike that of other analyses.")
    overview: Text = Field(description="What was done, in the order it was done.")
    software: list[Link] = Field([], description="Programs, with their version.")
