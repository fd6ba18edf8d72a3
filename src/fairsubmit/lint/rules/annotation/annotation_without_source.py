"""Every annotation file says which image it annotates.

What it does
------------
Checks that the file table of an annotation set has a column `Source Image`, that each
row fills it, and that the image is itself in a list of the submission. The
spellings `source_image` and `Source image association` are accepted, and so are web
addresses of images elsewhere.

Why it is bad
-------------
An annotation without its image is of no use, and this is the column that ties them.

Example
-------
A mask table with the column `Files` only.

How to fix
----------
Add the column `Source Image` with the path of the image as in its own list.

Source
------
MIFA 1.0 source_image_id; BioImage Archive help-file-list: "Source Image" is mandatory.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import is_address
from fairsubmit.lint.images import once
from fairsubmit.lint.paths import condense, folders_of, group_name
from fairsubmit.lint.tables import source_column
from fairsubmit.metadata.table import SOURCE_IMAGE, cell_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from fairsubmit.dataset import FileGroup
    from fairsubmit.metadata.table import FileTable, Row

__all__ = ["RULE"]

_HELP = f"fill the column `{SOURCE_IMAGE}` with the path of the image in its own list"
_SEPARATORS = re.compile(r"\s*[;|,]\s*")


def _check(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups:
        if group.kind == "annotation" and group.table_problem is None:
            yield from _of_group(group, _listed(subject))


class _Listed:
    """Which images are in a list; a folder counts where a file in it does."""

    def __init__(self, paths: Collection[str]) -> None:
        self.paths = paths
        self.folders = folders_of(paths)

    def __contains__(self, path: str) -> bool:
        return path in self.paths or path.rstrip("/") in self.folders


@once
def _listed(subject: Subject) -> _Listed:
    return _Listed(subject.selected)


def _of_group(group: FileGroup, listed: _Listed) -> Iterator[Hit]:
    table = group.table
    column = source_column(table) if table is not None else None
    if table is None or column is None:
        if group.paths:
            yield _no_column(group)
        return
    unknown: list[tuple[str, Hit]] = []
    sources: set[str] = set()
    blank: list[Row] = []
    for row in table.rows:
        written = row.values[column]
        found = _sources(written, listed)
        sources.update(found)
        if not written:
            blank.append(row)
        unknown += [
            (source, _unlisted(table, row, column, source))
            for source in found
            if source not in listed and not is_address(source)
        ]
    # a table may hold the source images themselves beside their annotations
    named = {row.path for row in table.rows}
    bare = [(row.path, row.line) for row in blank if row.path not in sources]
    bare += [(path, 0) for path in group.paths if path not in named | sources]
    hits = [(path, _bare(group, table, path, line)) for path, line in bare]
    yield from condense(hits, f"files of {group_name(group)} name no source image")
    yield from condense(unknown, "source images are in no list")


def _sources(written: str, listed: _Listed) -> list[str]:
    if not written or written in listed:
        return [written] if written else []
    several = [part for part in _SEPARATORS.split(written) if part]
    return several if any(part in listed for part in several) else [written]


def _no_column(group: FileGroup) -> Hit:
    table = group.table
    words = f"no file of {group_name(group)} says which image it annotates"
    if table is None:
        return Hit(
            words,
            f"{group.pointer}/files",
            count=len(group.paths),
            help=f"add a file table with the columns `Files` and `{SOURCE_IMAGE}`",
        )
    return Hit(
        f"{words}: the table has no column `{SOURCE_IMAGE}`",
        path=table.path,
        line=1,
        column=1,
        count=len(group.paths),
        help=_HELP,
    )


def _bare(group: FileGroup, table: FileTable, path: str, line: int) -> Hit:
    if not line:
        return Hit(
            f"`{path}` of {group_name(group)} is not in its file table, so it has no "
            "source image",
            path=table.path,
            line=1,
            column=1,
            help="add a row for it",
        )
    return Hit(
        f"`{path}` names no source image",
        path=table.path,
        line=line,
        column=1,
        help=_HELP,
    )


def _unlisted(table: FileTable, row: Row, column: int, source: str) -> Hit:
    return Hit(
        f"source image `{source}` is in no list of the submission",
        path=table.path,
        line=row.line,
        cell=cell_name(column + 1, row.line),
        help="write the path as in the image's own list, or add the image to one",
    )


RULE = Rule(
    code="ANN103",
    name="annotation-without-source",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
