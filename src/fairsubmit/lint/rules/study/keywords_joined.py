"""Each keyword is an item of its own.

What it does
------------
Reports keywords that hold several, joined by semicolons, bars or commas.

Why it is bad
-------------
Nobody searches for `CRISPR; brain`: it is found under neither word.

Example
-------
`keywords: ["CRISPR; brain"]`

How to fix
----------
Write one keyword an item.

Source
------
BioImage Archive template v5: Keywords is a list (select, multiple).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

# A comma inside a name (1,2-dichloroethane) has no blank behind it.
_JOINTS = re.compile(r"\s*[;|\n]\s*|,\s+")


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study") or {}
    for pointer, keyword in texts(study, "keywords", "/study"):
        several = [part for part in _JOINTS.split(keyword) if part]
        if len(several) > 1 and not _in_brackets(keyword):
            yield Hit(
                f"`{keyword}` is {len(several)} keywords in one",
                pointer,
                help=f"write `{several[0]}`, `{several[1]}`, … as items of their own",
                edits=(Edit("split", pointer, tuple(several)),),
            )


def _in_brackets(keyword: str) -> bool:
    return any(mark in keyword for mark in "()[]")


RULE = Rule(
    code="STU104",
    name="keywords-joined",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
