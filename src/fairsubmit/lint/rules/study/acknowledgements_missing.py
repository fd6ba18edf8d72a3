"""The study says whom it thanks, or who paid.

What it does
------------
Notes a study with neither acknowledgements, nor a funding statement, nor a grant.

Why it is bad
-------------
Funders and facilities find their data by it; many ask for it.

Example
-------
A study without `acknowledgements`, `funding_statement` and `funding`.

How to fix
----------
Add `acknowledgements:`, `funding_statement:` or `funding:` to the study.

Source
------
BioImage Archive template v5: Acknowledgements, Funding (desirable); MIFA 1.0
funding_statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import is_absent, mapping_at

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_FIELDS = ("acknowledgements", "funding_statement", "funding")


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study")
    if study is not None and all(is_absent(study.get(field)) for field in _FIELDS):
        words = "the study says neither whom it thanks nor who paid"
        advice = "add `acknowledgements:`, or `funding:` with the grants"
        yield Hit(words, "/study/acknowledgements", key=True, help=advice)


RULE = Rule(
    code="STU108",
    name="acknowledgements-missing",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
