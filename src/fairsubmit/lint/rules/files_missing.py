"""Every component and annotation set has files.

What it does
------------
Checks that `files` names a pattern or a table, and that something is selected.

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
BioImage Archive help-file-list: one list per component and annotation set; BioStudies
"A file list should contain at least one file".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.dataset import FileGroup

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    groups = {group.pointer: group for group in subject.groups}
    for section in ("/components", "/annotations"):
        for pointer, part in parts(subject.document, section):
            chosen = part.get("files")
            group = groups.get(pointer)
            named = isinstance(chosen, dict) and not is_blank(
                [chosen.get("include"), chosen.get("table")]
            )
            if named and (group is None or _accounted_for(group)):
                continue
            if chosen is None or isinstance(chosen, dict):
                kind = "component" if section == "/components" else "annotation set"
                name = text(part, "id") or text(part, "name") or text(part, "title")
                yield Hit(
                    f"{kind} `{name}` has no files",
                    f"{pointer}/files",
                    help='add `files: {include: ["folder/**"]}` or a `table`',
                )


def _accounted_for(group: FileGroup) -> bool:
    """Whether there are files, or another rule says why there are none."""
    rows = bool(group.table and group.table.rows)
    return bool(group.paths or group.idle_patterns or group.table_problem or rows)


RULE = Rule(
    code="FIL112",
    name="files-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
