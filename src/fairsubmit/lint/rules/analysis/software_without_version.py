"""A program has its version.

What it does
------------
Reports programs that are listed, or named in the overview, without a version.

Why it is bad
-------------
Another version gives other numbers.

Example
-------
`overview: Segmented in Fiji.`

How to fix
----------
Write the version: `Fiji 2.14.0`, `CellProfiler 4.2.6`; list it as `software` with its
address.

Source
------
QUAREP-LiMi WG 12, established workflows, minimal: cite, key settings, version.
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

_PROGRAMS = re.compile(
    r"\b(?:Fiji|ImageJ2?|CellProfiler|Imaris|ilastik|CellPose|StarDist|napari|QuPath|"
    r"Arivis|Huygens|Icy|Ilastik|KNIME|MATLAB|Python|TrackMate|Amira|Avizo|RELION|"
    r"cryoSPARC|Harmony|Columbus|MetaMorph|NIS[- ]Elements|LAS ?X|ZEN)\b",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"\bv(?:ersion)?\.?\s?\d|\d+\.\d+|\b20\d\d\b|R20\d\d[ab]", re.IGNORECASE
)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, analysis in parts(subject.document, "/analyses"):
        listed = list(parts(subject.document, f"{pointer}/software"))
        for where, program in listed:
            words = f"{text(program, 'description')} {text(program, 'url')}"
            if not _VERSION.search(words) and words.strip():
                yield _hit(text(program, "description") or text(program, "url"), where)
        overview = text(analysis, "overview")
        named = _PROGRAMS.search(overview)
        if not listed and named and not _VERSION.search(overview):
            yield _hit(named[0], f"{pointer}/overview")


def _hit(name: str, pointer: str) -> Hit:
    return Hit(f"`{name}` has no version", pointer, help=f"write `{name} 1.2.3`")


RULE = Rule(
    code="ANA103",
    name="software-without-version",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
