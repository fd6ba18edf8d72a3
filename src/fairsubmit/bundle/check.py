"""What makes a bundle impossible, each as a finding with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import MetadataError
from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.paths import spelled_out
from fairsubmit.metadata.selection import is_literal
from fairsubmit.metadata.table import cell_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from fairsubmit.dataset import Dataset, FileGroup

__all__ = ["refuse_impossible"]

# A table whose every row is wrong has one cause; nobody reads 20,000 findings.
_SHOWN = 20
_SPELLING = "correct the name (upper and lower case count), or remove it"


class _Reason(NamedTuple):
    """Why something cannot be deposited."""

    code: str
    name: str
    message: str
    help: str


def refuse_impossible(dataset: Dataset, generated: Sequence[str], folder: Path) -> None:
    """Refuse a dataset whose files cannot be listed as the submission says.

    Parameters
    ----------
    dataset
        The dataset; its document is valid.
    generated
        Paths in the deposit that the bundle itself will write.
    folder
        Where it will write them.

    Raises
    ------
    MetadataError
        If a file that is asked for is not there, a group has no files, or a path
        cannot be written into a file list.
    """
    findings = [
        finding for group in dataset.groups for finding in _group(dataset, group)
    ]
    findings += _paths(dataset, generated, folder)
    if findings:
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        message = f"{findings[0].place}: {findings[0].message}{more}"
        raise MetadataError(
            message,
            findings=findings,
            hint="correct the places shown, then run the same command again",
        )


def _group(dataset: Dataset, group: FileGroup) -> Iterator[Finding]:
    """Find what a group asks for and does not get."""
    if group.table_problem:
        reason = _Reason(
            "FIL116",
            "unreadable-file-table",
            f"the file table of {group.kind} `{group.id}` cannot be read: "
            f"{group.table_problem}",
            "correct the name, or remove the line",
        )
        yield _finding(dataset, f"{group.pointer}/files/table", reason)
    yield from _missing_rows(dataset, group)
    for pointer in group.idle_patterns:
        pattern = str(dataset.document.get(pointer))
        if is_literal(pattern):
            message = f"there is no file or folder `{pattern}`"
            reason = _Reason("FIL101", "missing-file", message, _SPELLING)
            yield _finding(dataset, pointer, reason)
    if not group.paths:
        reason = _Reason(
            "FIL117",
            "no-files",
            f"{group.kind} `{group.id}` has no files",
            "name a pattern under `include`, or a `table`, that selects some",
        )
        yield _finding(dataset, f"{group.pointer}/files", reason)


def _missing_rows(dataset: Dataset, group: FileGroup) -> Iterator[Finding]:
    table = group.table
    if table is None:
        return
    missing = [row for row in table.rows if row.path not in dataset.files]
    beyond = len(missing) - _SHOWN
    for number, row in enumerate(missing[:_SHOWN], start=1):
        more = max(0, beyond) if number == _SHOWN else 0
        others = f", nor {more:,} of the files named further down" if more else ""
        yield Finding(
            "FIL101",
            "missing-file",
            Severity.ERROR,
            f"there is no file `{spelled_out(row.path)}`{others}",
            path=table.path,
            line=row.line,
            column=1,
            cell=cell_name(0, row.line),
            count=1 + more,
            help=_SPELLING,
        )


def _paths(
    dataset: Dataset, generated: Sequence[str], folder: Path
) -> Iterator[Finding]:
    """Find selected paths that cannot be deposited under their name."""
    ours = {path.casefold() for path in generated}
    inside = _inside(dataset.root, folder)
    for path, group in dataset.selected.items():
        reason = _reason(path, ours, inside)
        if reason is None and dataset.files[path].size < 0:
            message = f"`{path}` is a link to a file that is not there"
            cure = "mend the link, or leave it out with `exclude`"
            reason = _Reason("FIL101", "missing-file", message, cure)
        if reason is not None:
            yield _finding(dataset, f"{group.pointer}/files", reason)


def _reason(path: str, ours: Collection[str], inside: str | None) -> _Reason | None:
    shown = spelled_out(path)
    if shown != path:
        message = f"the name `{shown}` has characters that no file list can hold"
        return _Reason("FIL105", "path-not-portable", message, "rename the file")
    if path.casefold() in ours:
        message = f"`{path}` has the name of a file that is added to every deposit"
        cure = "rename the file, or leave it out with `exclude`"
        return _Reason("FIL118", "reserved-path", message, cure)
    if inside is not None and path.startswith(inside):
        message = f"`{path}` lies in the folder that the bundle is written to"
        cure = "write the bundle elsewhere, or leave the folder out with `exclude`"
        return _Reason("FIL118", "reserved-path", message, cure)
    return None


def _inside(root: Path, folder: Path) -> str | None:
    """Return where the bundle's folder lies in the dataset, if it does."""
    try:
        place = folder.resolve().relative_to(root).as_posix()
    except ValueError:
        return None
    return "" if place == "." else f"{place}/"


def _finding(dataset: Dataset, pointer: str, reason: _Reason) -> Finding:
    place = dataset.document.place(pointer)
    return Finding(
        reason.code,
        reason.name,
        Severity.ERROR,
        reason.message,
        path=place.path,
        line=place.line,
        column=place.column,
        pointer=pointer,
        help=reason.help,
    )
