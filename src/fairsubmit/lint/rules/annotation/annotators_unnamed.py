"""Annotations that others made name them.

What it does
------------
Reports annotation sets whose method speaks of annotators, experts, students or a crowd
where neither authors nor a licence of their own are given.

Why it is bad
-------------
Their work is used without credit, and perhaps without their terms.

Example
-------
`method: drawn by three students`, and no `authors`.

How to fix
----------
Add `authors:` to the annotation set, and `license:` where it is another one.

Source
------
MIFA 1.0 Annotations.authors, license.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import is_absent, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_OTHERS = re.compile(
    r"\b(?:annotators?|experts?|pathologists?|students?|volunteers?|crowd\w*|"
    r"citizen scien\w+|curators?|radiologists?)\b",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, annotation in parts(subject.document, "/annotations"):
        found = _OTHERS.search(text(annotation, "method"))
        unnamed = all(is_absent(annotation.get(k)) for k in ("authors", "license"))
        if found and unnamed:
            words = f"the method speaks of `{found[0]}`, but no annotator is named"
            advice = "add `authors:`, and `license:` if it is another one"
            yield Hit(words, f"{pointer}/method", help=advice)


RULE = Rule(
    code="ANN108",
    name="annotators-unnamed",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
