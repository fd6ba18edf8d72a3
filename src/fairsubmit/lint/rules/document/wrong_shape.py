"""Every value has the kind that its field takes.

What it does
------------
Reports a text where a list is wanted, a list where a text is wanted, a word that is
not among the ones allowed, and the like.

Why it is bad
-------------
The value cannot be carried into any archive's form.

Example
-------
`keywords: mitosis, HeLa` instead of `keywords: [mitosis, HeLa]`.

How to fix
----------
Write the value as the message says. `fairsubmit schema` describes every field.

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
    return (hit for code, hit in subject.shape if code == "DOC120")


RULE = Rule(
    code="DOC120",
    name="wrong-shape",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
    fallback=True,
)
