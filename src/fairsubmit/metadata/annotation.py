"""Which files belong together, and what was drawn on the images."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fairsubmit.metadata.base import Id, Part, Text

__all__ = ["Annotation", "AnnotationType", "Association", "Component", "FileSet"]

# MIFA 1.0 AnnotationType; the same eleven values as in the BIA v5 template.
AnnotationType = Literal[
    "class_labels",
    "bounding_boxes",
    "counts",
    "derived_annotations",
    "geometrical_annotations",
    "graphs",
    "point_annotations",
    "segmentation_mask",
    "tracks",
    "weak_annotations",
    "other",
]


class FileSet(Part):
    """Which files of the dataset belong to a component or annotation set.

    The files are those that a pattern of `include` matches and no pattern of
    `exclude` does, together with those that `table` names.
    """

    include: list[Text] = Field(
        [], description="Patterns such as raw/**/*.ome.tif; a folder means all in it."
    )
    exclude: list[Text] = Field([], description="Patterns of files to leave out.")
    table: str | None = Field(
        None, description="TSV whose first column is Files, one row a file."
    )


class Annotation(Part):
    """A set of annotations of images (MIFA 1.0)."""

    id: Id
    title: Text = Field(description="Short name, unlike that of other annotations.")
    overview: Text = Field(description="What was annotated, in a sentence.")
    types: list[AnnotationType] = Field(min_length=1, description="One or several.")
    method: Text = Field(description="How the annotations were made.")
    criteria: str | None = Field(None, description="Rules the annotators followed.")
    coverage: str | None = Field(None, description="Which images were annotated.")
    confidence: str | None = Field(None, description="How sure, and how that is known.")
    authors: list[Text] = Field([], description="Names, where they are other people.")
    license: str | None = Field(None, description="SPDX id, where it is another one.")
    files: FileSet = Field(
        description="The annotation files; the table's column Source Image says of "
        "which image each is."
    )


class Association(Part):
    """Which biosample, specimen and acquisition the images of a component show."""

    biosample: Id = Field(description="Id of a biosample.")
    specimen: Id = Field(description="Id of a specimen.")
    acquisition: Id = Field(description="Id of an acquisition.")
    correlation: Id | None = Field(None, description="Id of a correlation.")
    analysis: Id | None = Field(None, description="Id of an analysis.")


class Component(Part):
    """A study component: images that belong together (REMBI 1.5)."""

    id: Id
    name: Text = Field(description="Short name, unlike that of other components.")
    description: Text = Field(description="What these images have in common.")
    associations: list[Association] = Field(
        min_length=1, description="What the images show and how they were taken."
    )
    files: FileSet = Field(description="The images.")
