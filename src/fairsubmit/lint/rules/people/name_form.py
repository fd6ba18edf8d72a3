"""Names are given name first, in full and in ordinary letters.

What it does
------------
Reports names with a comma, digits or signs, all in capitals, or whose last word is
initials.

Why it is bad
-------------
Archives split a name at its last blank: of `Doe J`, the family name becomes J.

Example
-------
`name: Doe, J.`

How to fix
----------
Write the name as it shall be printed: `Jane Doe`; or give `given_name` and
`family_name` too.

Source
------
EMPIAR deposition schema, pattern of names; BioStudies DoiService, which splits at the
last blank.
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

# EMPIAR deposition schema 1.6: ^[^0-9!"£$%^&*()]+$
_FORBIDDEN = re.compile(r"[0-9!\"£$%^&*()]")
_INITIALS = re.compile(r"^(?:[^\W\d_]\.?){1,3}$")
_LETTERS = 4
_GENERATION = frozenset({"II", "III", "IV", "V"})


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, author in parts(subject.document, "/authors"):
        name = text(author, "name")
        fault = _fault(name, split=bool(text(author, "family_name")))
        if fault:
            advice = "write it as it shall be printed: given name, then family name"
            yield Hit(f"`{name}` {fault}", f"{pointer}/name", help=advice)


def _fault(name: str, *, split: bool) -> str | None:
    forbidden = _FORBIDDEN.search(name)
    if forbidden:
        return f"holds `{forbidden[0]}`, which is no part of a name"
    if "," in name and not split:
        return "looks like family name, given name"
    words = name.split()
    last = words[-1] if words else ""
    initials = last.isupper() and _INITIALS.match(last) and last not in _GENERATION
    if len(words) > 1 and initials and not split:
        return "ends with initials, which would become the family name"
    if len(name) >= _LETTERS and name.isupper() and len(words) > 1:
        return "is all in capitals"
    return None


RULE = Rule(
    code="PPL113",
    name="name-form",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
