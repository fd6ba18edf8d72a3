"""No value is a placeholder.

What it does
------------
Reports values such as TBD, n/a, "in revision" or "see manuscript".

Why it is bad
-------------
A placeholder passes for a value: programs follow it, people believe it.

Example
-------
`grant_id: TBD`

How to fix
----------
Remove the field until its value is known.

Source
------
Corrections by curators of the BioImage Archive; hints left in IDR templates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import all_texts, is_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

# Where such words are what the author has to say, or are checked by other rules.
_ELSEWHERE = ("/ignore/", "/targets/")


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, value in all_texts(subject.document.tree):
        if is_placeholder(value) and not pointer.startswith(_ELSEWHERE):
            yield Hit(
                f"`{value.strip()}` is a placeholder, not a value",
                pointer,
                help="remove the field until its value is known",
                edits=(Edit("remove", pointer),),
            )


RULE = Rule(
    code="DOC107",
    name="placeholder-value",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="unsafe",
    check=_check,
    fallback=True,
)
