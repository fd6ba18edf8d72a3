"""An organisation in PageTab has an accession and a name.

What it does
------------
Reports organisation sections in PageTab without `accno` or `Name`. In a
`submission.yaml` a missing `id` or `name` is DOC121.

Why it is bad
-------------
Authors cannot refer to it, and the archive makes no DOI for the record.

Example
-------
`{"type": "organisation", "attributes": []}`

How to fix
----------
Give the section an `accno` such as `o1` and a `Name`.

Source
------
BioStudies DoiService InvalidOrgException and InvalidOrgName.
"""

from __future__ import annotations

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Rule, said_by_reader

__all__ = ["RULE"]

RULE = Rule(
    code="PPL111",
    name="organisation-incomplete",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=said_by_reader("PPL111"),
)
