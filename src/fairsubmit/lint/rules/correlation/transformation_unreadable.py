"""A transformation is a matrix, or a file that is there.

What it does
------------
Reports a `transformation_matrix` that is neither rows of numbers nor a file of the
dataset.

Why it is bad
-------------
Nobody can overlay the images with it.

Example
-------
`transformation_matrix: see BigWarp`

How to fix
----------
Write the numbers, row by row (`1 0 0; 0 1 0; 0 0 1`), or the path of the file.

Source
------
REMBI 1.5 ImageCorrelation.transformation_matrix.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.identifiers import is_address
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_BETWEEN = r"[\s\[\](){},;|]"
_MATRIX = re.compile(
    rf"{_BETWEEN}*(?:{_NUMBER}{_BETWEEN}+){{3,}}(?:{_NUMBER})?{_BETWEEN}*"
)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, correlation in parts(subject.document, "/correlations"):
        written = text(correlation, "transformation_matrix")
        if not written or _MATRIX.fullmatch(written) or is_address(written):
            continue
        known = subject.dataset is None or written in subject.dataset.files
        if known and (subject.dataset is not None or "." in written):
            continue
        yield Hit(
            f"`{written}` is neither a matrix nor a file of the dataset",
            f"{pointer}/transformation_matrix",
            help="write the numbers row by row, or the path of the file",
        )


RULE = Rule(
    code="COR103",
    name="transformation-unreadable",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
