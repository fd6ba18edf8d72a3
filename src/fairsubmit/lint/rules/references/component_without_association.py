"""Every component is associated with a biosample, a specimen and an acquisition.

What it does
------------
Checks that `components[].associations` has an item.

Why it is bad
-------------
The archive could not say what the images show or how they were taken.

Example
-------
A component with `files` only.

How to fix
----------
Add `associations: [{biosample: b1, specimen: s1, acquisition: a1}]`.

Source
------
BioImage Archive template v5: required columns of Associations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, component in parts(subject.document, "/components"):
        if is_blank(component.get("associations")):
            name = text(component, "id") or text(component, "name")
            yield Hit(
                f"component `{name}` has no association",
                f"{pointer}/associations",
                help="add `associations:` of biosample, specimen and acquisition",
            )


RULE = Rule(
    code="REF103",
    name="component-without-association",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
