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
from fairsubmit.lint.methods import Imaging, imaging_by_component
from fairsubmit.lint.optics import Optics, optics
from fairsubmit.lint.suggest import or_list
from fairsubmit.lint.surveys import PerComponent, Tally, component_name, lens
from fairsubmit.lint.tree import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]

_Lens = tuple[float | None, float | None]

_MOST = 5
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
            wrong = [(v, w) for v in tally.counts if (w := _wrong(v, said))]
            for value, words in wrong[:_MOST]:
                count, places = tally.counts[value], tally.places[value]
                say = "image says" if count == 1 else "images say"
                whose = component_name(self.subject, component)
                yield Hit(
                    f"the text says {words[0]}, but {count:,} {say} {words[1]}{whose}: "
                    f"{', '.join(places)}",
                    _place(imaging),
                    help=_HELP,
                )


def _wrong(value: _Lens, said: list[Optics]) -> tuple[str, str] | None:
    """Return what the text and the image say, where these cannot both be right."""
    magnification, aperture = value
    texts, images = [], []
    if (
        magnification
        and all(optic.magnifications for optic in said)
        and not any(optic.allows_magnification(magnification) for optic in said)
    ):
        named = dict.fromkeys(m for optic in said for m in optic.magnifications)
        texts.append(or_list(f"{number:g}x" for number in named))
        images.append(f"{magnification:g}x")
    if (
        aperture
        and all(optic.apertures for optic in said)
        and not any(optic.allows_aperture(aperture) for optic in said)
    ):
        named = dict.fromkeys(a for optic in said for a in optic.apertures)
        texts.append(f"NA {or_list(f'{number:g}' for number in named)}")
        images.append(f"NA {aperture:g}")
    return (" and ".join(texts), " and ".join(images)) if texts else None


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
