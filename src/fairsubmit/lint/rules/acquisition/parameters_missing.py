"""Every acquisition states its parameters.

What it does
------------
Checks `acquisitions[].parameters`.

Why it is bad
-------------
Objective, wavelengths and exposure decide what can be measured in an image.

Example
-------
`parameters:` without a value.

How to fix
----------
Write for example `parameters: 63x/1.4 NA oil, 488 nm, 100 ms, z step 0.2 µm`.

Source
------
REMBI 1.5 ImageAcquisition.image_acquisition_parameters; BioImage Archive template
v5.
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
        if is_blank(acquisition.get("parameters")):
            label = text(acquisition, "title") or text(acquisition, "id")
            shown = f" `{label}`" if label else ""
            yield Hit(
                f"acquisition{shown} does not state its parameters",
                f"{pointer}/parameters",
                help="add `parameters:` with objective, wavelengths and exposure",
            )


RULE = Rule(
    code="ACQ107",
    name="parameters-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
