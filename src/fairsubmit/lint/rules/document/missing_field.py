"""Every required field has a value.

What it does
------------
Reports required fields and sections that are missing or empty, where no rule of its
own speaks about them.

Why it is bad
-------------
REMBI and the archives require them, because without them the images cannot be
understood.

Example
-------
A specimen without `title`.

How to fix
----------
Add the field. `fairsubmit schema` describes every field.

Source
------
The submission model of fairsubmit, after REMBI 1.5 and MIFA 1.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    return (hit for code, hit in subject.shape if code == "DOC121")


RULE = Rule(
    code="DOC121",
    name="missing-field",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
    fallback=True,
)
