"""The study has a title of at least 25 characters.

What it does
------------
Checks `study.title`, blanks at its ends not counted.

Why it is bad
-------------
The title is what people see in a list of search results, and archives refuse a
shorter one.

Example
-------
`title: Cells`

How to fix
----------
Say what was imaged, how, and in which condition.

Source
------
REMBI 1.5 Study.title, "Minimum length: 25 characters"; BioImage Archive template v5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

# REMBI 1.5 Study.title
_LEAST = 25


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study")
    if study is None or not isinstance(study.get("title", ""), str | None):
        return
    title = text(study, "title")
    if not title:
        yield Hit(
            "the study has no title",
            "/study/title",
            help="add `title:` with at least 25 characters",
        )
    elif len(title) < _LEAST:
        yield Hit(
            f"the title is {len(title)} of at least {_LEAST} characters long",
            "/study/title",
            help="say what was imaged, how, and in which condition",
        )


RULE = Rule(
    code="STU101",
    name="title-too-short",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
