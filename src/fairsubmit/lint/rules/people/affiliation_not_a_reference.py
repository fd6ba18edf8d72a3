"""An affiliation in PageTab is marked as a reference.

What it does
------------
Reports `affiliation` attributes in PageTab that name an organisation's section but
lack `"reference": true`. A `submission.yaml` cannot have this fault.

Why it is bad
-------------
The archive shows the internal name, such as `o1`, as if it were the organisation.

Example
-------
`{"name": "affiliation", "value": "o1"}`

How to fix
----------
Add `"reference": true`.

Source
------
BioStudies PageTab, reference attributes; corrections by curators of the BioImage
Archive.
"""

from __future__ import annotations

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Rule, said_by_reader

__all__ = ["RULE"]

RULE = Rule(
    code="PPL110",
    name="affiliation-not-a-reference",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=said_by_reader("PPL110"),
)
