"""The objective is given with magnification and numerical aperture.

What it does
------------
For acquisitions by light microscopy whose images were read: reports where neither
`instrument` and `parameters` nor any image says the magnification, or the numerical
aperture. A column `Objective` in the file table counts too.

Why it is bad
-------------
The numerical aperture decides what could be resolved.

Example
-------
`parameters: 488 nm, 100 ms exposure`, and images without an objective.

How to fix
----------
Write it as it is engraved: `63x/1.4 NA oil`.

Source
------
QUAREP-LiMi WG11, objective; 4DN-BINA-OME (NBO) tier 1; BIDS Microscopy:
Magnification, NumericalAperture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.features import OBJECTIVE, lens
from fairsubmit.lint.methods import imaging_by_component, imaging_with
from fairsubmit.lint.optics import optics
from fairsubmit.lint.surveys import PerComponent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from fairsubmit.metadata.image import Extraction

__all__ = ["RULE"]


@dataclass
class _Seen:
    """Images of a component, and how many give what."""

    images: int = 0
    magnified: int = 0
    apertured: int = 0


class _Survey:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._kept = PerComponent(subject, _Seen)

    def add(self, extraction: Extraction) -> None:
        found = self._kept.images(extraction)
        if found is None:
            return
        seen, images = found
        for image in images:
            magnification, aperture = lens(image)
            seen.images += 1
            seen.magnified += magnification is not None
            seen.apertured += aperture is not None

    def hits(self) -> Iterator[Hit]:
        known = imaging_by_component(self.subject)
        totals: dict[str, tuple[Mapping[str, Any], _Seen]] = {}
        for component, seen in self._kept.items():
            if component not in known or OBJECTIVE.is_told(self.subject, component):
                continue
            for pointer, acquisition in known[component].acquisitions:
                total = totals.setdefault(pointer, (acquisition, _Seen()))[1]
                total.images += seen.images
                total.magnified += seen.magnified
                total.apertured += seen.apertured
        for pointer, (acquisition, seen) in totals.items():
            missing = _missing(pointer, acquisition, seen)
            if missing:
                yield _hit(pointer, missing, seen.images)


def _missing(pointer: str, acquisition: Mapping[str, Any], seen: _Seen) -> list[str]:
    imaging = imaging_with(pointer, acquisition)
    if not imaging.light:
        return []
    said = optics("\n".join(imaging.texts))
    missing = []
    if not seen.magnified and not said.says_magnification:
        missing.append("the magnification")
    if not seen.apertured and not said.says_aperture:
        missing.append("the numerical aperture")
    return missing


def _hit(pointer: str, missing: list[str], images: int) -> Hit:
    which = "its image" if images == 1 else f"any of its {images:,} images"
    return Hit(
        f"neither the text nor {which} gives {' or '.join(missing)} of the objective",
        f"{pointer}/parameters",
        help="write it as it is engraved, e.g. `63x/1.4 NA oil`",
    )


RULE = Rule(
    code="ACQ109",
    name="objective-missing",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    survey=_Survey,
)
