"""A correlation says how the images were brought to overlay.

What it does
------------
Reports correlations without `spatial_and_temporal_alignment`.

Why it is bad
-------------
The BioImage Archive asks for it: without it the images of two methods cannot be laid
over each other.

Example
-------
`correlations: [{id: r1, title: CLEM}]`

How to fix
----------
Say how they were aligned: by hand, by fiducials, by which program.

Source
------
BioImage Archive template v5: Image correlation; REMBI 1.5 ImageCorrelation.
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
    for pointer, correlation in parts(subject.document, "/correlations"):
        if is_absent(correlation.get("spatial_and_temporal_alignment")):
            title = text(correlation, "title")
            named = f"correlation `{title}`" if title else "a correlation"
            where = f"{pointer}/spatial_and_temporal_alignment"
            advice = "say how the images were brought to overlay"
            yield Hit(f"{named} does not say how images align", where, help=advice)


RULE = Rule(
    code="COR101",
    name="alignment-missing",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
