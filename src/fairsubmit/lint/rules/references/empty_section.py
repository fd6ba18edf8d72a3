"""No section is empty.

What it does
------------
Reports items of a section that have an id at most.

Why it is bad
-------------
It is not clear whether something was forgotten, and the archive shows an empty box.

Example
-------
`analyses: [{id: x1}]`

How to fix
----------
Fill the section in, or remove it.

Source
------
Corrections by curators of the BioImage Archive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, is_empty_part, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.load import Document

__all__ = ["RULE"]

# What other rules report where it is missing as a whole.
_REQUIRED = ("authors", "biosamples", "specimens", "acquisitions", "components")
_OPTIONAL = ("organisations", "correlations", "analyses", "annotations")
_STUDY = ("funding", "publications", "links")


def _check(subject: Subject) -> Iterator[Hit]:
    document = subject.document
    for name in _REQUIRED:
        if not is_blank(document.tree.get(name)):
            yield from _items(document, f"/{name}", name)
    for name in _OPTIONAL:
        yield from _items(document, f"/{name}", name)
    for name in _STUDY:
        yield from _items(document, f"/study/{name}", name)


def _items(document: Document, pointer: str, name: str) -> Iterator[Hit]:
    items = document.get(pointer)
    items = items if isinstance(items, list) else []
    for index, item in enumerate(items):
        # an organisation is little more than its id; what it lacks is its name
        empty = is_blank(item) if name == "organisations" else is_empty_part(item)
        if empty:
            known = text(item, "id") if isinstance(item, dict) else ""
            shown = f"`{known}`" if known else f"number {index + 1}"
            yield Hit(
                f"{shown} of `{name}` is empty",
                f"{pointer}/{index}",
                help="fill it in, or remove it",
                edits=(Edit("remove", f"{pointer}/{index}"),),
                # the last one takes its section with it, which may be required
                fix="safe" if len(items) > 1 else "unsafe",
            )


RULE = Rule(
    code="REF105",
    name="empty-section",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="safe",
    check=_check,
)
