"""Is the file whole: are its pixels, and the planes that it promises, there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Problem
from fairsubmit.readers.czi.segments import (
    MAX_ENTRIES,
    SUB_BLOCK,
    count_of,
    directory,
    scan,
    segment_at,
)

if TYPE_CHECKING:
    from fairsubmit.readers.czi.images import Collection, Image
    from fairsubmit.readers.czi.record import Common
    from fairsubmit.readers.czi.segments import FileHeader
    from fairsubmit.readers.source import Source

__all__ = ["check", "collect", "missing_planes"]

_COPY = "the file is cut short; copy it again from its source"


def collect(
    source: Source, header: FileHeader, found: Collection, problems: list[Problem]
) -> int:
    """Add a file's sub-blocks to `found`.

    Parameters
    ----------
    source
        The open file.
    header
        Its header.
    found
        What is added to.
    problems
        What is added to where the directory is not whole.

    Returns
    -------
    int
        Position of the metadata: what the header says, or where a walk found them.
    """
    entries = directory(source, header.directory) if header.directory > 0 else None
    if entries is None:
        return _walk(source, header, found, problems)
    promised = count_of(source, header.directory)
    count = found.add(entries, own=header.part)
    if count < promised:
        place = f"byte {header.directory}"
        if count >= MAX_ENTRIES:
            message = f"only the first {count} of {promised} sub-blocks were looked at"
            problems.append(Problem("too-many-planes", message, place))
        else:
            message = (
                f"the directory ends after {count} of {promised} sub-blocks: {_COPY}"
            )
            problems.append(Problem("truncated", message, place, error=True))
    return header.metadata


def _walk(
    source: Source, header: FileHeader, found: Collection, problems: list[Problem]
) -> int:
    """Find the sub-blocks of a file without a directory."""
    walked = scan(source)
    count = found.add(walked.entries, own=header.part)
    if header.directory > 0:
        message = (
            f"the directory should stand at byte {header.directory} of {source.size}, "
            f"but does not: {_COPY}"
        )
    else:
        message = (
            "has no directory of its planes: the acquisition was interrupted, or is "
            "still going on"
        )
    if not walked.complete:
        message += f"; only {count} sub-blocks were found"
    place = f"byte {header.directory}"
    problems.append(Problem("truncated", message, place, error=True))
    return header.metadata or walked.metadata


def check(source: Source, header: FileHeader, found: Collection) -> list[Problem]:
    """Return whether the pixels of a file end before the file does.

    Parameters
    ----------
    source
        The open file.
    header
        Its header.
    found
        Its sub-blocks.
    """
    position = found.last.get(header.part, 0)
    if position <= 0:
        return []
    place = f"byte {source.size}"
    segment = segment_at(source, position)
    if segment is None:
        message = (
            f"the last plane should start at byte {position}, but is not there (the "
            f"file has {source.size} bytes): {_COPY}"
        )
        if position < source.size:
            message = f"expected the last plane at byte {position}, found none"
            place = f"byte {position}"
        return [Problem("truncated", message, place, error=True)]
    if segment.name == SUB_BLOCK and segment.end > source.size:
        message = (
            f"the pixels of the last plane end {segment.end - source.size} bytes past "
            f"the end of the file ({source.size} bytes): {_COPY}"
        )
        return [Problem("truncated", message, place, error=True)]
    return []


def missing_planes(images: list[Image], common: Common) -> list[Problem]:
    """Return where fewer planes are there than the metadata or the axes promise.

    Parameters
    ----------
    images
        All images of the file.
    common
        Its metadata.
    """
    problems = []
    for axis, name in (("Z", "z positions"), ("C", "channels"), ("T", "time points")):
        said = common.size(axis)
        there = max((image.length(axis) for image in images), default=0)
        if said and there < said:
            message = f"the metadata say {said} {name}, the file holds {there}"
            problems.append(_missing(message, f"Information/Image/Size{axis}"))
    for number, image in enumerate(images):
        promised = image.length("Z") * image.length("C") * image.length("T")
        if not image.ends and 0 < len(image.planes) < promised:
            which = f" of image {number + 1}" if len(images) > 1 else ""
            message = f"{promised - len(image.planes)} of {promised} planes{which}"
            problems.append(_missing(f"{message} are not there", "ZISRAWDIRECTORY"))
            break
    return problems


def _missing(message: str, place: str) -> Problem:
    return Problem("planes-missing", message, place)
