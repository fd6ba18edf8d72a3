"""A mask holds whole numbers, one sample a pixel.

What it does
------------
Reports images of segmentation masks whose pixels are floating point or colours.

Why it is bad
-------------
Labels are counted; between 1.0 and 2.0 there is no object 1.5. Colours are a picture of
the labels, often smoothed at their edges.

Example
-------
`masks/a.png`, RGB

How to fix
----------
Export the labels themselves, as 8- or 16-bit integers.

Source
------
MIFA 1.0, segmentation_mask; practice of the BioImage Model Zoo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.images import is_annotation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction, ImageMetadata

__all__ = ["RULE"]

_MASK = "segmentation_mask"
_FRACTIONS = frozenset({"float", "double", "complex", "double-complex"})
_RGB = 3


def _check(extraction: Extraction, subject: Subject) -> Iterator[Hit]:
    group = subject.selected.get(extraction.path)
    if group is None or not is_annotation(extraction, subject):
        return
    annotation = subject.document.get(group.pointer)
    types = annotation.get("types") if isinstance(annotation, dict) else None
    if types != [_MASK]:
        return
    for image in extraction.images:
        fault = _fault(image)
        if fault:
            advice = "export the labels themselves, as 8- or 16-bit integers"
            yield Hit(fault, path=image.path, help=advice, group=True)


def _fault(image: ImageMetadata) -> str | None:
    if image.pixel_type in _FRACTIONS:
        return f"a mask has pixels of the type {image.pixel_type}"
    samples = max((c.samples_per_pixel or 1 for c in image.channels), default=1)
    return "a mask is a picture in colours" if samples >= _RGB else None


RULE = Rule(
    code="ANN105",
    name="mask-type-wrong",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check_image=_check,
)
