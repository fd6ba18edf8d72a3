"""The study has at least one component.

What it does
------------
Checks that `components` has an item.

Why it is bad
-------------
A study component says which images belong together and what they show; without one
no file is deposited.

Example
-------
`components: []`

How to fix
----------
Add a component with `id`, `name`, `description`, `associations` and `files`.

Source
------
REMBI 1.5 study_components; BioImage Archive template v5 Study Component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    if is_blank(subject.document.tree.get("components")):
        yield Hit(
            "the submission has no study component",
            "/components",
            help="add `components:` to say which images belong together",
        )


RULE = Rule(
    code="STU109",
    name="component-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
