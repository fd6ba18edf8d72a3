"""An image analysis has an overview.

What it does
------------
Reports image analyses without an overview.

Why it is bad
-------------
The BioImage Archive asks for it: a title alone does not say what was done.

Example
-------
`analyses: [{id: n1, title: Counting}]`

How to fix
----------
Say in `overview` what was done, in the order it was done.

Source
------
BioImage Archive template v5: Image analysis overview (required); REMBI 1.5
analysis_overview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.tree import is_absent, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, analysis in parts(subject.document, "/analyses"):
        if is_absent(analysis.get("overview")):
            title = text(analysis, "title")
            named = f"analysis `{title}`" if title else "an analysis"
            words = f"{named} has no overview"
            advice = "say in `overview:` what was done, in order"
            yield Hit(words, f"{pointer}/overview", help=advice)


RULE = Rule(
    code="ANA102",
    name="analysis-undescribed",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
