"""No key is given twice.

What it does
------------
Reports a key that stands twice in the same mapping.

Why it is bad
-------------
YAML readers silently keep the last value, so the first one is lost.

Example
-------
`title:` on line 2 and again on line 9.

How to fix
----------
Remove one of the two, or join them into one list.

Source
------
YAML 1.2 section 3.2.1.3: keys of a mapping are unique.
"""

from __future__ import annotations

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Rule, said_by_reader

__all__ = ["RULE"]

RULE = Rule(
    code="DOC102",
    name="duplicate-key",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=said_by_reader("DOC102"),
)
