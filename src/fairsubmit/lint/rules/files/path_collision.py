"""No two paths differ only in case or in how accents are stored.

What it does
------------
Compares the paths of the selected files without regard to case and to the Unicode
normal form (NFC or NFD).

Why it is bad
-------------
On Windows and macOS the second file replaces the first when the data is downloaded.

Example
-------
`raw/A.tif` and `raw/a.tif`

How to fix
----------
Rename one of the two.

Source
------
Unicode Standard Annex 15; NTFS and APFS compare names without case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import collapsed, condense

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    # by folder, so that the names of no more than one are held twice
    folders: dict[str, list[str]] = {}
    for path in subject.selected:
        folders.setdefault(collapsed(path.rpartition("/")[0]), []).append(path)
    found = sorted(pair for paths in folders.values() for pair in _pairs(paths))
    hits = ((path, _hit(path, other)) for path, other in found)
    yield from condense(hits, "paths differ from another only in case or accents")


def _pairs(paths: list[str]) -> Iterator[tuple[str, str]]:
    """Return each path that is like an earlier one, with that."""
    if len({collapsed(path) for path in paths}) == len(paths):
        return
    first: dict[str, str] = {}
    for path in sorted(paths):
        other = first.setdefault(collapsed(path), path)
        if other != path:
            yield path, other


def _hit(path: str, other: str) -> Hit:
    only = "case" if path.casefold() == other.casefold() else "how accents are stored"
    return Hit(
        f"`{path}` and `{other}` differ only in {only}",
        path=path,
        help="rename one of the two",
    )


RULE = Rule(
    code="FIL113",
    name="path-collision",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
