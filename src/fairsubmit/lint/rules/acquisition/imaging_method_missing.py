"""Every acquisition names its imaging method.

What it does
------------
Checks `acquisitions[].imaging_method` and the `label` of each.

Why it is bad
-------------
The method is, beside the organism, what people filter by.

Example
-------
`imaging_method: []`

How to fix
----------
Add `imaging_method: [{label: confocal microscopy, id: FBbi:00000251}]`.

Source
------
REMBI 1.5 ImageAcquisition.imaging_method; BioImage Archive template v5; GIDE profile
v0.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import is_absent, is_blank, parts, terms, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_HELP = "add `imaging_method: [{label: confocal microscopy, id: FBbi:00000251}]`"


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, acquisition in parts(subject.document, "/acquisitions"):
        label = text(acquisition, "title") or text(acquisition, "id")
        shown = f" `{label}`" if label else ""
        if is_absent(acquisition.get("imaging_method")):
            yield Hit(
                f"acquisition{shown} has no imaging method",
                f"{pointer}/imaging_method",
                help=_HELP,
            )
            continue
        for where, term in terms(acquisition, "imaging_method", pointer):
            if is_blank(term.get("label")):
                yield Hit(
                    f"an imaging method of acquisition{shown} has no name",
                    f"{where}/label",
                    help=_HELP,
                )


RULE = Rule(
    code="ACQ101",
    name="imaging-method-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
