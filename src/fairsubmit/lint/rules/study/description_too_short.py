"""The study has a description of at least 25 characters.

What it does
------------
Checks `study.description`, blanks at its ends not counted.

Why it is bad
-------------
The description is how others decide whether the images are of use to them, and
archives refuse a shorter one.

Example
-------
`description: data`

How to fix
----------
Describe the question, the samples and what the images show.

Source
------
REMBI 1.5 Study.description, "Minimum length: 25 characters"; BioImage Archive
template v5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

# REMBI 1.5 Study.description
_LEAST = 25


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study")
    if study is None or not isinstance(study.get("description", ""), str | None):
        return
    words = text(study, "description")
    if not words:
        yield Hit(
            "the study has no description",
            "/study/description",
            help="add `description:` with at least 25 characters",
        )
    elif len(words) < _LEAST:
        yield Hit(
            f"the description is {len(words)} of at least {_LEAST} characters long",
            "/study/description",
            help="describe the question, the samples and what the images show",
        )


RULE = Rule(
    code="STU102",
    name="description-too-short",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
