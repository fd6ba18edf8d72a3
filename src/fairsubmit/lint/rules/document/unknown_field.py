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

from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.findings import Edit
    from fairsubmit.metadata.load import Document

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for code, hit in subject.shape:
        if code == "DOC103":
            free = all(_is_free(subject.document, edit) for edit in hit.edits)
            yield hit if free else replace(hit, edits=())


def _is_free(document: Document, edit: Edit) -> bool:
    """Whether the field that is meant is not there already."""
    parent = document.get((edit.pointer or "").rpartition("/")[0])
    return isinstance(parent, dict) and edit.values[0] not in parent


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
