"""Every file that is listed exists.

What it does
------------
Checks the first column of each file table, and files and folders that `include`
names. Upper and lower case count. An `include` pattern with wildcards that selects
nothing is a warning.

Why it is bad
-------------
The archive refuses the whole submission for one file that is not there.

Example
-------
`Img1.TIF` in the table, `img1.tif` in the folder.

How to fix
----------
Correct the name, or remove the row.

Source
------
BioImage Archive help-file-list; BioStudies FileListValidator.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import collapsed, condense, folders_of, path_fault
from fairsubmit.lint.suggest import closest
from fairsubmit.metadata.selection import is_literal, matches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from fairsubmit.dataset import FileGroup
    from fairsubmit.metadata.table import FileTable

__all__ = ["RULE"]

# Comparing so many pairs of names takes longer than a person waits.
_COMPARED = 20_000


def _check(subject: Subject) -> Iterator[Hit]:
    if subject.dataset is None:
        return
    names = _Names(subject.dataset.files)
    for group in subject.groups:
        for pointer in group.idle_patterns:
            pattern = subject.document.get(pointer)
            if isinstance(pattern, str) and _is_idle(pattern, names):
                yield _idle(pattern, pointer, names)
        if group.table is not None:
            hits = _rows(group, group.table, names)
            yield from condense(hits, "files of the table do not exist")


def _is_idle(pattern: str, names: _Names) -> bool:
    """Whether a pattern selects nothing, and not because of `exclude`."""
    # `raw/` is a usual way to write a folder; what else is wrong is FIL105
    if path_fault(pattern.rstrip("/").removeprefix("./")) is not None:
        return False
    return not any(matches(pattern, path) for path in names.paths)


def _idle(pattern: str, pointer: str, names: _Names) -> Hit:
    if not is_literal(pattern):
        return Hit(
            f"no file matches `{pattern}`",
            pointer,
            severity=Severity.WARNING,
            help="patterns start at the dataset's folder; `**` crosses folders",
        )
    near = names.near(pattern)
    return Hit(
        f"there is no file or folder `{pattern}`",
        pointer,
        help=f"did you mean `{near}`?" if near else "correct or remove it",
    )


def _rows(
    group: FileGroup, table: FileTable, names: _Names
) -> Iterator[tuple[str, Hit]]:
    selected = _Names(group.paths)
    for path, line in zip(table.rows.paths, table.rows.lines, strict=True):
        near: str | None = None
        if path in names.paths or path_fault(path) is not None:
            continue
        if path in names.folders:
            if path in selected.folders:
                continue
            message = f"`{path}` is a folder, and no pattern includes its files"
            advice = f"add `{path}` to `include`"
        else:
            near = names.near(path)
            message = f"there is no file `{path}`"
            advice = f"did you mean `{near}`?" if near else "correct or remove the row"
        yield (
            path,
            Hit(
                message,
                path=table.path,
                line=line,
                column=1,
                help=advice,
                edits=_renamed(table.path, line, near),
            ),
        )


def _renamed(path: str, line: int, near: str | None) -> tuple[Edit, ...]:
    if near is None:
        return ()
    return (Edit("cell", values=(near,), path=path, line=line, column=1),)


class _Names:
    """The files that are there."""

    def __init__(self, paths: Collection[str]) -> None:
        self.paths = paths
        self._folded: dict[str, str] = {}
        self._bare: dict[str, str] = {}
        self._compared = 0

    @cached_property
    def folders(self) -> frozenset[str]:
        """Folders above the files."""
        return folders_of(self.paths)

    def near(self, path: str) -> str | None:
        """Return the file that was probably meant."""
        if not self._folded:
            for known in sorted(self.paths):
                self._folded.setdefault(collapsed(known), known)
                self._bare.setdefault(collapsed(known.rpartition("/")[2]), known)
        same = self._folded.get(collapsed(path))
        if same is not None:
            return same
        elsewhere = self._bare.get(collapsed(path.rpartition("/")[2]))
        self._compared += len(self.paths)
        if elsewhere is not None or self._compared > _COMPARED:
            return elsewhere
        return closest(path, self.paths, cutoff=0.85)


RULE = Rule(
    code="FIL101",
    name="missing-file",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
