"""One file that holds OME-XML: opened, parsed, its pages found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.readers.ome.elements import default_pixels
from fairsubmit.readers.ome.xml import MAX_XML, OmeXml, looks_like_ome, parse
from fairsubmit.readers.source import HEAD_SIZE, Source, opened
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.structure import (
    DESCRIPTION,
    Page,
    Tiff,
    is_tiff,
    open_tiff,
)

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import Problem
    from fairsubmit.readers.ome.cut import Run

__all__ = ["OmeFile", "has_ome_xml", "open_file", "read_xml"]


@dataclass(slots=True)
class OmeFile:
    """One opened file: its OME-XML and, if it is a TIFF, its pages.

    Attributes
    ----------
    path, shown, name
        The file, as it was given, and the last part.
    xml
        Its OME-XML.
    pages
        Number of pages; ``None`` if they were not counted.
    first
        The first page; ``None`` if the file is no TIFF.
    by_index
        The first page of each image.
    problems
        What is wrong with the pages.
    """

    path: Path
    shown: str
    name: str
    xml: OmeXml
    pages: int | None = None
    first: Page | None = None
    by_index: dict[int, Page] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _runs: dict[int, list[Run]] = field(default_factory=dict)

    @property
    def uuid(self) -> str:
        """The document's own UUID, lower case, without ``urn:uuid:``."""
        text = self.xml.document.attributes.get("UUID", "").lower()
        return text.removeprefix("urn:uuid:")

    def runs(self, index: int) -> list[Run]:
        """Return the per-plane runs of image `index`."""
        found = self._runs.get(index)
        if found is None:
            pixels = default_pixels(self.xml.document.images[index])
            numbers = pixels.runs if pixels else []
            found = [self.xml.runs[n] for n in numbers if n < len(self.xml.runs)]
            self._runs[index] = found
        return found


def has_ome_xml(tiff: Tiff) -> bool:
    """Whether a TIFF's ImageDescription is OME-XML."""
    start = tiff.text(DESCRIPTION, HEAD_SIZE)
    return start is not None and looks_like_ome(start)


def read_xml(path: Path) -> bytes:
    """Return a file's OME-XML as it stands there.

    Raises
    ------
    DamagedFileError
        If the file has none, or too much.
    ReadError
        If the file cannot be opened.
    """
    with opened(path) as source:
        return _description(source) if is_tiff(source.head) else _whole(source)


def _whole(source: Source) -> bytes:
    if source.size > MAX_XML:
        raise DamagedFileError(
            source.path.as_posix(),
            f"OME-XML of at most {MAX_XML} bytes",
            offset=MAX_XML,
        )
    return source.read(0, source.size)


def _description(source: Source) -> bytes:
    raw = open_tiff(source).text(DESCRIPTION, MAX_XML)
    if raw is None or not looks_like_ome(raw):
        raise DamagedFileError(
            source.path.as_posix(), "OME-XML in tag 270 of the first page"
        )
    return raw


def open_file(path: Path, *, whole: bool = True) -> OmeFile:
    """Open a TIFF or XML file and parse its OME-XML.

    Parameters
    ----------
    path
        The file.
    whole
        Look whether all pages of a TIFF are there.

    Raises
    ------
    DamagedFileError
        If there is no OME-XML that can be read.
    ReadError
        If the file cannot be opened.
    """
    with opened(path) as source:
        if is_tiff(source.head):
            return _open_tiff(path, source, whole=whole)
        return OmeFile(path, path.as_posix(), path.name, parse(_whole(source), path))


def _open_tiff(path: Path, source: Source, *, whole: bool) -> OmeFile:
    raw = _description(source)
    tiff = open_tiff(source)
    cut_at = tiff.missing_text(DESCRIPTION)
    xml = parse(raw, path) if cut_at is None else _parse_cut(raw, path, source, cut_at)
    file = OmeFile(path, path.as_posix(), path.name, xml, first=tiff.first)
    if whole:
        file.problems = check(tiff)
        file.pages = len(tiff.offsets)
    for index in _first_pages(file):
        for page in tiff.pages([index]):
            file.by_index[index] = page
    return file


def _parse_cut(
    raw: bytes, path: Path, source: Source, cut_at: tuple[int, int]
) -> OmeXml:
    """Parse the part that is there of OME-XML that goes beyond the file's end."""
    damaged = DamagedFileError(
        path.as_posix(),
        f"OME-XML from byte {cut_at[0]} to byte {cut_at[1]}, but the file ends",
        offset=source.size,
    )
    try:
        xml = parse(raw, path)
    except DamagedFileError:
        raise damaged from None
    images = xml.document.images
    if not any(p.attributes.get("SizeX") for image in images for p in image.pixels):
        raise damaged
    return xml


def _first_pages(file: OmeFile) -> set[int]:
    images = range(len(file.xml.document.images))
    return {run.first or 0 for i in images for run in file.runs(i)[:1]}
