"""The size of a pixel is one that the method can have.

What it does
------------
Reports pixels of 1 nm or less in light microscopy and of 1 mm or more in any
microscopy; sizes that are a resolution for printing, such as 72 dots per inch; and
exactly 1 µm in x and y, which programs write that know none. Methods are those of the
component's acquisitions: X-rays, resonance, photography and the like have other sizes.

Why it is bad
-------------
Everything that is measured in the image is wrong by the same factor.

Example
-------
`PhysicalSizeX="352.78"` with the unit µm: 72 pixels an inch.

How to fix
----------
Correct the size and its unit at the source and export again. Where the size is right,
say so in the acquisition's `parameters`, in a column `Pixel size` or in a waiver.

Source
------
OME-XML schema 2016-06, Pixels PhysicalSizeX and its default unit µm; QUAREP-LiMi WG12,
minimal scale information.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.images import taken
from fairsubmit.lint.lengths import micrometres, shown
from fairsubmit.lint.methods import OTHER, Imaging, imaging_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction, ImageMetadata

__all__ = ["RULE"]

_ATOM, _VISIBLE = 1e-3, 1e3
_INCH = 25_400
_PRINT = (72, 75, 96, 100, 120, 150, 200, 240, 300, 360, 600, 1200)
_EXACT = 1e-4
_ONE = re.compile(r"(?<![\d.,])1(?:[.,]0+)?\s?(?:µm|μm|um\b|micron|micromet)")
_HELP = "correct the size and its unit where they come from, and export again"


def _check_image(extraction: Extraction, subject: Subject) -> Iterator[Hit]:
    images = taken(extraction, subject)
    if not images or extraction.path in subject.scaled:
        return
    imaging = imaging_of(extraction, subject)
    if OTHER in imaging.kinds:
        return
    found = (words for image in images for words in _sentences(image, imaging))
    for words in dict.fromkeys(found):
        yield Hit(words, path=extraction.path, help=_HELP, group=True)


def _sentences(image: ImageMetadata, imaging: Imaging) -> Iterator[str]:
    sizes = image.physical_size
    lengths = {"x": sizes.x, "y": sizes.y, "z": sizes.z}
    known = {a: n for a, q in lengths.items() if (n := micrometres(q)) is not None}
    same = known.get("x") == known.get("y")
    if same and "x" in known:
        written = _of_a_program(known["x"], imaging)
        if written is not None:
            yield written
            return
    odd: dict[str, list[str]] = {}
    for axis, length in known.items():
        words = _out_of_range(length, imaging)
        if words is not None:
            odd.setdefault(f"is {shown(length)}: {words}", []).append(axis)
    for words, axes in odd.items():
        yield f"the pixel size in {' and '.join(axes)} {words}"


def _of_a_program(length: float, imaging: Imaging) -> str | None:
    if length == 1 and not any(map(_ONE.search, imaging.texts)):
        return (
            "the pixel size is exactly 1 µm in x and y, as programs write that do not "
            "know it"
        )
    for dots in _PRINT:
        if abs(length * dots - _INCH) < _EXACT * _INCH:
            return (
                f"the pixel size of {shown(length)} is a resolution for printing, "
                f"{dots} dots per inch"
            )
    return None


def _out_of_range(length: float, imaging: Imaging) -> str | None:
    if length >= _VISIBLE:
        return "1 mm or more, as no microscope has"
    if length <= _ATOM and imaging.light:
        return f"1 nm or less, as `{imaging.labels[0]}` cannot have"
    return None


RULE = Rule(
    code="IMG103",
    name="pixel-size-implausible",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check_image=_check_image,
)
