"""No file is there twice under two names.

What it does
------------
Reports files with the same content. Files of the same size are compared by their digest
where one was recorded, else by samples from their start, middle and end, and then
whole. Chunks of an OME-Zarr are left out: within one image many are alike.

Why it is bad
-------------
It is paid for twice, and counted twice by those who train models: the same image in
training and test makes every result look good.

Example
-------
`raw/a.tif` and `raw/copy of a.tif`

How to fix
----------
Remove one of them, or `exclude` it.

Source
------
QUAREP-LiMi WG 12 on machine learning (leakage); common sense.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.duplicates import same_content
from fairsubmit.lint.paths import sample

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    dataset = subject.dataset
    if dataset is None:
        return
    files = dataset.files
    # in the order of the listing, which is sorted
    sizes = {
        path: file.size for path, file in files.items() if path in subject.selected
    }
    for names in same_content(dataset.root, sizes, subject.manifest):
        first, *others = names
        yield Hit(
            f"`{first}` is also there as {sample(others)}",
            path=others[0],
            count=len(others),
            help="remove or `exclude` what is there twice",
        )


RULE = Rule(
    code="FIL110",
    name="duplicate-content",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
