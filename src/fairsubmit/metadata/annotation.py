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
    title: Text
    overview: Text
    types: list[AnnotationType] = Field(min_length=1)
    method: Text
    criteria: str | None = None
    coverage: str | None = None
    confidence: str | None = None
    authors: list[Text] = []
    license: str | None = None
    files: FileSet


class Association(Part):
    """Which biosample, specimen and acquisition the images of a component show."""

    biosample: Id
    specimen: Id
    acquisition: Id
    correlation: Id | None = None
    analysis: Id | None = None


class Component(Part):
    """A study component: images that belong together (REMBI 1.5)."""

    id: Id
    name: Text
    description: Text
    associations: list[Association] = Field(min_length=1)
    files: FileSet
