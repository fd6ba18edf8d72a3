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
    title: Text
    imaging_method: list[Term] = Field(
        min_length=1, description="Terms of FBbi, the biological imaging ontology."
    )
    instrument: Text = Field(description="Microscope, manufacturer and model.")
    parameters: Text = Field(description="Objective, wavelengths, exposure, steps.")
    from_ome: str | None = Field(None, description="Image whose metadata filled this.")


class Correlation(Part):
    """How images of several methods were aligned (REMBI 1.5 Image correlation)."""

    id: Id
    title: Text
    spatial_and_temporal_alignment: Text
    fiducials_used: str | None = None
    transformation_matrix: str | None = None


class Analysis(Part):
    """How images were analysed (REMBI 1.5 Image analysis)."""

    id: Id
    title: Text
    overview: Text
    software: list[Link] = []
