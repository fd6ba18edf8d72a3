"""An annotation set says by which rules, of which images and how surely it was made.

What it does
------------
Reports annotation sets with neither criteria, nor coverage, nor confidence; notes those
that have some of them.

Why it is bad
-------------
Who trains a model on them must know what counts as an object, and whether what is not
marked is not there.

Example
-------
An annotation set with `method` alone.

How to fix
----------
Add `criteria:`, `coverage:` and `confidence:`.

Source
------
MIFA 1.0 Annotations (optional); BioImage Archive template v5 (desirable).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.suggest import or_list
from fairsubmit.lint.tree import is_absent, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_FIELDS = ("criteria", "coverage", "confidence")


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, annotation in parts(subject.document, "/annotations"):
        missing = [field for field in _FIELDS if is_absent(annotation.get(field))]
        if missing:
            name = text(annotation, "title") or text(annotation, "id")
            yield Hit(
                f"annotation set `{name}` says nothing of {or_list(missing)}",
                pointer,
                severity=None if len(missing) == len(_FIELDS) else Severity.INFO,
                help=f"add {', '.join(f'`{field}:`' for field in missing)}",
            )


RULE = Rule(
    code="ANN106",
    name="annotation-quality-unsaid",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
