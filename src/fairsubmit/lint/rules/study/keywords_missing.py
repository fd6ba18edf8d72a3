"""The study has keywords.

What it does
------------
Checks that `study.keywords` has at least one item.

Why it is bad
-------------
Search in archives rests on keywords.

Example
-------
`keywords: []`

How to fix
----------
Add a few words that a colleague would search for, one an item.

Source
------
REMBI 1.5 Study.keywords; BioImage Archive template v5; F-UJI FsF-F2-01M.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, mapping_at

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study")
    if study is not None and is_blank(study.get("keywords")):
        yield Hit(
            "the study has no keywords",
            "/study/keywords",
            help="add `keywords:` with words that a colleague would search for",
        )


RULE = Rule(
    code="STU103",
    name="keywords-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
