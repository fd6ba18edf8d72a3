"""The specimen says how the cells or animals were grown.

What it does
------------
Notes a submission in which no specimen has a growth protocol.

Why it is bad
-------------
Medium, temperature and age change what cells look like.

Example
-------
Specimens without `growth_protocol`.

How to fix
----------
Add `growth_protocol:`, e.g. medium, temperature, confluence, age.

Source
------
REMBI 1.5 Specimen; BioImage Archive template v5: Growth protocol (desirable).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    specimens = list(parts(subject.document, "/specimens"))
    if specimens and not any(text(s, "growth_protocol") for _, s in specimens):
        words = "no specimen says how it was grown"
        where = "/specimens/0/growth_protocol"
        yield Hit(words, where, key=True, help="add `growth_protocol:`")


RULE = Rule(
    code="SPE103",
    name="growth-protocol-missing",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
