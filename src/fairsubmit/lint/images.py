"""What rules about images have in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.lint.base import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.findings import Finding
    from fairsubmit.lint.base import Subject
    from fairsubmit.metadata.image import Extraction, ImageMetadata, Problem, Quantity

__all__ = [
    "as_hit",
    "error_hits",
    "is_annotation",
    "reader_hits",
    "scale_missing",
]

# Names that readers give to problems which mean that pixels are not there.
_UNREADABLE = re.compile(
    r"truncat|unreadable|missing-(?:file|chunk|part|plane)|directory-loop"
)
# Units of OME-XML 2016-06 that are no lengths.
_NO_LENGTH = frozenset({"pixel", "reference frame"})
# Pictures that slide scanners store beside the image itself.
_SIDE_PICTURE = re.compile(
    r"^(?:label|macro|thumbnail|overview)(?:[ _]?image)?$", re.IGNORECASE
)


def reader_hits(extraction: Extraction, code: str) -> Iterator[Hit]:
    """Return what the reader itself found, without the path in the sentence.

    Parameters
    ----------
    extraction
        One image file or folder.
    code
        Code of the findings.
    """
    for finding in extraction.findings:
        if finding.code == code:
            yield as_hit(finding)


def as_hit(finding: Finding) -> Hit:
    """Turn a reader's finding into a hit that others with one cause can join."""
    words = finding.message
    if finding.path:
        bare = words.removeprefix(f"{finding.path} ")
        words = words if bare == words else f"it {bare}"
    return Hit(
        words,
        finding.pointer,
        path=finding.path,
        line=finding.line,
        column=finding.column,
        cell=finding.cell,
        help=finding.help or "copy or export the file again, or `exclude` it",
        severity=finding.severity,
        fix=finding.fix,
        group=True,
        count=finding.count,
    )


def error_hits(extraction: Extraction, code: str) -> Iterator[Hit]:
    """Return the errors inside readable images that a rule speaks about.

    Parameters
    ----------
    extraction
        One image file or folder.
    code
        ``IMG101`` for pixels that are not there, ``IMG109`` for OME-Zarr, ``IMG107``
        for all else.
    """
    for image in extraction.images:
        for problem in image.problems:
            if problem.error and _code(image, problem) == code:
                yield Hit(
                    problem.message,
                    problem.place,
                    path=image.path,
                    group=True,
                    help="correct the file, or export the image again",
                )


def _code(image: ImageMetadata, problem: Problem) -> str:
    if _UNREADABLE.search(problem.code):
        return "IMG101"
    zarr = "zarr" in (image.format or "").casefold()
    return "IMG109" if zarr else "IMG107"


def is_annotation(extraction: Extraction, subject: Subject) -> bool:
    """Whether a file belongs to an annotation set and to no component."""
    paths = {extraction.path, *(f for i in extraction.images for f in i.files)}
    kinds = {subject.selected[p].kind for p in paths if p in subject.selected}
    return kinds == {"annotation"}


def scale_missing(image: ImageMetadata) -> list[str]:
    """Return the axes, of X and Y, whose pixel size in the image says nothing."""
    aside = any(problem.code == "overview-image" for problem in image.problems)
    if aside or _SIDE_PICTURE.match((image.name or "").strip()):
        return []
    sizes = {"X": image.physical_size.x, "Y": image.physical_size.y}
    return [axis for axis, size in sizes.items() if not _is_length(size, image)]


def _is_length(size: Quantity | None, image: ImageMetadata) -> bool:
    if size is None or not 0 < size.value < float("inf"):
        return False
    if size.unit is None:
        # OME-XML has µm as its default; NGFF has none
        return "zarr" not in (image.format or "").casefold()
    return size.unit not in _NO_LENGTH
