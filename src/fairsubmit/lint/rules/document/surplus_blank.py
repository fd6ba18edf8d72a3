"""No value has blanks around it, or two in a row.

What it does
------------
Reports values of one line that begin or end with a blank, or hold two in a row.

Why it is bad
-------------
Programs compare values as they stand: with a blank more, a name is another name.

Example
-------
`title: "Danio  rerio "`

How to fix
----------
Remove the blanks; `fairsubmit lint --fix` does.

Source
------
Corrections by curators of the BioImage Archive; BioStudies help on file lists, where
names are trimmed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import all_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_SURPLUS = re.compile(r"^\s|\s$|[^\S\n]{2,}")
_BLANKS = re.compile(r"\s+")
# Names of files may hold any blanks; waivers and settings are not deposited.
_ELSEWHERE = ("/ignore/", "/targets/")


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, value in all_texts(subject.document.tree):
        line = value.strip("\n")
        if not _SURPLUS.search(line) or not line.strip() or "\n" in line.strip():
            continue
        if pointer.startswith(_ELSEWHERE) or "/files/" in pointer:
            continue
        yield Hit(
            "a value has blanks around it, or two in a row",
            pointer,
            help="remove the surplus blanks",
            group=True,
            edits=(Edit("replace", pointer, (_BLANKS.sub(" ", line).strip(),)),),
        )


RULE = Rule(
    code="DOC105",
    name="surplus-blank",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="safe",
    check=_check,
)
