"""The text names the objective that the images name.

What it does
------------
Compares magnification and numerical aperture in `instrument` and `parameters` with
those in the headers of the component's images. Nothing is said where an acquisition of
the component names no objective, or where the image's number stands anywhere in the
text.

Why it is bad
-------------
One of the two is wrong, and readers believe the text.

Example
-------
`parameters: 63x/1.4 NA oil`, and images with a nominal magnification of 40.

How to fix
----------
Correct the text; or the images, where the microscope was set up for another objective.

Source
------
QUAREP-LiMi WG11, objective; OME-XML schema 2016-06, Objective NominalMagnification,
LensNA.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.features import lens
from fairsubmit.lint.methods import Imaging, imaging_by_component
from fairsubmit.lint.optics import Optics, optics
from fairsubmit.lint.suggest import or_list
from fairsubmit.lint.surveys import PerComponent, Tally, component_name
from fairsubmit.lint.tree import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]

_Lens = tuple[float | None, float | None]

_MOST = 5
# Beyond, it is no objective for light.
_MOST_MAGNIFICATION = 250
_HELP = "correct the text, or the objective in the images' metadata"


class _Survey:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._kept = PerComponent[Tally[_Lens]](subject, Tally)

    def add(self, extraction: Extraction) -> None:
        found = self._kept.images(extraction)
        if found is None:
            return
        tally, images = found
        for image in images:
            tally.add(lens(image), image.path)

    def hits(self) -> Iterator[Hit]:
        known = imaging_by_component(self.subject)
        for component, tally in self._kept.items():
            imaging = known.get(component)
            if imaging is None or not imaging.acquisitions:
                continue
            said = list(map(optics, imaging.texts))
            wrong = {v: w for v in tally.counts if any(w := _wrong(v, said))}
            if wrong:
                whose = component_name(self.subject, component)
                words = _words(wrong, said, tally, whose)
                yield Hit(words, _place(imaging), help=_HELP)


def _wrong(value: _Lens, said: list[Optics]) -> tuple[bool, bool]:
    """Return whether magnification and aperture cannot be what the text says."""
    magnification, aperture = value
    if magnification and magnification > _MOST_MAGNIFICATION:
        return False, False
    return (
        magnification is not None
        and all(optic.magnifications for optic in said)
        and not any(optic.allows_magnification(magnification) for optic in said),
        aperture is not None
        and all(optic.apertures for optic in said)
        and not any(optic.allows_aperture(aperture) for optic in said),
    )


def _words(
    wrong: Mapping[_Lens, tuple[bool, bool]],
    said: list[Optics],
    tally: Tally[_Lens],
    whose: str,
) -> str:
    magnified, apertured = map(any, zip(*wrong.values(), strict=True))
    texts = []
    if magnified:
        named = dict.fromkeys(m for optic in said for m in optic.magnifications)
        texts.append(or_list(f"{number:g}x" for number in named))
    if apertured:
        named = dict.fromkeys(a for optic in said for a in optic.apertures)
        texts.append(f"NA {or_list(f'{number:g}' for number in named)}")
    images = [
        f"{_theirs(value, which)} ({', '.join(tally.places[value])})"
        for value, which in list(wrong.items())[:_MOST]
    ]
    count = sum(tally.counts[value] for value in wrong)
    says = f"image{whose} says" if count == 1 else f"images{whose} say"
    more = ", …" if len(wrong) > _MOST else ""
    return (
        f"the text says {' and '.join(texts)}, but {count:,} {says} "
        f"{', '.join(images)}{more}"
    )


def _theirs(value: _Lens, wrong: tuple[bool, bool]) -> str:
    shown = (
        f"{value[0]:g}x" if wrong[0] else "",
        f"NA {value[1]:g}" if wrong[1] else "",
    )
    return " and ".join(filter(None, shown))


def _place(imaging: Imaging) -> str:
    """Return where the first acquisition names an objective."""
    pointer, acquisition = imaging.acquisitions[0]
    for key in ("parameters", "instrument"):
        found = optics(text(acquisition, key))
        if found.magnifications or found.apertures:
            return f"{pointer}/{key}"
    return f"{pointer}/parameters"


RULE = Rule(
    code="ACQ110",
    name="text-contradicts-images",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    survey=_Survey,
)
