"""Every acquisition names its instrument.

What it does
------------
Checks `acquisitions[].instrument`.

Why it is bad
-------------
Without the instrument nobody can judge or repeat the imaging.

Example
-------
`instrument:` without a value.

How to fix
----------
Write manufacturer and model: `instrument: Nikon Ti2 with Yokogawa CSU-W1`.

Source
------
REMBI 1.5 ImageAcquisition.imaging_instrument; BioImage Archive template v5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, acquisition in parts(subject.document, "/acquisitions"):
        if is_blank(acquisition.get("instrument")):
            label = text(acquisition, "title") or text(acquisition, "id")
            shown = f" `{label}`" if label else ""
            yield Hit(
                f"acquisition{shown} does not name the instrument",
                f"{pointer}/instrument",
                help="add `instrument:` with manufacturer and model",
            )


RULE = Rule(
    code="ACQ106",
    name="instrument-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
