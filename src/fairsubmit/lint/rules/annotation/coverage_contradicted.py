"""Annotations cover what they say they cover.

What it does
------------
Reports annotation sets whose coverage says that all images are annotated, where images
of the components they annotate are named by no row.

Why it is bad
-------------
What is not marked is taken for background: a model learns that these objects are none.

Example
-------
`coverage: 100 %`, and 3 of 120 images without annotation.

How to fix
----------
Correct the coverage, or add the missing annotations to the table.

Source
------
MIFA 1.0 annotation_coverage.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.paths import sample
from fairsubmit.lint.tables import source_column
from fairsubmit.lint.tree import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.dataset import FileGroup

__all__ = ["RULE"]

_ALL = re.compile(
    r"\b100 ?%|\b(?:all|every|each) (?:of the )?(?:images?|frames?|data)|"
    r"\bcomplete(?:ly)?\b"
    r"|\bfull(?:y)?\b",
    re.IGNORECASE,
)
_NOT_ALL = re.compile(
    r"\bnot\b|\bexcept|\bpart|\bsome\b|\bof (?:which|these)\b",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups:
        if group.kind != "annotation":
            continue
        annotation = subject.document.get(group.pointer)
        coverage = text(annotation, "coverage") if isinstance(annotation, dict) else ""
        if not _ALL.search(coverage) or _NOT_ALL.search(coverage):
            continue
        sources = frozenset(_sources(group))
        for other in subject.groups:
            if other.kind == "component" and not sources.isdisjoint(other.paths):
                yield from _of(group, other, sources, coverage)


def _sources(group: FileGroup) -> Iterator[str]:
    table = group.table
    column = None if table is None else source_column(table)
    if table is not None and column is not None:
        for row in table.rows:
            yield row.values[column]


def _of(
    group: FileGroup, component: FileGroup, sources: frozenset[str], coverage: str
) -> Iterator[Hit]:
    marked = frozenset(group.paths)
    bare = [p for p in component.paths if p not in sources and p not in marked]
    if bare:
        yield Hit(
            f"coverage is `{coverage}`, but {len(bare):,} of {len(component.paths):,} "
            f"files of component `{component.id}` have no annotation: {sample(bare)}",
            f"{group.pointer}/coverage",
            count=len(bare),
            help="correct the coverage, or add rows for these images",
        )


RULE = Rule(
    code="ANN107",
    name="coverage-contradicted",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
