"""Annotations are in a format that any program can read.

What it does
------------
Notes annotation files of formats of single programs, where no open file stands beside
them in the set.

Why it is bad
-------------
Without that program, in that version, the annotations are lost.

Example
-------
`rois.zip` of ImageJ, `project.ilp` of ilastik, `labels.mat`

How to fix
----------
Export them too: label images as OME-TIFF or OME-Zarr, shapes as GeoJSON or OME-XML,
boxes as COCO, points as CSV.

Source
------
MIFA 1.0, formats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.paths import sample

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_PRIVATE = (
    *(".ilp", ".roi", ".mat", ".qpdata", ".qptrack", ".ims", ".imx", ".aivia", ".hx"),
    *(".seg.npy", "_seg.npy", ".pkl", ".pickle", ".mrxs.xml", ".ndpa"),
)
_OPEN = (
    *(".tif", ".tiff", ".zarr", ".geojson", ".json", ".csv", ".tsv", ".xml", ".png"),
    *(".ome", ".txt", ".parquet", ".h5", ".hdf5", ".mrc", ".nii", ".nii.gz", ".nrrd"),
)


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups:
        if group.kind != "annotation":
            continue
        names = [(path, path.casefold()) for path in group.paths]
        private = [path for path, name in names if _is_private(name)]
        others = [name for _, name in names if not _is_private(name)]
        if private and not any(n.endswith(_OPEN) or ".zarr/" in n for n in others):
            yield Hit(
                f"annotations are only in the format of one program: {sample(private)}",
                f"{group.pointer}/files",
                count=len(private),
                help="add them as OME-TIFF, OME-Zarr, GeoJSON, COCO or CSV",
            )


def _is_private(name: str) -> bool:
    rois = name.endswith(".zip") and "roi" in name.rpartition("/")[2]
    return rois or name.endswith(_PRIVATE)


RULE = Rule(
    code="AIR104",
    name="private-annotation-format",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
