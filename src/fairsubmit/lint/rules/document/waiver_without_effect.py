"""Every waiver names a rule and gives a reason.

What it does
------------
Reports items of `ignore:` whose code is no rule, or that give no reason.

Why it is bad
-------------
Such a waiver waives nothing. A reason is what makes a waiver honest: it is kept in
the report and travels with the data.

Example
-------
`ignore: {IMG102: ""}`

How to fix
----------
Write the rule's code and why it does not hold here.

Source
------
fairsubmit; unused suppressions as in ruff RUF100.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.suggest import closest
from fairsubmit.lint.tree import is_blank, mapping_at
from fairsubmit.metadata.load import escape_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    waivers = mapping_at(subject.document, "/ignore") or {}
    for code, reason in waivers.items():
        pointer = f"/ignore/{escape_pointer(code)}"
        if code.strip().upper() not in subject.codes:
            near = closest(code, sorted(subject.codes))
            yield Hit(
                f"`{code}` is no rule, so this waives nothing",
                pointer,
                key=True,
                help=f"did you mean {near}?" if near else "`fairsubmit rule` lists all",
            )
        elif is_blank(reason):
            yield Hit(
                f"{code} is waived without a reason, so it still counts",
                pointer,
                key=True,
                help=f"write why: `{code}: because …`",
            )


RULE = Rule(
    code="DOC110",
    name="waiver-without-effect",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
