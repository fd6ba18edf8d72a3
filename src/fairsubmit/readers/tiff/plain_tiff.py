"""TIFF without metadata of microscopy: size, type and pages, and nothing guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Channel, ImageMetadata, ImageSize, Problem
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.resolution import calibration
from fairsubmit.readers.tiff.shaped import Shaped, shape_of
from fairsubmit.readers.tiff.structure import Page, Tiff, is_tiff, open_tiff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["PlainTiff", "date_time", "sample_channels", "software"]

# Whole slides have tens of pages; past so many, pages are taken to be alike.
MAX_GROUPED = 512
MAX_CHANNELS = 1_000
DATE_TIME, SOFTWARE = 306, 305


class PlainTiff:
    """Any TIFF or BigTIFF; the pages of one size make one image."""

    name = "tiff"
    suffixes: Sequence[str] = (
        *(".tif", ".tiff", ".tf2", ".tf8", ".btf"),
        *(".stk", ".lsm", ".flex", ".ndpi", ".scn", ".qptiff"),
    )
    about = About(
        "TIFF",
        (".tif", ".tiff", ".tf2", ".tf8", ".btf"),
        "pages, resolution, date, program",
        "10 real files",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it starts as a TIFF does."""
        return is_tiff(head)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each run of pages of one size.

        Raises
        ------
        DamagedFileError
            If there is no whole image file directory.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            tiff = open_tiff(source)
            problems = check(tiff)
            if ".ome." in path.name.lower():
                message = "is named as OME-TIFF, but holds no OME-XML"
                problems.append(Problem("ome-xml-missing", message, "tag 270"))
            size = calibration(tiff)
            if size.problem is not None:
                problems.append(size.problem)
            name = path.as_posix()
            found = []
            groups = _groups(tiff)
            for series, (page, count) in enumerate(groups):
                told = shape_of(tiff, page, count) if len(groups) == 1 else None
                extent = _extent(page, count, told)
                planes = count if told is None else told.planes
                first = series == 0
                found.append(
                    ImageMetadata(
                        name,
                        series,
                        format="TIFF",
                        reader=self.name,
                        size=extent,
                        pixel_type=page.pixel_type,
                        physical_size=size.size,
                        channels=_channels(page, extent),
                        acquired_at=date_time(tiff),
                        software=software(tiff),
                        files=(name,),
                        problems=(
                            *(problems if first else ()),
                            *_unsaid(page, planes if extent.z is None else 1),
                        ),
                        provenance={
                            **_provenance(tiff, calibrated=size.size.x is not None),
                            **_provenance_of(told),
                        },
                    )
                )
            return found


def _extent(page: Page, count: int, told: Shaped | None) -> ImageSize:
    if told is not None and told.size is not None:
        return told.size
    if count > 1 or (told is not None and told.planes > 1):
        return ImageSize(page.width, page.height)
    return ImageSize(page.width, page.height, 1, page.samples, 1)


def _unsaid(page: Page, planes: int) -> list[Problem]:
    """Return what the file leaves open."""
    found = []
    if planes > 1:
        message = (
            f"holds {planes} pages and does not say whether they are z positions, "
            "times or channels"
        )
        found.append(Problem("axis-unknown", message))
    if page.pixel_type is None:
        message = (
            f"{page.bits} bits of sample format {page.sample_format} are no pixel type "
            "of OME"
        )
        place = "tag 258 BitsPerSample"
        found.append(Problem("pixel-type-unknown", message, place))
    return found


def _channels(page: Page, size: ImageSize) -> tuple[Channel, ...]:
    if size.c is None:
        return ()
    if size.c == page.samples:
        return sample_channels(page)
    count = min(size.c, MAX_CHANNELS)
    return tuple(Channel(index, samples_per_pixel=1) for index in range(count))


def _provenance_of(told: Shaped | None) -> dict[str, str]:
    if told is None or told.size is None:
        return {}
    return {f"size.{axis}": told.place for axis in "zct"}


def sample_channels(page: Page) -> tuple[Channel, ...]:
    """Return the one channel of a page; colour is samples of one channel."""
    return (Channel(0, samples_per_pixel=page.samples),)


def software(tiff: Tiff) -> str | None:
    """Return the Software tag."""
    raw = (tiff.text(SOFTWARE, 1 << 10) or b"").split(b"\0")[0].strip()
    return raw.decode("utf-8", "replace") or None


def date_time(tiff: Tiff) -> str | None:
    """Return the DateTime tag, ``YYYY:MM:DD HH:MM:SS`` by TIFF 6.0, as ISO 8601."""
    text = (tiff.text(DATE_TIME, 64) or b"").split(b"\0")[0].decode("ascii", "replace")
    day, _, time = text.strip().partition(" ")
    parts = [*day.split(":"), *time.split(":")]
    widths = [len(part) for part in parts]
    if widths != [4, 2, 2, 2, 2, 2] or not all(part.isdecimal() for part in parts):
        return None
    return f"{'-'.join(parts[:3])}T{':'.join(parts[3:])}" if int(parts[0]) else None


def _provenance(tiff: Tiff, *, calibrated: bool) -> dict[str, str]:
    found = {"size.x": "IFD:0/ImageWidth", "size.y": "IFD:0/ImageLength"}
    if calibrated:
        found["physical_size.x"] = "IFD:0/XResolution"
        found["physical_size.y"] = "IFD:0/YResolution"
    if DATE_TIME in tiff.tags:
        found["acquired_at"] = "IFD:0/DateTime"
    if SOFTWARE in tiff.tags:
        found["software"] = "IFD:0/Software"
    return found


def _groups(tiff: Tiff) -> list[tuple[Page, int]]:
    """Return the first page and length of each run of pages alike."""
    count = len(tiff.offsets)
    groups: list[tuple[Page, int]] = []
    for page in tiff.pages(range(min(count, MAX_GROUPED))):
        if groups and (page.reduced or _is_level(groups[-1], page)):
            continue
        if groups and _kind(groups[-1][0]) == _kind(page):
            groups[-1] = (groups[-1][0], groups[-1][1] + 1)
        else:
            groups.append((page, 1))
    if count > MAX_GROUPED and groups:
        groups[-1] = (groups[-1][0], groups[-1][1] + count - MAX_GROUPED)
    return groups


def _kind(page: Page) -> tuple[int, ...]:
    return (*_size_of(page), page.bits, page.sample_format, page.tiled)


def _size_of(page: Page) -> tuple[int, int, int]:
    return page.width, page.height, page.samples


def _is_level(group: tuple[Page, int], page: Page) -> bool:
    """Whether a page is an unmarked lower resolution of the one before the run."""
    whole, count = group
    if count > 1 or not (whole.tiled and page.tiled) or page.width >= whole.width:
        return False
    factor = whole.width / page.width
    # Levels are rounded up or down to whole pixels.
    return abs(whole.height / factor - page.height) <= 1 and factor > 1.5
