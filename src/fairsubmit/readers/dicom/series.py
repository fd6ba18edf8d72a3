"""Which files of a folder are one image: levels of a slide, slices of a volume."""

from __future__ import annotations

import os
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import MissingReaderError, ReadError
from fairsubmit.readers.dicom.dataset import guarded, read_header
from fairsubmit.readers.dicom.stream import SUFFIXES, begins
from fairsubmit.readers.dicom.tags import INDEX, STOP_INDEX
from fairsubmit.readers.sets import recall
from fairsubmit.readers.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.dicom.dataset import Data

__all__ = ["Member", "Series", "eligible", "series_of"]

# More files of a folder are not looked into.
MAX_FILES = 10_000
SIDE = frozenset({"LABEL", "OVERVIEW", "LOCALIZER"})
_ROUND = Decimal("0.001")
Vector = tuple[Decimal, ...]


class Member(NamedTuple):
    """What is known of a file.

    Attributes
    ----------
    name
        Of the file.
    series
        Series Instance UID.
    instance
        SOP Instance UID: copies of one file have the same.
    flavour
        VOLUME, THUMBNAIL, LABEL or OVERVIEW of a slide; empty for others.
    pyramid
        What levels of one slide share.
    size
        Columns and rows of the whole image.
    number
        Instance Number.
    paths
        Identifiers of the optical paths.
    position
        Of a slice; empty for others.
    alike
        What slices of one volume share.
    """

    name: str
    series: str
    instance: str
    flavour: str
    pyramid: str
    size: tuple[int, int]
    number: int
    paths: tuple[str, ...]
    position: Vector
    alike: tuple[object, ...]


class Series(NamedTuple):
    """The files of one image, the one that speaks for them first."""

    members: tuple[Member, ...]

    @property
    def slide(self) -> bool:
        """Whether these are levels of a slide, not slices of a volume."""
        return bool(self.members[0].flavour)

    @property
    def whole(self) -> tuple[Member, ...]:
        """The members at full resolution."""
        lead = self.members[0]
        return tuple(
            m for m in self.members if m.size == lead.size and m.flavour == lead.flavour
        )


def eligible(name: str) -> bool:
    """Whether a file of this name may be DICOM: by suffix, without, or a UID."""
    lower = name.lower()
    stem, _, last = lower.rpartition(".")
    return lower.endswith(SUFFIXES) or not stem or last.isdecimal()


def series_of(path: Path) -> Series | None:
    """Return the image that a file belongs to with others; ``None`` if it is alone.

    Parameters
    ----------
    path
        A DICOM file.

    Raises
    ------
    MissingReaderError
        If pydicom is not installed.
    """
    folder = path.parent
    found = recall("dicom", str(folder), partial(_index, folder))
    return found.get(path.name)


def _index(folder: Path) -> dict[str, Series]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(e.name for e in entries if eligible(e.name))
    except OSError:
        return {}
    members = [m for name in names[:MAX_FILES] if (m := _member(folder / name))]
    kinds: dict[tuple[object, ...], list[Member]] = {}
    # A copy of a file is an image of its own, not one more slice.
    unique = {m.instance: m for m in reversed(members)}
    for member in sorted(unique.values(), key=lambda m: m.name):
        kinds.setdefault((member.series, member.alike), []).append(member)
    found: dict[str, Series] = {}
    for group in kinds.values():
        for series in _pyramids(group) if group[0].flavour else [_stack(group)]:
            if len(series.members) > 1:
                found.update((member.name, series) for member in series.members)
    return found


def _member(path: Path) -> Member | None:
    try:
        # Not `opened`: what is shared now is another file's, or this one's, whole.
        with Source(path) as source:
            if not begins(source.head, path.name):
                return None
            with guarded(path):
                data = read_header(source, INDEX, STOP_INDEX, frames=False)
                return _described(path.name, data)
    except MissingReaderError:
        raise
    except ReadError:
        return None


def _described(name: str, data: Data) -> Member | None:
    series = data.text("SeriesInstanceUID")
    width, height = data.count("Columns"), data.count("Rows")
    if series is None or width is None or height is None:
        return None
    slide = data.has("TotalPixelMatrixColumns") and data.text("Modality") == "SM"
    position: Vector = ()
    alike: tuple[object, ...] = ("slide",)
    size = (width, height)
    if slide:
        size = (
            data.count("TotalPixelMatrixColumns") or width,
            data.count("TotalPixelMatrixRows") or height,
        )
    else:
        position = tuple(data.numbers("ImagePositionPatient"))
        if len(position) != 3 or (data.count("NumberOfFrames") or 1) > 1:
            return None
        alike = _alike(data)
    kind = data.texts("ImageType")
    return Member(
        name,
        series,
        data.text("SOPInstanceUID") or name,
        (kind[2].upper() if len(kind) > 2 else "VOLUME") if slide else "",
        data.text("PyramidUID") or "",
        size,
        data.count("InstanceNumber") or 0,
        _paths(data),
        position,
        alike,
    )


def _alike(data: Data) -> tuple[object, ...]:
    counts = (data.count(k) for k in ("Rows", "Columns", "SamplesPerPixel"))
    turned = (n.quantize(_ROUND) for n in data.numbers("ImageOrientationPatient")[:6])
    return (*counts, data.count("BitsAllocated"), *turned)


def _paths(data: Data) -> tuple[str, ...]:
    paths = data.items("OpticalPathSequence")
    return tuple(path.text("OpticalPathIdentifier") or "" for path in paths)


def _pyramids(group: list[Member]) -> list[Series]:
    """Put levels and thumbnails together; labels and overviews go with the first."""
    main = [m for m in group if m.flavour not in SIDE]
    levels: dict[str, list[Member]] = {}
    for member in main:
        levels.setdefault(member.pyramid, []).append(member)
    sides = [m for m in group if m.flavour in SIDE]
    found = []
    for pyramid in levels.values():
        if not any(m.flavour != "THUMBNAIL" for m in pyramid):
            continue
        pyramid.sort(key=_first)
        found.append(Series((*pyramid, *sides)))
        sides = []
    return found


def _first(member: Member) -> tuple[object, ...]:
    area = member.size[0] * member.size[1]
    return (member.flavour == "THUMBNAIL", -area, member.number, member.name)


def _stack(group: list[Member]) -> Series:
    return Series(tuple(sorted(group, key=lambda m: (m.number, m.name))))
