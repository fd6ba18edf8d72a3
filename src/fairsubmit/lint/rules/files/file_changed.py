"""No file changed since its checksum was recorded.

What it does
------------
Where digests were recorded, compares each file's size and time with them, and columns
`md5` and `sha256` of the file tables with the digests.

Why it is bad
-------------
What is deposited would not be what was checked.

Example
-------
A table gives an `md5` that the file no longer has.

How to fix
----------
Restore the file, or record its checksum again.

Source
------
BagIt (RFC 8493) section 2.4; bundle integrity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import condense
from fairsubmit.metadata.table import cell_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fairsubmit.manifest import Entry
    from fairsubmit.metadata.table import FileTable

__all__ = ["RULE"]

_DIGESTS = {"md5": "md5", "sha256": "sha256", "sha-256": "sha256"}


def _check(subject: Subject) -> Iterator[Hit]:
    if subject.manifest is None or subject.dataset is None:
        return
    entries = {entry.path: entry for entry in subject.manifest.entries}
    changed = [
        (path, _changed(path))
        for path, file in subject.dataset.files.items()
        if path in entries and path in subject.selected and entries[path].stat != file
    ]
    yield from condense(changed, "files changed since their checksum was recorded")
    for group in subject.groups:
        if group.table is not None:
            hits = list(_rows(group.table, entries))
            yield from condense(hits, "files do not have the checksum of the table")


def _changed(path: str) -> Hit:
    return Hit(
        "the file changed since its checksum was recorded",
        path=path,
        help="let it come to rest, then run the same command again",
    )


def _rows(table: FileTable, entries: Mapping[str, Entry]) -> Iterator[tuple[str, Hit]]:
    columns = {
        index: _DIGESTS[name.casefold()]
        for index, name in enumerate(table.columns)
        if name.casefold() in _DIGESTS
    }
    for row in table.rows if columns else ():
        entry = entries.get(row.path)
        for index, digest in columns.items():
            recorded = row.values[index].casefold()
            found = getattr(entry, digest) if entry else recorded
            if recorded and recorded != found:
                yield (
                    row.path,
                    Hit(
                        f"the {digest} of `{row.path}` is {found}, not {recorded}",
                        path=table.path,
                        line=row.line,
                        cell=cell_name(index + 1, row.line),
                        help="restore the file, or correct the checksum",
                    ),
                )


RULE = Rule(
    code="FIL115",
    name="file-changed",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
