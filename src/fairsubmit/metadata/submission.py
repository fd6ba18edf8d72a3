"""The submission: everything a person writes about a dataset."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from fairsubmit.metadata.acquisition import Acquisition, Analysis, Correlation
from fairsubmit.metadata.annotation import Annotation, Component
from fairsubmit.metadata.base import Part
from fairsubmit.metadata.biosample import Biosample, Specimen
from fairsubmit.metadata.people import Author, Organisation
from fairsubmit.metadata.study import Study

__all__ = ["SUBMISSION_VERSION", "Submission"]

SUBMISSION_VERSION = 1


class Submission(Part):
    """The whole of ``submission.yaml`` (REMBI 1.5, MIFA 1.0, BIA template v5)."""

    fairsubmit: Annotated[int, Field(ge=1, le=SUBMISSION_VERSION)] = Field(
        description="Version of this layout: 1."
    )
    study: Study = Field(description="What the data are about, and on which terms.")
    authors: list[Author] = Field(min_length=1, description="In the order to print.")
    organisations: list[Organisation] = Field([], description="Where authors work.")
    biosamples: list[Biosample] = Field(min_length=1, description="What was imaged.")
    specimens: list[Specimen] = Field(min_length=1, description="How it was prepared.")
    acquisitions: list[Acquisition] = Field(
        min_length=1, description="How the images were taken."
    )
    correlations: list[Correlation] = Field([], description="How they were aligned.")
    analyses: list[Analysis] = Field([], description="How they were analysed.")
    annotations: list[Annotation] = Field([], description="What was drawn on them.")
    components: list[Component] = Field(
        min_length=1, description="Groups of images that belong together."
    )
    ignore: dict[str, str] = Field({}, description="Rule code: the reason why not.")
    targets: dict[str, dict[str, Any]] = Field(
        {}, description="Settings for one archive only, by its name."
    )
