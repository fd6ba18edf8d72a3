"""Every mandatory key of IDR's study file can be filled.

What it does
------------
Reports the keys of `study.txt` that IDR's parser requires and that neither the
submission nor `targets: {idr: …}` tells.

Why it is bad
-------------
IDR's parser refuses the file.

Example
-------
No `study_type`: `study.txt` would have no `Study Type`.

How to fix
----------
Add what is named; `sample_type` is `cell` or `tissue`.

Source
------
IDR idr-utils pyidr/study_parser.py, KEYS; templates of IDR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import IDR, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, mapping_at, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    document = subject.document
    target = mapping_at(document, "/targets/idr") or {}
    where = "/targets/idr" if target else ""
    kind = "Screen" if text(target, "screen_type") else "Experiment"
    for key, name, example in (
        ("Study Type", "study_type", "high content screen"),
        (f"{kind} Sample Type", "sample_type", "cell"),
    ):
        if not text(target, name):
            words = f"nothing says `{key}` of IDR's study file"
            advice = f"add `targets: {{idr: {{{name}: {example}}}}}`"
            yield Hit(words, where, help=advice)
    papers = list(parts(document, "/study/publications"))
    if not any(text(paper, "title") for _, paper in papers):
        words = "nothing says `Study Publication Title` of IDR's study file"
        advice = "add the publication with its title to `study: publications:`"
        yield Hit(words, "/study/publications", help=advice)
    if all(is_blank(author.get("name")) for _, author in parts(document, "/authors")):
        words = "nothing says `Study Author List` of IDR's study file"
        yield Hit(words, "/authors", help="name the authors")


RULE = Rule(
    code="IDR101",
    name="study-key-missing",
    severity=Severity.ERROR,
    gate=IDR,
    doc=__doc__,
    check=_check,
)
