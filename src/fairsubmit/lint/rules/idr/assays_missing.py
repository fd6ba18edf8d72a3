"""IDR gets a table of assays, and its usual licence.

What it does
------------
Reports submissions without any file table, and licences other than CC BY 4.0.

Why it is bad
-------------
IDR builds its library or assays file, a row an image, from the table; without it
somebody must write it by hand. Other licences are a question for IDR's curators.

Example
-------
`files: {include: [raw]}` in every component, and no `table`.

How to fix
----------
Add a file table with columns such as `Gene Symbol`, `Channels`; ask IDR about the
licence.

Source
------
IDR templates: library and assays files; IDR submission page, licence CC BY 4.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, IDR, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, parts, text
from fairsubmit.lint.vocabularies import licences

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_USUAL = "CC-BY-4.0"


def _check(subject: Subject) -> Iterator[Hit]:
    if subject.archive != IDR:
        return
    document = subject.document
    chosen = [
        mapping_at(document, f"{pointer}/files") or {}
        for pointer, _ in parts(document, "/components")
    ]
    if chosen and not any(text(files, "table") for files in chosen):
        words = "no component has a file table, of which IDR makes its assays file"
        advice = "add `files: {table: …}` with a row for each image"
        yield Hit(words, "/components", help=advice)
    study = mapping_at(document, "/study") or {}
    written = text(study, "license")
    meant = licences().meant(written) or written
    if written and meant != _USUAL:
        words = f"IDR publishes under {_USUAL}, and the licence is `{written}`"
        yield Hit(words, "/study/license", help="ask IDR, or choose CC-BY-4.0")


RULE = Rule(
    code="IDR103",
    name="assays-missing",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
