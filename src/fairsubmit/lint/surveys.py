"""What the images of a component have in common, and which of them differ.

Surveys keep counts and the paths of a few images, never images: a component may have
a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from fairsubmit.lint.base import Hit
from fairsubmit.lint.images import component_of, taken
from fairsubmit.lint.tree import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.lint.base import Subject
    from fairsubmit.lint.features import Feature
    from fairsubmit.metadata.image import Extraction, ImageMetadata

__all__ = [
    "Counts",
    "Outliers",
    "PerComponent",
    "Tally",
    "component_name",
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
