"""What the images of a component have in common, and which of them differ.

Surveys keep counts and the paths of a few images, never images: a component may have
a hundred thousand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from fairsubmit.lint.base import Hit
from fairsubmit.lint.images import component_of, is_rgb, taken
from fairsubmit.lint.lengths import micrometres, shown
from fairsubmit.lint.tree import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.lint.base import Subject
    from fairsubmit.metadata.image import Extraction, ImageMetadata

__all__ = [
    "BIT_DEPTH",
    "CHANNELS",
    "OBJECTIVE",
    "PIXEL_SIZE",
    "Counts",
    "Feature",
    "Outliers",
    "PerComponent",
    "Tally",
    "component_name",
    "lens",
    "majority",
]

_K = TypeVar("_K")
_V = TypeVar("_V", bound=Hashable)

# Different values that are told apart; beyond, no value is that of most images.
MAX_VALUES = 256
# Images named in a message.
NAMED = 3
# What most images have: so many of them, and so large a part of all.
LEAST_IMAGES = 5
LEAST_SHARE = 0.8
# Pixel sizes that differ by less are one, measured twice.
_SAME_SIZE = 0.01
_NAMED_CHANNELS = 6
_NAMED_CLASSES = 3


@dataclass
class Tally(Generic[_V]):
    """How many images have each value.

    Attributes
    ----------
    counts
        Images by value.
    places
        The first few paths by value.
    others
        Images with values beyond `MAX_VALUES`.
    """

    counts: dict[_V, int] = field(default_factory=dict)
    places: dict[_V, list[str]] = field(default_factory=dict)
    others: int = 0

    @property
    def total(self) -> int:
        """Number of images with a value."""
        return sum(self.counts.values()) + self.others

    def add(self, value: _V, path: str) -> None:
        """Count an image."""
        if value not in self.counts and len(self.counts) >= MAX_VALUES:
            self.others += 1
            return
        self.counts[value] = self.counts.get(value, 0) + 1
        places = self.places.setdefault(value, [])
        if len(places) < NAMED and path not in places:
            places.append(path)

    def classes(self, same: Callable[[_V, _V], bool]) -> list[Class[_V]]:
        """Return values with their images, the most frequent first.

        Parameters
        ----------
        same
            Whether two values mean the same; counted as the more frequent one.
        """
        found: list[Class[_V]] = []
        for value, count in sorted(self.counts.items(), key=lambda item: -item[1]):
            known = next((c for c in found if same(c.value, value)), None)
            if known is None:
                found.append(Class(value, count, list(self.places[value])))
            else:
                known.add(count, self.places[value])
        return found


@dataclass
class Class(Generic[_V]):
    """Images with one value."""

    value: _V
    count: int
    places: list[str]

    def add(self, count: int, places: Sequence[str]) -> None:
        """Add images whose value means the same."""
        self.count += count
        self.places = [*self.places, *places][:NAMED]


def majority(classes: Sequence[Class[_V]], total: int) -> Class[_V] | None:
    """Return what most images have, or ``None`` where nothing is so frequent."""
    if not classes:
        return None
    most = max(classes, key=lambda known: known.count)
    enough = most.count >= LEAST_IMAGES and most.count >= LEAST_SHARE * total
    return most if enough else None


class PerComponent(Generic[_K]):
    """Something that is kept for each component.

    Parameters
    ----------
    subject
        What is checked.
    make
        Begins what is kept for one component.
    """

    def __init__(self, subject: Subject, make: Callable[[], _K]) -> None:
        self.subject = subject
        self.make = make
        self._kept: dict[str, _K] = {}

    def images(
        self, extraction: Extraction
    ) -> tuple[_K, tuple[ImageMetadata, ...]] | None:
        """Return what is kept for the component of an image file, and its images.

        Images of a document without its folder are as of one component, whose pointer
        is empty.
        """
        group = component_of(extraction, self.subject)
        if group is None and self.subject.dataset is not None:
            return None
        found = taken(extraction, self.subject)
        if not found:
            return None
        pointer = group.pointer if group else ""
        kept = self._kept.get(pointer)
        if kept is None:
            kept = self._kept[pointer] = self.make()
        return kept, found

    def items(self) -> Iterator[tuple[str, _K]]:
        """Return pointer of each component and what is kept for it."""
        yield from self._kept.items()


def component_name(subject: Subject, pointer: str) -> str:
    """Return how a message names a component: `` of component `x` ``, or nothing."""
    part = subject.document.get(pointer) if pointer else None
    if not isinstance(part, dict):
        return ""
    name = text(part, "name") or text(part, "id")
    return f" of component `{name}`" if name else ""


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


class Counts(Generic[_V]):
    """How many images of each component have what; the common part of surveys.

    Parameters
    ----------
    subject
        What is checked.
    feature
        What is counted.
    """

    def __init__(self, subject: Subject, feature: Feature[_V]) -> None:
        self.feature = feature
        self.subject = subject
        self._tallies = PerComponent[Tally[_V]](subject, Tally)

    def add(self, extraction: Extraction) -> None:
        """Take note of one image file."""
        found = self._tallies.images(extraction)
        if found is None:
            return
        tally, images = found
        for image in images:
            value = self.feature.value(image)
            if value is not None:
                tally.add(value, image.path)

    def various(self) -> Iterator[tuple[str, Tally[_V], list[Class[_V]]]]:
        """Return components with several values, and what no table says of them.

        Returns
        -------
        Iterator
            Pointer, tally and classes, the most frequent first.
        """
        for pointer, tally in self._tallies.items():
            classes = tally.classes(self.feature.same)
            if len(classes) > 1 and not self.feature.is_told(self.subject, pointer):
                yield pointer, tally, classes


class Outliers(Counts[_V]):
    """A survey that finds the few images that differ from all others.

    Parameters
    ----------
    subject
        What is checked.
    feature
        In what they differ.
    advice
        What to do about it.
    """

    def __init__(self, subject: Subject, feature: Feature[_V], advice: str) -> None:
        super().__init__(subject, feature)
        self.advice = advice

    def hits(self) -> Iterator[Hit]:
        """Return one hit for each component with outliers."""
        for pointer, tally, classes in self.various():
            most = majority(classes, tally.total)
            if most is None:
                continue
            few = [known for known in classes if known is not most]
            whose = component_name(self.subject, pointer)
            yield Hit(
                self._sentence(most, few, tally, whose),
                pointer or None,
                path=None if pointer else few[0].places[0],
                help=self.advice,
            )

    def _sentence(
        self, most: Class[_V], few: list[Class[_V]], tally: Tally[_V], whose: str
    ) -> str:
        told = self.feature.shown
        count = tally.total - most.count
        have = "has" if count == 1 else "have"
        start = f"{count:,} of {tally.total:,} images{whose} {have}"
        if len(few) == 1 and not tally.others:
            places = ", ".join(few[0].places)
            return (
                f"{start} {told(few[0].value)}, all others {told(most.value)}: {places}"
            )
        kinds = "; ".join(
            f"{told(known.value)} ({known.count:,}: {', '.join(known.places)})"
            for known in few[:_NAMED_CLASSES]
        )
        more = "; …" if len(few) > _NAMED_CLASSES or tally.others else ""
        return (
            f"{start} other {self.feature.plural} than all others, which have "
            f"{told(most.value)}: {kinds}{more}"
        )


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
