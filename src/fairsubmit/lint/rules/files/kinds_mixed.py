"""A component tells raw from processed files.

What it does
------------
Reports components that hold both raw images and what looks like results (masks,
segmentations, projections), where no column of a file table says which is which.

Why it is bad
-------------
Whoever takes all files of the component for raw data trains on masks.

Example
-------
`raw/a.tif` and `raw/a_mask.tif` in one component.

How to fix
----------
Put them into components or annotation sets of their own, or add a column `Type` to the
file table.

Source
------
BioImage Archive file lists, type of file; REMBI 1.5 Image data.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.paths import sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.dataset import FileGroup

__all__ = ["RULE"]

_RESULT = re.compile(
    r"(?:^|[/_. -])(?:masks?|segmentations?|segmented|labels?|processed|deconvolved|"
    r"decon|"
    r"projections?|mip|denoised|predictions?)(?=[/_. -]|$)",
    re.IGNORECASE,
)
_TYPE = re.compile(
    r"\b(?:type|kind|role|data ?type|category|processing)\b",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    suspect = any(map(_RESULT.search, subject.shapes))
    for group in subject.groups if suspect else ():
        if group.kind == "component" and not _told_apart(group):
            results = [path for path in group.paths if _RESULT.search(path)]
            if results and len(results) < len(group.paths):
                yield Hit(
                    f"component `{group.id}` mixes raw files with what looks like "
                    f"results: {sample(results)}",
                    f"{group.pointer}/files",
                    count=len(results),
                    help="give them a component or annotation set of their own, or a "
                    "column `Type` in the file table",
                )


def _told_apart(group: FileGroup) -> bool:
    columns = group.table.columns if group.table else ()
    return any(_TYPE.search(name.replace("_", " ")) for name in columns)


RULE = Rule(
    code="FIL111",
    name="kinds-mixed",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
