"""Every component has a name and a description.

What it does
------------
Checks `components[].name` and `components[].description`.

Why it is bad
-------------
They are all that a visitor sees before the list of files.

Example
-------
`description:` without a value.

How to fix
----------
Say what the images of this component have in common.

Source
------
REMBI 1.5 StudyComponent.name and .description; BioImage Archive template v5.
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
    for pointer, component in parts(subject.document, "/components"):
        label = text(component, "id") or text(component, "name")
        shown = f" `{label}`" if label else ""
        for key in ("name", "description"):
            if is_blank(component.get(key)):
                yield Hit(
                    f"component{shown} has no {key}",
                    f"{pointer}/{key}",
                    help="say what its images have in common",
                )


RULE = Rule(
    code="STU110",
    name="component-undescribed",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
