"""Where one specimen was imaged by light and by electrons, a correlation says how.

What it does
------------
Reports a specimen that components associate with methods of light and of electron
microscopy (or of X-rays) where no correlation is described.

Why it is bad
-------------
Such images belong over each other; without their alignment they are two data sets.

Example
-------
One specimen associated with `confocal microscopy` and with `scanning electron
microscopy`, and no `correlations`.

How to fix
----------
Add `correlations:` and name it in the associations, or say that they are of different
places.

Source
------
REMBI 1.5, example 5 (correlative imaging).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, parts, terms, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_ELECTRONS = re.compile(
    r"electron|\b(?:FIB-?)?SEM\b|\bTEM\b|tomogra|X-ray|EM\b", re.IGNORECASE
)


def _check(subject: Subject) -> Iterator[Hit]:
    document = subject.document
    if not is_blank(document.tree.get("correlations")):
        return
    electrons = dict(_electrons(subject))
    used: dict[str, dict[bool, str]] = {}
    for component, _ in parts(document, "/components"):
        for where, association in parts(document, f"{component}/associations"):
            kind = electrons.get(text(association, "acquisition"))
            specimen = text(association, "specimen")
            if kind is None or not specimen:
                continue
            known = used.setdefault(specimen, {})
            known.setdefault(kind, where)
    for specimen, kinds in used.items():
        if len(kinds) > 1:
            words = f"specimen `{specimen}` was imaged by light and by electrons"
            advice = "add `correlations:`, and name it in the associations"
            yield Hit(
                f"{words}, but no correlation is described", kinds[True], help=advice
            )


def _electrons(subject: Subject) -> Iterator[tuple[str, bool]]:
    for pointer, part in parts(subject.document, "/acquisitions"):
        labels = [text(t, "label") for _, t in terms(part, "imaging_method", pointer)]
        if any(labels):
            yield text(part, "id"), any(_ELECTRONS.search(label) for label in labels)


RULE = Rule(
    code="COR102",
    name="correlation-missing",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
