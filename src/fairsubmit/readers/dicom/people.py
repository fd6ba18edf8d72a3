"""Patients and staff named in a header: which elements, never what they hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Problem
from fairsubmit.readers.dicom.tags import PATIENT, STAFF

if TYPE_CHECKING:
    from fairsubmit.readers.dicom.dataset import Data

__all__ = ["people"]

# What programs write in the place of a name, and dates of nobody.
_NOBODY = re.compile(
    r"(an(on(ym\w*)?)?|de-?ident\w*|removed|redacted|none|n/?a|null|unknown|unspecified"
    r"|not (known|available|applicable|provided)|no ?name|blank|empty|hidden|masked"
    r"|pseudonym\w*|subject|patient|x+|0+|19000101|00010101|15821015)",
    re.IGNORECASE,
)
_FILL = re.compile(r"[\s^=_*?.:\-\\\[\]'()<>{}]+")


def people(data: Data) -> list[Problem]:
    """Return a problem for patients' data and one for staff's, if there are any."""
    patient = [key for key in PATIENT if _is_told(data, key)]
    staff = [key for key in STAFF if _is_told(data, key)]
    removed = (data.text("PatientIdentityRemoved") or "").upper() == "YES"
    found = []
    if patient:
        message = f"holds patient data in {', '.join(patient)}"
        if removed:
            message += "; Patient Identity Removed is YES: check that they are codes"
        found.append(Problem("personal-data", message, patient[0], error=not removed))
    if staff:
        message = f"names persons or institutions in {', '.join(staff)}"
        found.append(Problem("personal-data", message, staff[0]))
    if (data.text("BurnedInAnnotation") or "").upper() == "YES":
        message = "says that its pixels show text that may name the patient"
        found.append(Problem("personal-data", message, "BurnedInAnnotation"))
    elif (data.text("SpecimenLabelInImage") or "").upper() == "YES":
        message = "shows the slide's label, which may name the patient"
        found.append(Problem("personal-data", message, "SpecimenLabelInImage"))
    return found


def _is_told(data: Data, keyword: str) -> bool:
    if not data.has(keyword):
        return False
    if keyword.endswith("Sequence"):
        return bool(data.items(keyword))
    return any(not _is_nobody(text) for text in data.texts(keyword))


def _is_nobody(text: str) -> bool:
    words = [word for word in _FILL.split(text) if word]
    joined = " ".join(words)
    return not words or bool(
        _NOBODY.fullmatch(joined) or all(_NOBODY.fullmatch(word) for word in words)
    )
