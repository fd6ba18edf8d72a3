"""Every component and annotation set has files.

What it does
------------
Reports components and annotation sets whose patterns and table select no file that
exists.

Why it is bad
-------------
The archive refuses a list without files.

Example
-------
`files: {include: ["raw/**"], exclude: ["raw/**"]}`

How to fix
----------
Correct the patterns. They start at the dataset's folder; `**` crosses folders.

Source
------
BioStudies "A file list should contain at least one file".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import group_name
from fairsubmit.lint.tree import is_blank, mapping_at
from fairsubmit.metadata.selection import is_literal, matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from fairsubmit.dataset import FileGroup

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups:
        chosen = mapping_at(subject.document, f"{group.pointer}/files") or {}
        if group.paths or not _names_some(chosen) or _explained(subject, group):
            continue
        yield Hit(
            f"{group_name(group)} has no files: nothing is selected",
            f"{group.pointer}/files",
            help="patterns start at the dataset's folder; `**` crosses folders",
        )


def _names_some(chosen: Mapping[str, Any]) -> bool:
    return not (is_blank(chosen.get("include")) and is_blank(chosen.get("table")))


def _explained(subject: Subject, group: FileGroup) -> bool:
    """Whether another rule says as an error why there are none."""
    if group.table_problem or (group.table and group.table.rows):
        return True
    files = subject.dataset.files if subject.dataset else {}
    patterns = (subject.document.get(pointer) for pointer in group.idle_patterns)
    return any(
        isinstance(pattern, str)
        and is_literal(pattern)
        and not any(matches(pattern, path) for path in files)
        for pattern in patterns
    )


RULE = Rule(
    code="FIL117",
    name="no-files",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
