"""What the readers of TIFF dialects share: a TIFF with a program's own tags."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import ImageMetadata, ImageSize, Problem
from fairsubmit.readers.gathered import Gathered
from fairsubmit.readers.source import opened
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.markup import MAX_XML, decoded
from fairsubmit.readers.tiff.plain_tiff import date_time, sample_channels, software
from fairsubmit.readers.tiff.structure import DESCRIPTION, is_tiff, open_tiff

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fairsubmit.readers.about import About
    from fairsubmit.readers.tiff.structure import Entry, Page, Tiff

__all__ = ["Dialect", "DialectReader", "ini"]

# Pages of one image are alike; past so many they are taken to be.
MAX_COMPARED = 512
MAX_LINES = 1 << 16


class DialectReader(ABC):
    """A reader of TIFF files that one program, or one maker's, writes."""

    name: str
    suffixes: Sequence[str] = (".tif", ".tiff")
    about: About

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a TIFF whose first page has this dialect's tags."""
        if not is_tiff(head):
            return False
        try:
            with opened(path) as source:
                return self.speaks(open_tiff(source))
        except ReadError:
            return False

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record per image.

        Raises
        ------
        DamagedFileError
            If there is no whole image file directory, or none of this dialect.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            tiff = open_tiff(source)
            if not self.speaks(tiff):
                expected = f"the tags of {self.about.format} on its first page"
                raise DamagedFileError(path.as_posix(), expected)
            return self.records(tiff, path)

    @abstractmethod
    def speaks(self, tiff: Tiff) -> bool:
        """Whether the first page is of this dialect."""

    @abstractmethod
    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return one record per image of a TIFF of this dialect."""


class Dialect(Gathered):
    """A TIFF whose values are found one after the other.

    Parameters
    ----------
    tiff
        The file; its pages are checked.
    path
        As given.
    series
        Number of the image in the file; problems of the file stand with the first.

    Attributes
    ----------
    page
        The image's page: the first, unless a reader knows better.
    """

    def __init__(self, tiff: Tiff, path: Path, series: int = 0) -> None:
        super().__init__()
        self.tiff = tiff
        self.path = path.as_posix()
        self.series = series
        self.page = tiff.first
        found = check(tiff)
        self.problems.extend(() if series else found)
        self.provenance = {"size.x": "IFD:0/ImageWidth", "size.y": "IFD:0/ImageLength"}

    def text(self, tag: int = DESCRIPTION, limit: int = MAX_XML) -> str:
        """Return a text tag of the first page; empty if it is absent."""
        return decoded(self.tiff.text(tag, limit) or b"")

    def pages(self) -> Iterator[tuple[dict[int, Entry], Page]]:
        """Yield tags and content of each page that is whole, up to some hundreds."""
        for index, offset in enumerate(self.tiff.offsets[:MAX_COMPARED]):
            try:
                tags = self.tiff.directory(offset)[0] if index else self.tiff.tags
                yield tags, self.tiff.page(tags, offset)
            except DamagedFileError:
                continue

    def text_of(self, tags: dict[int, Entry], limit: int = 1 << 16) -> str:
        """Return how the description of a page begins."""
        entry = tags.get(DESCRIPTION)
        if entry is None or entry.type not in {1, 2, 7}:
            return ""
        return decoded(self.tiff.raw(entry, limit))

    def slide_label(self, place: str) -> None:
        """Note that a slide's label can be seen, on which people write names."""
        message = (
            "holds a picture of the slide's label, on which names and numbers of "
            "patients may stand"
        )
        self.problem("slide-label", message, place)

    def alike(self) -> int:
        """Return how many pages are like the image's page, that one included."""
        kind = _kind(self.page)
        found = sum(1 for _, page in self.pages() if _kind(page) == kind)
        more = max(len(self.tiff.offsets) - MAX_COMPARED, 0)
        return max(found, 1) + (more if found == MAX_COMPARED else 0)

    def record(self, reader: DialectReader) -> ImageMetadata:
        """Return the record of all that was found."""
        page = self.page
        if page.pixel_type is None:
            message = (
                f"{page.bits} bits of sample format {page.sample_format} are no pixel "
                "type of OME"
            )
            self.problem("pixel-type-unknown", message, "tag 258 BitsPerSample")
        values = self.gathered()
        if "size" not in values:
            values["size"] = self._size()
        self.default("acquired_at", date_time(self.tiff), "IFD:0/DateTime")
        self.default("software", software(self.tiff), "IFD:0/Software")
        self.default("channels", sample_channels(page))
        return ImageMetadata(
            self.path,
            self.series,
            format=reader.about.format,
            reader=reader.name,
            pixel_type=page.pixel_type,
            files=(self.path,),
            problems=tuple(self.problems),
            provenance=self.provenance,
            **values,
        )

    def _size(self) -> ImageSize:
        page, pages = self.page, self.alike()
        if pages == 1:
            return ImageSize(page.width, page.height, 1, page.samples, 1)
        message = (
            f"holds {pages} pages and does not say whether they are z positions, times "
            "or channels"
        )
        self.problems.append(Problem("axis-unknown", message))
        return ImageSize(page.width, page.height)


def _kind(page: Page) -> tuple[int, ...]:
    shape = (page.width, page.height, page.samples, page.bits, page.sample_format)
    return (*shape, page.reduced)


def ini(text: str) -> dict[str, dict[str, str]]:
    """Return sections of ``key=value`` lines; lines before the first are in ``""``."""
    sections: dict[str, dict[str, str]] = {"": {}}
    section = sections[""]
    for text_line in text.splitlines()[:MAX_LINES]:
        line = text_line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = sections.setdefault(line[1:-1].strip(), {})
            continue
        key, found, value = line.partition("=")
        if found:
            section.setdefault(key.strip(), value.strip())
    return sections
