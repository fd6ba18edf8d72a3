"""What the images say about themselves, as columns of a file list."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from fairsubmit.metadata.image import Extraction, ImageMetadata, Quantity

__all__ = ["COLUMNS", "Values", "collect"]

Values = tuple[str, ...]

COLUMNS = (
    "Images",
    "Format",
    "Size X",
    "Size Y",
    "Size Z",
    "Size C",
    "Size T",
    "Pixel type",
    "Physical size X",
    "Physical size Y",
    "Physical size Z",
    "Time increment",
    "Channels",
    "Acquired at",
)
# A slide scanner's file can hold hundreds of images that all differ.
_MOST = 8
_BETWEEN = "; "
# Up to here every whole number is one (IEEE 754 double precision).
_EXACT = 2**53


class _Seen(NamedTuple):
    """The images of one file: how many, and the distinct values of each column."""

    images: int
    values: tuple[tuple[str, ...], ...]


def collect(images: Iterable[Extraction], wanted: Collection[str]) -> dict[str, Values]:
    """Return one value for each of `COLUMNS` by the path of a file.

    Several images in one file give their distinct values, joined with ``"; "``. A
    file that belongs to an image but has no record of its own has that image's
    values. Images that are folders have theirs on the folder's first file. Equal
    rows share one object, so that memory grows with what differs.

    Parameters
    ----------
    images
        Read once, in any order.
    wanted
        Paths to keep values for.
    """
    seen: dict[str, _Seen] = {}
    member_of: dict[str, str] = {}
    shared: dict[_Seen, _Seen] = {}
    for extraction in images:
        for image in extraction.images:
            row = _row_of(image, wanted)
            if row is None:
                continue
            found = _joined(seen.get(row), _texts(image))
            seen[row] = shared.setdefault(found, found)
            if row == image.path:
                for path in image.files:
                    member_of.setdefault(path, row)
    rows = {path: _cells(found) for path, found in seen.items()}
    unique: dict[Values, Values] = {}
    rows = {path: unique.setdefault(row, row) for path, row in rows.items()}
    for path, owner in member_of.items():
        if path in wanted:
            rows.setdefault(path, rows[owner])
    return rows


def _row_of(image: ImageMetadata, wanted: Collection[str]) -> str | None:
    if image.path in wanted:
        return image.path
    return min((path for path in image.files if path in wanted), default=None)


def _joined(seen: _Seen | None, texts: Values) -> _Seen:
    if seen is None:
        return _Seen(1, tuple((text,) if text else () for text in texts))
    values = tuple(
        old if not text or text in old or len(old) > _MOST else (*old, text)
        for old, text in zip(seen.values, texts, strict=True)
    )
    return _Seen(seen.images + 1, values)


def _cells(seen: _Seen) -> Values:
    count = str(seen.images) if seen.images > 1 else ""
    return (count, *map(_cell, seen.values))


def _cell(values: tuple[str, ...]) -> str:
    more = ["…"] if len(values) > _MOST else []
    return _BETWEEN.join([*values[:_MOST], *more])


def _texts(image: ImageMetadata) -> Values:
    size, physical = image.size, image.physical_size
    names = [channel.name or channel.fluorophore for channel in image.channels]
    return (
        image.format or "",
        *(_number(getattr(size, axis)) for axis in "xyzct"),
        image.pixel_type or "",
        *(_quantity(getattr(physical, axis)) for axis in "xyz"),
        _quantity(image.time_increment),
        ", ".join(name for name in names if name),
        image.acquired_at or "",
    )


def _number(value: float | None) -> str:
    """Write a number as short as it can be read back, ``20.0`` as ``20``."""
    if value is None or not isfinite(value):
        return ""
    whole = abs(value) < _EXACT and value == int(value)
    return str(int(value)) if whole else repr(value)


def _quantity(value: Quantity | None) -> str:
    number = _number(value.value) if value else ""
    return f"{number} {value.unit or ''}".rstrip() if value and number else ""
