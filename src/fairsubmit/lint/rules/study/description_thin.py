"""The description says what was imaged, and how.

What it does
------------
Reports a description of less than 150 characters, and a longer one that names neither
the organism nor the method nor any other term of the submission.

Why it is bad
-------------
The description is what people read to decide whether the data are of use to them;
search engines read nothing else.

Example
-------
`description: Confocal images of cells.`

How to fix
----------
Say what was imaged, how, and what for, in two or three sentences.

Source
------
FAIRsFAIR metric FsF-F2-01M; RDA FAIR indicator F2-01M.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, parts, terms, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_ENOUGH = 150
_WORD = re.compile(r"[^\W\d_]{4,}")
# Words that say nothing of what was imaged.
_COMMON = frozenset(
    ["cell", "cells", "from", "into", "that", "these", "this", "were", "which", "with"]
)


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study") or {}
    written = " ".join(text(study, "description").split())
    if not written:
        return
    if len(written) < _ENOUGH:
        words = f"the description has {len(written)} characters and says little"
        advice = (
            f"say what was imaged, how and what for, in {_ENOUGH} characters or more"
        )
        yield Hit(words, "/study/description", help=advice)
        return
    used = {word.casefold() for word in _WORD.findall(written)}
    named = {
        word.casefold() for name in _names(subject) for word in _WORD.findall(name)
    }
    if named and not (used & named) - _COMMON:
        words = "the description names neither the organism nor the imaging method"
        yield Hit(words, "/study/description", help="say what was imaged, and how")


def _names(subject: Subject) -> Iterator[str]:
    for pointer, part in parts(subject.document, "/biosamples"):
        yield text(part, "biological_entity")
        yield text(part, "title")
        for _, term in terms(part, "organism", pointer):
            yield text(term, "label")
    for pointer, part in parts(subject.document, "/acquisitions"):
        for _, term in terms(part, "imaging_method", pointer):
            yield text(term, "label")


RULE = Rule(
    code="STU107",
    name="description-thin",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
