"""What OME-XML says against what the pages of its TIFF file say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import ImageMetadata, Problem

if TYPE_CHECKING:
    from fairsubmit.readers.ome.cut import Run
    from fairsubmit.readers.ome.file import OmeFile
    from fairsubmit.readers.tiff.structure import Page

__all__ = ["with_pages"]


def with_pages(
    own: OmeFile, record: ImageMetadata, *, alone: bool
) -> tuple[ImageMetadata, list[Problem]]:
    """Compare a record with the pages of its own file."""
    runs = own.runs(record.series)
    index = (runs[0].first or 0) if runs else 0
    page = own.by_index.get(index)
    if page is None or not runs or not alone:
        problems = [] if not alone else _check_count(own, record, runs, None)
        return record, problems
    record = _filled(record, page, index)
    problems = []
    size = (record.size.x, record.size.y)
    place = f"IFD:{index}"
    if size != (page.width, page.height):
        message = (
            f"OME-XML says {size[0]} × {size[1]} pixels, page {index + 1} of the file "
            f"is {page.width} × {page.height}"
        )
        problems.append(Problem("size-mismatch", message, place, error=True))
    if page.pixel_type and record.pixel_type != page.pixel_type:
        message = (
            f"OME-XML says {record.pixel_type}, page {index + 1} of the file is "
            f"{page.pixel_type}"
        )
        problems.append(Problem("type-mismatch", message, place))
    return record, problems + _check_count(own, record, runs, page)


def _filled(record: ImageMetadata, page: Page, index: int) -> ImageMetadata:
    """Take from the page what OME-XML does not say."""
    size = record.size
    if size.x and size.y and record.pixel_type:
        return record
    provenance = dict(record.provenance)
    if size.x is None:
        size = replace(size, x=page.width)
        provenance["size.x"] = f"IFD:{index}/ImageWidth"
    if size.y is None:
        size = replace(size, y=page.height)
        provenance["size.y"] = f"IFD:{index}/ImageLength"
    pixel_type = record.pixel_type
    if pixel_type is None and page.pixel_type is not None:
        pixel_type = page.pixel_type
        provenance["pixel_type"] = f"IFD:{index}/BitsPerSample"
    return replace(record, size=size, pixel_type=pixel_type, provenance=provenance)


def _check_count(
    own: OmeFile, record: ImageMetadata, runs: list[Run], page: Page | None
) -> list[Problem]:
    """Compare the planes that OME-XML places in the file with its pages."""
    if own.pages is None or any(problem.error for problem in own.problems):
        return []
    last = max((run.last for run in runs if run.last is not None), default=None)
    if last is None and page is not None and len(own.xml.document.images) == 1:
        size = record.size
        planes = (size.z or 1) * (size.t or 1) * (size.c or 1)
        last = -(-planes // max(page.samples, 1)) - 1
    if last is None or last < own.pages:
        return []
    message = (
        f"OME-XML places planes on {last + 1} pages, the file has {own.pages}: some "
        "are missing"
    )
    return [Problem("planes-missing", message, f"IFD:{own.pages}", error=True)]
