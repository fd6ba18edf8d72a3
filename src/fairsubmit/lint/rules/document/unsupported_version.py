"""The document says which version of the format it is written in.

What it does
------------
Checks that `fairsubmit:` is there and is a version that this program can read.

Why it is bad
-------------
Without it, a later version could read a value as something else.

Example
-------
`fairsubmit: 7`

How to fix
----------
Write `fairsubmit: 1` as the first line, or update the program.

Source
------
The submission model of fairsubmit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    # the model brings pydantic, which listing the rules does not need
    from fairsubmit.metadata.submission import SUBMISSION_VERSION  # noqa: PLC0415 - so

    newest = SUBMISSION_VERSION
    value = subject.document.tree.get("fairsubmit")
    if is_blank(value):
        yield Hit(
            "`fairsubmit:`, the version of this document's layout, is missing",
            "/fairsubmit",
            help=f"write `fairsubmit: {newest}` as the first line",
        )
    elif not isinstance(value, str) or not _supported(value.strip(), newest):
        newer = isinstance(value, str) and value.strip().isdecimal()
        advice = "update fairsubmit, or " if newer else ""
        yield Hit(
            f"layout version `{value}` is not known; this program reads {newest}",
            "/fairsubmit",
            help=f"{advice}write `fairsubmit: {newest}`",
        )


def _supported(value: str, newest: int) -> bool:
    known = range(1, newest + 1)
    return value.isascii() and value.isdecimal() and int(value[:9]) in known


RULE = Rule(
    code="DOC108",
    name="unsupported-version",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
