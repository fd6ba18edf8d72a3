"""Every component and annotation set says which files it has.

What it does
------------
Checks that `files` names a pattern or a table.

Why it is bad
-------------
Each is deposited with one list of files, and a list without files is refused.

Example
-------
`files: {}`

How to fix
----------
Add `include:` with a pattern, or `table:` with a file table.

Source
------
BioImage Archive help-file-list: one list per component and annotation set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for section, kind in (
        ("/components", "component"),
        ("/annotations", "annotation set"),
    ):
        for pointer, part in parts(subject.document, section):
            chosen = part.get("files")
            if is_blank(chosen) or (isinstance(chosen, dict) and _names_none(chosen)):
                name = text(part, "id") or text(part, "name") or text(part, "title")
                yield Hit(
                    f"{kind} `{name}` does not say which files it has",
                    f"{pointer}/files",
                    help='add `files: {include: ["folder/**"]}` or a `table`',
                )


def _names_none(chosen: Mapping[str, Any]) -> bool:
    return is_blank(chosen.get("include")) and is_blank(chosen.get("table"))


RULE = Rule(
    code="FIL112",
    name="file-list-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
