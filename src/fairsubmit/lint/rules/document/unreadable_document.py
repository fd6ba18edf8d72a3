"""The document can be read.

What it does
------------
Reports where `submission.yaml` stops being readable.

Why it is bad
-------------
Nothing else can be checked before this is right.

Example
-------
`authors: [a, b` lacks the closing bracket.

How to fix
----------
Correct the line shown.

Source
------
YAML 1.2.
"""

from __future__ import annotations

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Rule, said_by_reader

__all__ = ["RULE"]

RULE = Rule(
    code="DOC101",
    name="unreadable-document",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=said_by_reader("DOC101"),
)
