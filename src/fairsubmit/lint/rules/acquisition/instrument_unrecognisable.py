"""The instrument has a maker or a model.

What it does
------------
Reports a description in which neither a maker nor a model can be recognised.

Why it is bad
-------------
`our confocal` says nothing to others; the stand tells what could be seen with it.

Example
-------
`instrument: our confocal`

How to fix
----------
Write maker and model: `Zeiss LSM 980`; for own constructions, say of which parts they
are.

Source
------
QUAREP-LiMi WG 11, microscope stand; BIDS Microscopy: Manufacturer,
ManufacturersModelName.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_MAKER = re.compile(
    r"zeiss|leica|nikon|olympus|evident|evos|thermo|\bfei\b|jeol|hitachi|tescan|perkin|"
    r"union biometrica|yokogawa|andor|3i\b|intelligent imaging|molecular devices|"
    r"imagexpress|"
    r"operetta|opera\b|"
    r"cytation|biotek|incell|in cell|ge healthcare|cytiva|deltavision|"
    r"applied precision|"
    r"hamamatsu|aperio|philips|ventana|roche|akoya|vectra|phenix|visiopharm|bruker|"
    r"luxendo|"
    r"lavision|miltenyi|abberior|picoquant|nanonis|asylum|jpk|keyence|motic|tilt\b|"
    r"till|"
    r"visitech|crest|mizar|applied scientific|\basi\b|thorlabs|scientifica|sutter|"
    r"phaseview|"
    r"nanoimager|oni\b|elyra|celldiscoverer|axio|lsm ?\d|dmi ?\d|dm[a-z]?\d|\bsp[58]\b|"
    r"stellaris|\bti2?(?:-?e)?\b|eclipse|\bix ?\d|\bbx ?\d|\bfv ?\d|spinsr|titan|talos|"
    r"krios|glacios|tecnai|arctica|polara|helios|aquilos|quanta|gemini|merlin|sigma|"
    r"auriga|"
    r"crossbeam|lightsheet ?z|viventis|mesospim|openspim|home-?(?:made|built)|"
    r"custom|lab-built|simulat",
    re.IGNORECASE,
)
# A model is letters with digits, as in `DMi8`, `A1R` or `CSU-W1`, or a made-up word as
# in `BioImager`.
_MODEL = re.compile(
    r"\b(?=[\w-]*\d)(?=[\w-]*[A-Z])[A-Za-z][\w-]*\b|\b[A-Z][a-z]+[A-Z]\w+\b"
)
_OPTICS = re.compile(r"\b\d+(?:\.\d+)?\s?[xX]\b|\bNA\b|\b\d+ ?nm\b", re.IGNORECASE)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, acquisition in parts(subject.document, "/acquisitions"):
        written = text(acquisition, "instrument")
        bare = _OPTICS.sub("", written)
        if written and not _MAKER.search(bare) and not _MODEL.search(bare):
            words = f"`{written}` names neither maker nor model of the microscope"
            advice = "write both, e.g. `Zeiss LSM 980`"
            yield Hit(words, f"{pointer}/instrument", help=advice)


RULE = Rule(
    code="ACQ108",
    name="instrument-unrecognisable",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
