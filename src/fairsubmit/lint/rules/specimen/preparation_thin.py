"""The sample preparation says what was done.

What it does
------------
Reports a protocol of less than 40 characters, and one that only points somewhere else.

Why it is bad
-------------
Papers lie behind walls and move; without fixation, staining and mounting, nobody can
judge what the images show.

Example
-------
`sample_preparation: See manuscript`

How to fix
----------
Write how the sample was fixed, stained and mounted, in a sentence or two; a DOI of
protocols.io may stand beside it in `protocol_links`.

Source
------
Corrections by curators of the BioImage Archive; QUAREP-LiMi WG 11, specimen setup.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, is_placeholder, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_ENOUGH = 40
_POINTER = re.compile(
    r"(?:please )?(?:see|refer to|cf\.?|as (?:described|published|reported)(?: in|"
    r" by)?|"
    r"described (?:in|by)|according to|published in)\b[^.;]{0,80}[.;]?",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, specimen in parts(subject.document, "/specimens"):
        written = " ".join(text(specimen, "sample_preparation").split())
        linked = not is_blank(specimen.get("protocol_links"))
        if not written or linked or is_placeholder(written):
            continue
        advice = "say how the sample was fixed, stained and mounted"
        if _POINTER.fullmatch(written):
            words = f"`{written}` only points somewhere else"
        elif len(written) < _ENOUGH:
            words = f"the sample preparation has {len(written)} characters"
        else:
            continue
        yield Hit(words, f"{pointer}/sample_preparation", help=advice)


RULE = Rule(
    code="SPE102",
    name="preparation-thin",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
