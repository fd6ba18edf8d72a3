"""Every field is one that the submission format has.

What it does
------------
Reports fields that `submission.yaml` does not have, and names the one that was
probably meant.

Why it is bad
-------------
A misspelt field is a value that never reaches the archive.

Example
-------
`emali: jane@example.org`: did you mean `email`?

How to fix
----------
Correct the name, or remove the field. `fairsubmit schema` describes every field.

Source
------
The submission model of fairsubmit; BioImage Archive template v5 allows no custom
attributes either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    return (hit for code, hit in subject.shape if code == "DOC103")


RULE = Rule(
    code="DOC103",
    name="unknown-field",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="unsafe",
    check=_check,
    fallback=True,
)
