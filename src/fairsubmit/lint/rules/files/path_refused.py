"""Every path is one that BioStudies takes.

What it does
------------
Compares the path of each selected file with the pattern that BioStudies applies:
letters without accents, digits, blank and `! - _ * ' ( ) . /`.

Why it is bad
-------------
Such a file uploads well, and then the submission is refused at the very end.

Example
-------
`Exp#1/µ.tif` has `#` and `µ`.

How to fix
----------
Rename the file or folder, for example as suggested.

Source
------
BioStudies FileSourcesList.kt; BioImage Archive help-file-list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.paths import MANY, condense, renamed
from fairsubmit.metadata.paths import path_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    refused: dict[str, list[str]] = {}
    for path in subject.selected if any(map(path_problem, subject.shapes)) else ():
        fault = path_problem(path)
        if fault is not None:
            refused.setdefault(fault, []).append(path)
    for fault, paths in refused.items():
        # another name is made for those alone that are told
        hits = [(path, _hit(path, fault)) for path in paths[: MANY + 1]]
        words = f"paths are refused by BioStudies: each {fault}"
        yield from condense(hits, words, total=len(paths))


def _hit(path: str, fault: str) -> Hit:
    return Hit(
        f"BioStudies refuses the path `{path}`: it {fault}",
        path=path,
        help=f"rename it, e.g. `{renamed(path)}`",
    )


RULE = Rule(
    code="FIL104",
    name="path-refused",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
