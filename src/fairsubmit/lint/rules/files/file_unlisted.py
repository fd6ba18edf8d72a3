"""Every file of the folder belongs to a component or an annotation set.

What it does
------------
Reports, folder by folder, files that no `include` pattern and no table names, unless
an `exclude` pattern does. What operating systems leave behind (`.DS_Store`,
`Thumbs.db`, …) is a note only.

Why it is bad
-------------
A file in no list is not deposited, and often that was not meant.

Example
-------
`controls/` holds 40 images that nothing includes.

How to fix
----------
Include the files, or write them in `exclude` to say that they are left out on purpose.

Source
------
BioImage Archive help-file-list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.paths import is_junk, sample
from fairsubmit.lint.tree import mapping_at, parts, texts
from fairsubmit.metadata.selection import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.metadata.load import Document

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    dataset = subject.dataset
    if dataset is None:
        return
    excluded = _excluded(subject.document)
    folders: dict[tuple[str, bool], list[str]] = {}
    for path in dataset.files:
        if path in subject.selected or path in dataset.own_files:
            continue
        if not any(matches(pattern, path) for pattern in excluded):
            folder = path.partition("/")[0] if "/" in path else ""
            folders.setdefault((folder, is_junk(path)), []).append(path)
    for (folder, junk), paths in folders.items():
        yield _hit(folder, paths, junk=junk)


def _excluded(document: Document) -> list[str]:
    found = []
    for section in ("/components", "/annotations"):
        for pointer, _ in parts(document, section):
            chosen = mapping_at(document, f"{pointer}/files") or {}
            found += [pattern for _, pattern in texts(chosen, "exclude", "")]
    return found


def _hit(folder: str, paths: list[str], *, junk: bool) -> Hit:
    where = f" in `{folder}/`" if folder and len(paths) > 1 else ""
    files = "file" if len(paths) == 1 else "files"
    verb = "is" if len(paths) == 1 else "are"
    message = f"{len(paths):,} {files}{where} {verb} in no list and will not be "
    return Hit(
        f"{message}deposited: {sample(paths)}",
        path=paths[0],
        severity=Severity.INFO if junk else None,
        count=len(paths),
        help="delete what is not needed"
        if junk
        else "include them in a component or annotation set, or `exclude` them",
    )


RULE = Rule(
    code="FIL102",
    name="file-unlisted",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
