"""Magnification and pixel size of images fit each other.

What it does
------------
Reports images of one component that have the same pixel size, the same number of pixels
and the same detector under different magnifications; and pixels that would be smaller
than 0.2 µm or larger than 100 µm on the detector, which is their size times the
magnification. Where a point is scanned, the pixel size can be chosen, and the first is
not asked.

Why it is bad
-------------
One of the two is wrong, and usually it is the scale: it was calibrated for another
objective.

Example
-------
20 images at 20x and 40 at 63x, all with a pixel size of 0.325 µm.

How to fix
----------
Look which objective was used, and correct the scale or the objective's name.

Source
------
QUAREP-LiMi WG11, objective, and WG12, minimal scale information; OME-XML schema
2016-06, Objective NominalMagnification.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.features import lens
from fairsubmit.lint.lengths import micrometres, shown
from fairsubmit.lint.methods import imaging_of
from fairsubmit.lint.surveys import PerComponent, Tally, component_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction, ImageMetadata

__all__ = ["RULE"]

_LEAST_PITCH, _MOST_PITCH = 0.2, 100.0
# Beyond, it is no objective for light.
_MOST_MAGNIFICATION = 250
_NAMED = 3
_SCANNED = re.compile(r"scanning|photon|spot|STED|FLIM", re.IGNORECASE)
_HELP = "look which objective was used, and correct the scale or the objective"


class _Setting(NamedTuple):
    """What makes two images comparable, and the magnification."""

    size: float
    width: int | None
    height: int | None
    detector: str | None
    free: bool
    magnification: float


class _Survey:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._kept = PerComponent[Tally[_Setting]](subject, Tally)

    def add(self, extraction: Extraction) -> None:
        found = self._kept.images(extraction)
        if found is None:
            return
        tally, images = found
        scanning = imaging_of(extraction, self.subject).scanning
        for image in images:
            magnification, size = lens(image)[0], micrometres(image.physical_size.x)
            if not magnification or not size or magnification > _MOST_MAGNIFICATION:
                continue
            setting = _Setting(
                float(f"{size:.4g}"),
                image.size.x,
                image.size.y,
                image.detector.model,
                scanning or _is_scanned(image),
                magnification,
            )
            tally.add(setting, image.path)

    def hits(self) -> Iterator[Hit]:
        for pointer, tally in self._kept.items():
            whose = component_name(self.subject, pointer)
            for words, path in (*_pitches(tally, whose), *_twins(tally, whose)):
                place = None if pointer else path
                yield Hit(words, pointer or None, path=place, help=_HELP)


def _is_scanned(image: ImageMetadata) -> bool:
    modes = (channel.acquisition_mode or "" for channel in image.channels)
    return any(map(_SCANNED.search, modes))


def _pitches(tally: Tally[_Setting], whose: str) -> Iterator[tuple[str, str]]:
    found: dict[tuple[float, float], int] = {}
    places: list[str] = []
    for setting, count in tally.counts.items():
        key = (setting.size, setting.magnification)
        if not _LEAST_PITCH <= key[0] * key[1] <= _MOST_PITCH:
            found[key] = found.get(key, 0) + count
            places += tally.places[setting]
    if not found:
        return
    kinds = [
        f"{shown(size)} at {magnification:g}x, which needs a detector with pixels of "
        f"{shown(size * magnification)}"
        for size, magnification in list(found)[:_NAMED]
    ]
    count = sum(found.values())
    have = f"image{whose} has" if count == 1 else f"images{whose} have"
    words = (
        f"{count:,} {have} a pixel size of {', or '.join(kinds)}: "
        f"{', '.join(places[:_NAMED])}"
    )
    yield words, places[0]


def _twins(tally: Tally[_Setting], whose: str) -> Iterator[tuple[str, str]]:
    found: dict[_Setting, list[_Setting]] = {}
    for setting in tally.counts:
        if not setting.free:
            found.setdefault(setting._replace(magnification=0), []).append(setting)
    for camera, settings in found.items():
        if len(settings) > 1:
            named = ", ".join(
                f"{s.magnification:g}x ({tally.counts[s]:,}: {tally.places[s][0]})"
                for s in sorted(settings, key=lambda s: s.magnification)
            )
            words = (
                f"images{whose} have one pixel size, {shown(camera.size)}, at several "
                f"magnifications: {named}"
            )
            yield words, tally.places[settings[0]][0]


RULE = Rule(
    code="SET105",
    name="magnification-mismatch",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    survey=_Survey,
)
