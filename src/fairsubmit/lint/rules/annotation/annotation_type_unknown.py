"""The type of an annotation is one of the eleven of MIFA.

What it does
------------
Checks `annotations[].types`.

Why it is bad
-------------
The archive's form has no other types, and searches by them.

Example
-------
`types: [mask]`: did you mean `segmentation_mask`?

How to fix
----------
Choose one of the eleven; `other` is among them, to be explained in the overview.

Source
------
MIFA 1.0 AnnotationType; BioImage Archive template v5 Annotation Type.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, get_args

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.suggest import closest, or_list, replacing
from fairsubmit.lint.tree import parts, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


@cache
def _types() -> tuple[str, ...]:
    from fairsubmit.metadata.annotation import AnnotationType  # noqa: PLC0415 - heavy

    return get_args(AnnotationType)


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, annotation in parts(subject.document, "/annotations"):
        for where, written in texts(annotation, "types", pointer):
            if written not in _types():
                meant = _meant(written)
                yield Hit(
                    f"`{written}` is not an annotation type",
                    where,
                    help=f"did you mean `{meant}`?"
                    if meant
                    else f"choose {or_list(_types())}",
                    edits=replacing(where, meant),
                )


def _meant(written: str) -> str | None:
    word = re.sub(r"[\s-]+", "_", written.casefold()).rstrip("s")
    inside = [t for t in _types() if word and word in t]
    return inside[0] if len(inside) == 1 else closest(word, _types(), cutoff=0.6)


RULE = Rule(
    code="ANN102",
    name="annotation-type-unknown",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
