"""What images of one component should have in common: scale, channels, bits, lens."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from fairsubmit.lint.images import is_rgb
from fairsubmit.lint.lengths import micrometres, shown

if TYPE_CHECKING:
    from fairsubmit.lint.base import Subject
    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["BIT_DEPTH", "CHANNELS", "OBJECTIVE", "PIXEL_SIZE", "Feature", "lens"]

_V = TypeVar("_V", bound=Hashable)

# Pixel sizes that differ by less are one, measured twice.
_SAME_SIZE = 0.01
_NAMED_CHANNELS = 6


@dataclass(frozen=True)
class Feature(Generic[_V]):
    """Something that the images of a component should have in common.

    Attributes
    ----------
    plural
        What it is called of many images.
    title
        What a column of a file table is called.
    value
        Of one image; ``None`` where it does not say.
    shown
        The value after "have" or "with".
    same
        Whether two values mean the same.
    column
        Columns of a file table that say it of each file.
    """

    plural: str
    title: str
    value: Callable[[ImageMetadata], _V | None]
    shown: Callable[[_V], str]
    same: Callable[[_V, _V], bool]
    column: re.Pattern[str]

    def is_told(self, subject: Subject, pointer: str) -> bool:
        """Whether the component's file table has a column that says it."""
        groups = (group for group in subject.groups if group.pointer == pointer)
        table = next((group.table for group in groups), None)
        return table is not None and any(map(self.column.search, table.columns))


def _size(image: ImageMetadata) -> tuple[float, float] | None:
    x, y = micrometres(image.physical_size.x), micrometres(image.physical_size.y)
    return None if x is None or y is None else (float(f"{x:.4g}"), float(f"{y:.4g}"))


def _size_shown(value: tuple[float, float]) -> str:
    x, y = map(shown, value)
    return f"a pixel size of {x}" if x == y else f"a pixel size of {x} by {y}"


def _size_same(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) <= _SAME_SIZE * a for a, b in zip(one, other, strict=True))


_Channels = tuple[int, tuple[str, ...]]
_RGB = ("RGB",)


def _channels(image: ImageMetadata) -> _Channels | None:
    if is_rgb(image):
        return len(image.channels), _RGB
    number = image.size.c or len(image.channels)
    names = tuple(channel.name or "" for channel in image.channels)
    return (number, names if any(names) else ()) if number else None


def _channels_shown(value: _Channels) -> str:
    number, names = value
    if names == _RGB:
        return "RGB colours"
    noun = "channel" if number == 1 else "channels"
    if not names:
        return f"{number} {noun}"
    listed = ", ".join(name or "?" for name in names[:_NAMED_CHANNELS])
    more = ", …" if len(names) > _NAMED_CHANNELS else ""
    return f"{number} {noun} ({listed}{more})"


def _channels_same(one: _Channels, other: _Channels) -> bool:
    # without names only their number can differ
    return one == other or (one[0] == other[0] and () in {one[1], other[1]})


_Bits = tuple[str, int | None]


def _bits(image: ImageMetadata) -> _Bits | None:
    kind = image.pixel_type
    return None if kind is None else (kind, image.significant_bits)


def _bits_shown(value: _Bits) -> str:
    kind, bits = value
    return f"{kind} pixels" if bits is None else f"{kind} pixels of {bits} bits"


def _bits_same(one: _Bits, other: _Bits) -> bool:
    return one[0] == other[0] and (one[1] == other[1] or None in {one[1], other[1]})


_Lens = tuple[float | None, float | None]


def lens(image: ImageMetadata) -> _Lens:
    """Return magnification and numerical aperture, as far as the image gives them."""
    objective = image.objective
    values = (objective.magnification, objective.numerical_aperture)
    x, na = (round(value, 3) if value and value > 0 else None for value in values)
    return x, na


def _objective(image: ImageMetadata) -> _Lens | None:
    found = lens(image)
    return None if found == (None, None) else found


def _objective_shown(value: _Lens) -> str:
    magnification, aperture = value
    named = f"a {magnification:g}x objective" if magnification else "an objective"
    return f"{named} of NA {aperture:g}" if aperture else named


def _objective_same(one: _Lens, other: _Lens) -> bool:
    return all(a == b or None in {a, b} for a, b in zip(one, other, strict=True))


def _columns(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


PIXEL_SIZE: Feature[tuple[float, float]] = Feature(
    "pixel sizes",
    "Pixel size",
    _size,
    _size_shown,
    _size_same,
    _columns(
        r"(?:pixel|voxel|physical)[ _-]*(?:size|spacing)|\bscale\b|resolution|/px"
    ),
)
CHANNELS: Feature[_Channels] = Feature(
    "sets of channels",
    "Channels",
    _channels,
    _channels_shown,
    _channels_same,
    _columns(r"channel|stain|marker|fluoroph|wavelength|\bdyes?\b"),
)
BIT_DEPTH: Feature[_Bits] = Feature(
    "pixel types",
    "Bit depth",
    _bits,
    _bits_shown,
    _bits_same,
    _columns(r"\bbits?\b|bit[ _-]?depth|pixel[ _-]?type|data[ _-]?type|\bdtype\b"),
)
OBJECTIVE: Feature[_Lens] = Feature(
    "objectives",
    "Objective",
    _objective,
    _objective_shown,
    _objective_same,
    _columns(r"objective|magnification|\blens\b|aperture"),
)
