"""What rules about images have in common."""

from __future__ import annotations

import re
import weakref
from bisect import bisect_left
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

from fairsubmit.lint.base import Hit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fairsubmit.dataset import FileGroup
    from fairsubmit.findings import Finding
    from fairsubmit.lint.base import Subject
    from fairsubmit.metadata.image import Extraction, ImageMetadata, Problem, Quantity

__all__ = [
    "PERSONAL",
    "as_hit",
    "component_of",
    "error_hits",
    "groups_of",
    "is_annotation",
    "is_picture",
    "is_rgb",
    "once",
    "reader_hits",
    "scale_missing",
    "taken",
]

_T = TypeVar("_T")
# Names that readers give to what tells about persons.
PERSONAL = frozenset({"personal-data", "path-in-name", "slide-label"})
# Names that readers give to what is no image of the dataset.
_ASIDE = frozenset({"overview-image", "label-image"})
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
    if problem.code in PERSONAL:
        return "IMG113"
    if _UNREADABLE.search(problem.code):
        return "IMG101"
    zarr = "zarr" in (image.format or "").casefold()
    return "IMG109" if zarr else "IMG107"


def once(function: Callable[[Subject], _T]) -> Callable[[Subject], _T]:
    """Keep what a function returns for a subject until it is asked about another.

    Rules see one image at a time, and what the document says of all of them should
    not be looked up for each.
    """
    held: list[tuple[weakref.ref[Subject], _T]] = []

    @wraps(function)
    def kept(subject: Subject) -> _T:
        last = held[0] if held else None
        if last is not None and last[0]() is subject:
            return last[1]
        found = function(subject)
        held[:] = [(weakref.ref(subject), found)]
        return found

    return kept


def groups_of(extraction: Extraction, subject: Subject) -> list[FileGroup]:
    """Return the components and annotation sets that an image's files belong to.

    A folder that is an image belongs where any of its files does.
    """
    selected = subject.selected
    paths = {extraction.path, *(f for i in extraction.images for f in i.files)}
    found = {selected[p].pointer: selected[p] for p in paths if p in selected}
    if not found:
        folder = f"{extraction.path}/"
        for group in subject.groups:
            at = bisect_left(group.paths, folder)
            if at < len(group.paths) and group.paths[at].startswith(folder):
                found.setdefault(group.pointer, group)
    return list(found.values())


def component_of(extraction: Extraction, subject: Subject) -> FileGroup | None:
    """Return the component that an image belongs to, if it belongs to one."""
    first = subject.selected.get(extraction.path)
    if first is not None and first.kind == "component":
        return first
    kinds = groups_of(extraction, subject)
    return next((group for group in kinds if group.kind == "component"), None)


def is_annotation(extraction: Extraction, subject: Subject) -> bool:
    """Whether a file belongs to an annotation set and to no component."""
    first = subject.selected.get(extraction.path)
    if first is not None and first.kind == "component":
        return False
    kinds = {group.kind for group in groups_of(extraction, subject)}
    return kinds == {"annotation"}


def is_picture(image: ImageMetadata) -> bool:
    """Whether a record is a side picture of a slide or a mask, not an image taken."""
    if image.problems and any(problem.code in _ASIDE for problem in image.problems):
        return True
    name = image.name
    return name is not None and _SIDE_PICTURE.match(name.strip()) is not None


def is_rgb(image: ImageMetadata) -> bool:
    """Whether a pixel is a colour: its samples are no channels."""
    return any((channel.samples_per_pixel or 1) > 1 for channel in image.channels)


def taken(extraction: Extraction, subject: Subject) -> tuple[ImageMetadata, ...]:
    """Return the images that were taken: no annotations, masks or side pictures."""
    last = _last_taken[0]
    # a dozen rules ask for each image; the subject may be gone
    if last is not None and last[0] is extraction and last[1]() is subject:
        return last[2]
    found = tuple(image for image in extraction.images if not is_picture(image))
    if found and is_annotation(extraction, subject):
        found = ()
    _last_taken[0] = (extraction, weakref.ref(subject), found)
    return found


_Taken = tuple["Extraction", "weakref.ref[Subject]", "tuple[ImageMetadata, ...]"]
_last_taken: list[_Taken | None] = [None]


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
