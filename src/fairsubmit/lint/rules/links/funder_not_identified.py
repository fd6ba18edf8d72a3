"""A funder has an identifier.

What it does
------------
Notes grants whose funder has neither a ROR id nor a Crossref Funder id.

Why it is bad
-------------
Funders are written in many ways; the identifier is what counts their grants together.

Example
-------
`funder: ERC` without `funder_id`.

How to fix
----------
Look the funder up at https://ror.org and add its id as `funder_id:`.

Source
------
DataCite 4.5 property 19 (funderIdentifier); RO-Crate 1.2 funder.
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
    for pointer, grant in parts(subject.document, "/study/funding"):
        funder = text(grant, "funder")
        if funder and not text(grant, "funder_id"):
            words = f"funder `{funder}` has no identifier"
            advice = "look it up at https://ror.org and add it as `funder_id:`"
            yield Hit(words, pointer, help=advice)


RULE = Rule(
    code="LNK108",
    name="funder-not-identified",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
