"""A PageTab document has the present layout of the BioImage Archive.

What it does
------------
Reports PageTab whose components hold their own biosamples, specimens and
acquisitions, as before template v4.

Why it is bad
-------------
The archive no longer reads this layout.

Example
-------
A section `Image Acquisition` inside a section `Study Component`.

How to fix
----------
Write the sections beside the components, and refer to them by an `Associations`
section.

Source
------
BioImage Archive templates v4 and v5; corrections by its curators.
"""

from __future__ import annotations

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Rule, said_by_reader

__all__ = ["RULE"]

RULE = Rule(
    code="MIG001",
    name="nested-layout",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=said_by_reader("MIG001"),
)
