"""Every annotation set has an overview, a type and a method.

What it does
------------
Checks `annotations[].overview`, `.types` and `.method`.

Why it is bad
-------------
Nobody can train or compare with annotations of unknown making.

Example
-------
An annotation set without `method:`.

How to fix
----------
Add what is missing.

Source
------
MIFA 1.0 annotation_overview and annotation_method; BioImage Archive template v5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_WANTED = {"overview": "overview", "types": "type", "method": "method"}


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, annotation in parts(subject.document, "/annotations"):
        name = text(annotation, "id") or text(annotation, "title")
        for key, word in _WANTED.items():
            if is_blank(annotation.get(key)):
                yield Hit(
                    f"annotation set `{name}` has no {word}",
                    f"{pointer}/{key}",
                    help=f"add `{key}:`",
                )


RULE = Rule(
    code="ANN101",
    name="annotation-incomplete",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
