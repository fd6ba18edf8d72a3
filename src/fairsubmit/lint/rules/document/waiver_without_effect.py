"""Every waiver names a rule, gives a reason and is needed.

What it does
------------
Reports waivers whose code is no rule, or that give no reason; and, as a note, waivers
that waived nothing. Waivers stand in `ignore:`, in comments, or in `fairsubmit.toml`.

Why it is bad
-------------
Such a waiver waives nothing. A reason is what makes a waiver honest: it is kept in
the report and travels with the data.

Example
-------
`ignore: {IMG102: ""}`, or `# fairsubmit: ignore[IMG102]` without words behind it. In
`fairsubmit.toml` beside the submission, `[[waivers]]` with `codes = ["IMG102"]`,
`paths = ["raw/pilot/**"]` and `reason = "not calibrated yet"`.

How to fix
----------
Write the rule's code and why it does not hold here.

Source
------
fairsubmit; unused suppressions as in ruff RUF100.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.dataset import SETTINGS_NAME
from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.lint.waivers import Given

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for given in subject.waivers.given:
        if given.code not in subject.codes:
            near = closest(given.code, sorted(subject.codes))
            cure = f"did you mean {near}?" if near else "`fairsubmit rule` lists all"
            yield _hit(
                given, f"`{given.code}` is no rule, so this waives nothing", cure
            )
        elif not given.reason:
            words = f"{given.code} is waived without a reason, so it still counts"
            yield _hit(given, words, "write why it may stay")
    for problem in subject.waivers.problems:
        cure = "`fairsubmit rule DOC110` has an example"
        yield Hit(problem, path=SETTINGS_NAME, help=cure)


def _hit(given: Given, message: str, cure: str) -> Hit:
    line = given.written_line
    return Hit(message, given.pointer, key=True, path=given.path, line=line, help=cure)


RULE = Rule(
    code="DOC110",
    name="waiver-without-effect",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
