"""Of fluorescence images, somebody says what fluoresces.

What it does
------------
Reports a fluorescence method where neither the specimens nor the acquisitions nor the
channels name a stain, dye, antibody or fluorescent protein.

Why it is bad
-------------
An image of fluorescence means nothing without knowing what was labelled.

Example
-------
`imaging_method: confocal microscopy`, `sample_preparation: Fixed in formaldehyde.`

How to fix
----------
Name the labels in `sample_preparation`, or list them as `channels` of the specimen.

Source
------
QUAREP-LiMi WG 11, sample labelling; REMBI 1.5 Specimen, channel content.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import all_texts, parts, terms, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_FLUORESCENCE = re.compile(
    r"fluoresc|confocal|light[ -]?sheet|spim\b|tirf|two-photon|multiphoton|\bsted\b|"
    r"palm\b"
    r"|\bstorm\b|structured illumination|\bsim\b|\bflim\b|\bfrap\b|\bfret\b",
    re.IGNORECASE,
)
_REFLECTION = re.compile(
    r"reflect|raman|harmonic|autofluoresc|label[ -]free", re.IGNORECASE
)
# Words, endings and families of labels; general, as the list of dyes has no end.
_LABEL = re.compile(
    r"stain|dye|label|antibod|immuno|\btag|fluorophore|\bprobe|express|transgenic|"
    r"\b[a-z0-9-]*(?:gfp|rfp|yfp|cfp|bfp)\b|cherry|tomato|venus|citrine|scarlet|"
    r"neongreen|"
    r"emerald|turquoise|cerulean|kate|halo-?tag|snap-?tag|clip-?tag|dendra|\beos|gcamp|"
    r"\bdapi\b|hoechst|draq|\bpi\b|propidium|sytox|syto\b|alexa|\baf ?\d{3}|atto ?\d|"
    r"\bcy[2357]\b|\bfitc\b|tritc|rhodamine|fluorescein|calcein|phalloidin|lectin|"
    r"\bwga\b|"
    r"\bfish\b|bodipy|nile red|mitotracker|lysotracker|\bdi[ilo]\b|janelia|\bjf ?\d{3}|"
    r"\bsir\b|indo-1|fura|fluo-\d|cell ?mask|cell ?trace|tetraspeck|chlorophyll|"
    r"quantum dot",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    document = subject.document
    if any(
        not text(part, "sample_preparation")
        for _, part in parts(document, "/specimens")
    ):
        return  # the preparation is missing as a whole, which SPE101 says
    places = []
    for pointer, acquisition in parts(document, "/acquisitions"):
        for where, term in terms(acquisition, "imaging_method", pointer):
            label = text(term, "label")
            if _FLUORESCENCE.search(label) and not _REFLECTION.search(label):
                places.append((where, label))
    sections = ("study", "biosamples", "specimens", "acquisitions", "components")
    said = (value for key in sections for _, value in all_texts(document.tree.get(key)))
    if places and not any(_LABEL.search(value) for value in said if value):
        where, label = places[0]
        yield Hit(
            f"`{label}` shows fluorescence, but nothing says what was labelled",
            where,
            help="name stains and fluorescent proteins in `sample_preparation`, or as "
            "`channels` of the specimen",
        )


RULE = Rule(
    code="SPE104",
    name="label-missing",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
