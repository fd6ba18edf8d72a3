"""Reading a Leica project: its XML, and whether its pixels are where it says."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError, UnsupportedFormatError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.leica.container import (
    Blocks,
    chunks,
    header,
    pixels,
    walk,
)
from fairsubmit.readers.leica.document import Document, Entry, parse
from fairsubmit.readers.leica.record import Made, Maker
from fairsubmit.readers.source import opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["UTF16", "document_problems", "numbered", "read_lif", "read_lof"]

UTF16 = "utf-16-le"
SIDECAR = ".lifext"
_USER = re.compile(r"[\\/](?:Users|home|Documents and Settings)[\\/]", re.IGNORECASE)


def read_lif(path: Path, format_name: str, reader: str) -> Sequence[ImageMetadata]:
    """Return one record for each image of a LIF file.

    Parameters
    ----------
    path
        The file.
    format_name, reader
        As they stand in the records.

    Raises
    ------
    DamagedFileError
        If the XML is missing or holds no image.
    UnsupportedFormatError
        If it is the side file of a project, with reduced copies of its images.
    ReadError
        If the file cannot be opened.
    """
    shown = path.as_posix()
    maker = Maker(shown, format_name, reader)
    with opened(path) as source:
        text = header(source)
        document = parse(chunks(source, text), UTF16, maker)
        if document.root == "LMSDataContainerEnhancedHeader":
            message = f"{shown} holds reduced copies of the images of a LIF file"
            raise UnsupportedFormatError(message)
        entries = [e for e in document.images if e.made is not None]
        if not entries:
            what = document.error or "it has none"
            raise DamagedFileError(
                shown, f"XML with an image ({what})", offset=text.offset
            )
        blocks = walk(source, text.end, document.version)
    sidecar = path.with_suffix(SIDECAR)
    files = (shown, sidecar.as_posix()) if sidecar.is_file() else (shown,)
    records = [_checked(entry, blocks, files) for entry in entries]
    return numbered(records, [*document_problems(document), *_broken(blocks)])


def read_lof(path: Path, format_name: str, reader: str) -> Sequence[ImageMetadata]:
    """Return the record of a LOF file.

    Parameters
    ----------
    path
        The file.
    format_name, reader
        As they stand in the record.

    Raises
    ------
    DamagedFileError
        If the pixels or the XML are not all there.
    ReadError
        If the file cannot be opened.
    """
    shown = path.as_posix()
    maker = Maker(shown, format_name, reader)
    with opened(path) as source:
        content = pixels(source)
        text = header(source, content.end)
        document = parse(chunks(source, text), UTF16, maker)
    made = next((e.made for e in document.images if e.made is not None), None)
    if made is None:
        what = f"XML with an image ({document.error or 'it has none'})"
        raise DamagedFileError(shown, what, offset=text.offset)
    record, extent = made
    problems = document_problems(document)
    if content.size < extent:
        message = f"its pixels take {extent} bytes, the file has {content.size}"
        place = f"byte {content.offset}"
        problems.append(Problem("size-mismatch", message, place, error=True))
    # Old files hold the image alone, without its name.
    name = record.name or path.stem
    return numbered([replace(record, name=name)], problems)


def numbered(
    records: list[ImageMetadata], problems: Sequence[Problem]
) -> list[ImageMetadata]:
    """Count the series; problems of the whole file stand with the first."""
    first = replace(records[0], problems=(*problems, *records[0].problems))
    return [replace(r, series=i) for i, r in enumerate([first, *records[1:]])]


def document_problems(document: Document[Made | None]) -> list[Problem]:
    """Return what is wrong with a project's XML."""
    found = []
    if document.error is not None:
        message = (
            f"the XML is ill-formed and was read as far as it goes ({document.error})"
        )
        found.append(Problem("xml-ill-formed", message, None, error=True))
    if document.images_left_out:
        message = f"has {document.images_left_out} more images, which were not read"
        found.append(Problem("too-many-images", message))
    if _USER.search(document.experiment.get("Path", "")):
        message = "Experiment@Path is a path with a user's name"
        found.append(Problem("personal-data", message, "Experiment@Path"))
    return found


def _broken(blocks: Blocks) -> list[Problem]:
    if blocks.broken is None:
        return []
    message = f"expected a memory block at byte {blocks.broken}, found something else"
    return [
        Problem("metadata-unreadable", message, f"byte {blocks.broken}", error=True)
    ]


def _checked(
    entry: Entry[Made | None], blocks: Blocks, files: tuple[str, ...]
) -> ImageMetadata:
    """Return the record with what is wrong with its pixels."""
    assert entry.made is not None  # noqa: S101 - the caller's choice
    record, extent = entry.made
    problem = _pixels(entry.memory, extent, blocks)
    problems = record.problems if problem is None else (problem, *record.problems)
    return replace(record, files=files, problems=problems)


def _pixels(memory: str | None, extent: int, blocks: Blocks) -> Problem | None:
    if memory is None:
        return Problem("missing-part", "names no memory block for its pixels", "Memory")
    size = blocks.sizes.get(memory)
    if size is None:
        if blocks.truncated is not None:
            end, last = blocks.truncated
            within = "within" if last == memory else "before"
            message = f"the file ends at byte {end}, {within} the pixels of this image"
            return Problem("truncated", message, f"byte {end}", error=True)
        if not blocks.complete or blocks.broken is not None:
            return None
        message = f"its pixels, {memory!r}, are not in the file"
        return Problem("missing-part", message, "Memory@MemoryBlockID", error=True)
    if size < extent:
        message = f"its pixels take {extent} bytes, {memory!r} has {size}"
        return Problem("size-mismatch", message, "Memory@Size", error=True)
    return None
