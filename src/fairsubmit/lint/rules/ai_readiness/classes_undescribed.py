"""Classes of annotations are described.

What it does
------------
Notes annotation sets of class labels whose overview, method and criteria name no class
and whose tables have no column of classes.

Why it is bad
-------------
A label 2 means nothing to others.

Example
-------
`types: [class_labels]`, and nothing on which classes there are.

How to fix
----------
Name the classes in `criteria`, with terms of an ontology where there are some.

Source
------
MIFA 1.0 class_labels; RDA FAIR indicator I2-01D.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_CLASSES = re.compile(
    r"class(?:es)?\b[^.]*[:=(,]|\b\d+ ?[=:]|\blabel(?:led|s)? as\b|\w+_\d{5,}|"
    r"\w+:\d{4,}",
    re.IGNORECASE,
)
_COLUMN = re.compile(r"class|label|category|phenotype|cell ?type", re.IGNORECASE)


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups:
        annotation = subject.document.get(group.pointer)
        if group.kind != "annotation" or not isinstance(annotation, dict):
            continue
        types = annotation.get("types")
        if not isinstance(types, list) or "class_labels" not in types:
            continue
        said = " ".join(text(annotation, k) for k in ("overview", "method", "criteria"))
        columns = group.table.columns if group.table else ()
        if _CLASSES.search(said) or any(_COLUMN.search(name) for name in columns):
            continue
        yield Hit(
            "nothing says which classes there are",
            f"{group.pointer}/types",
            help="name them in `criteria:`, e.g. `1 = interphase, 2 = mitosis`",
        )


RULE = Rule(
    code="AIR103",
    name="classes-undescribed",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
