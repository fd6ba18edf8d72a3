"""A mask has the size of its image.

What it does
------------
Compares the width, height, depth and time points of images in annotation sets with
those of the source image that the file table names. Tables that speak of a
transformation, crop or scale are left alone.

Why it is bad
-------------
A mask that does not lie over its image pixel by pixel cannot train anything, and nobody
notices when it is stretched.

Example
-------
`masks/a.tif` is 512 × 512, its source `raw/a.tif` 1024 × 1024.

How to fix
----------
Export the mask at the size of the image, or say in a column `Transformation` how it is
brought to overlay.

Source
------
MIFA 1.0: masks have the same size as the source image; spatial_information.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tables import source_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.lint.base import Survey
    from fairsubmit.metadata.image import Extraction
    from fairsubmit.metadata.table import FileTable

__all__ = ["RULE"]

_TRANSFORMED = re.compile(
    r"transform|crop|scale|offset|region|resolution", re.IGNORECASE
)
_MASKS = frozenset({"segmentation_mask", "weak_annotations"})
Size = tuple[int | None, ...]


class _Sizes:
    """Keeps the sizes of annotated images and their annotations, and of no others."""

    def __init__(self, subject: Subject) -> None:
        self.pairs = dict(_pairs(subject))
        self.sizes: dict[str, Size] = {}
        self.wanted = {*self.pairs, *self.pairs.values()}

    def add(self, extraction: Extraction) -> None:
        if extraction.path in self.wanted and len(extraction.images) == 1:
            size = extraction.images[0].size
            self.sizes[extraction.path] = (size.x, size.y, size.z, size.t)

    def hits(self) -> Iterator[Hit]:
        for path, source in self.pairs.items():
            own, other = self.sizes.get(path), self.sizes.get(source)
            if own is not None and other is not None and _differ(own, other):
                yield Hit(
                    f"a mask is {_shown(own)}, its source image {_shown(other)}",
                    path=path,
                    help="export it at the size of the image, or say in a column "
                    "`Transformation` how they overlay",
                    group=True,
                )


def _pairs(subject: Subject) -> Iterator[tuple[str, str]]:
    for group in subject.groups:
        annotation = subject.document.get(group.pointer)
        types = annotation.get("types") if isinstance(annotation, dict) else None
        masks = isinstance(types, list) and not _MASKS.isdisjoint(map(str, types))
        if group.table is not None and group.kind == "annotation" and masks:
            yield from _of(group.table)


def _of(table: FileTable) -> Iterator[tuple[str, str]]:
    column = source_column(table)
    if column is None or any(_TRANSFORMED.search(name) for name in table.columns):
        return
    for row in table.rows:
        if row.values[column]:
            yield row.path, row.values[column]


def _differ(one: Size, other: Size) -> bool:
    """Whether known sizes differ; a mask of one plane may stand for a whole stack."""
    for axis, (left, right) in enumerate(zip(one, other, strict=True)):
        flat = axis > 1 and left == 1
        if left is not None and right is not None and left != right and not flat:
            return True
    return False


def _shown(size: Size) -> str:
    x, y, z, t = size
    more = "".join(f" × {n} {a}" for n, a in ((z, "z"), (t, "t")) if n and n > 1)
    return f"{x} × {y}{more}"


def _survey(subject: Subject) -> Survey:
    return _Sizes(subject)


RULE = Rule(
    code="ANN104",
    name="mask-size-differs",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    survey=_survey,
)
