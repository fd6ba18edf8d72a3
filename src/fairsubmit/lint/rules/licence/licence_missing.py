"""The study has a licence.

What it does
------------
Checks that `study.license` is there.

Why it is bad
-------------
Without a licence nobody may reuse the data.

Example
-------
A study without `license:`.

How to fix
----------
Add `license: CC0-1.0` or `license: CC-BY-4.0`, as your institution prefers.

Source
------
MIFA 1.0 license; RO-Crate 1.1 license; RDA FAIR indicator R1.1-01M.
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
    if study is not None and is_blank(study.get("license")):
        yield Hit(
            "the study has no licence",
            "/study/license",
            help="add `license: CC0-1.0` or `license: CC-BY-4.0`",
        )


RULE = Rule(
    code="LIC101",
    name="licence-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
