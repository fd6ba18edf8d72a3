"""A record for Zenodo has what its interface requires.

What it does
------------
Reports a missing or unreadable publication date, a resource type that Zenodo does
not have, and authors of whom no family name is known. Title and authors are asked
of every submission already.

Why it is bad
-------------
InvenioRDM refuses to publish the record.

Example
-------
`release_date: next spring`, or `targets: {zenodo: {resource_type: pictures}}`.

How to fix
----------
Write the date as YYYY-MM-DD, and a resource type such as `dataset` or
`image-photo`.

Source
------
InvenioRDM metadata reference: resource_type (1), creators (1-n), title (1),
publication_date (1, EDTF level 0).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ZENODO, Hit, Rule, Subject
from fairsubmit.lint.suggest import closest, replacing
from fairsubmit.lint.tree import mapping_at, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

# EDTF level 0: a year, a month or a day.
_EDTF = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_TYPES = (
    "dataset",
    "event",
    "image",
    "image-diagram",
    "image-drawing",
    "image-figure",
    "image-other",
    "image-photo",
    "image-plot",
    "lesson",
    "model",
    "other",
    "physicalobject",
    "poster",
    "presentation",
    "publication",
    "software",
    "video",
    "workflow",
)


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study")
    if study is not None:
        written = text(study, "release_date")
        if not _EDTF.fullmatch(written):
            yield Hit(
                f"`{written}` is no publication date"
                if written
                else "the record has no publication date",
                "/study/release_date",
                help="write it YYYY-MM-DD",
            )
    target = mapping_at(subject.document, "/targets/zenodo") or {}
    kind = text(target, "resource_type")
    if kind and kind not in _TYPES and not kind.startswith("publication-"):
        near = closest(kind, _TYPES)
        pointer = "/targets/zenodo/resource_type"
        yield Hit(
            f"Zenodo has no resource type `{kind}`",
            pointer,
            help=f"did you mean `{near}`?" if near else f"one of {', '.join(_TYPES)}",
            edits=replacing(pointer, near),
        )


RULE = Rule(
    code="ZEN101",
    name="record-incomplete",
    severity=Severity.ERROR,
    gate=ZENODO,
    doc=__doc__,
    check=_check,
)
