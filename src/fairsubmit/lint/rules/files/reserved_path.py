"""No data file has the name of a file that is added to every deposit.

What it does
------------
Compares the paths of the selected files, without regard to case, with those that a
bundle writes itself: one file list per study component and annotation set, and the
RO-Crate.

Why it is bad
-------------
One of the two would replace the other in the archive.

Example
-------
`ro-crate-metadata.json`

How to fix
----------
Rename the file, or leave it out with `exclude`.

Source
------
RO-Crate 1.1 section 3, "RO-Crate Metadata File"; fairsubmit's own file lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.bundle.crate import NAME as CRATE
from fairsubmit.bundle.lists import list_paths
from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    if subject.dataset is None:
        return
    written = {CRATE, *list_paths(subject.dataset.groups)}
    reserved = {path.casefold() for path in written}
    for path in sorted(subject.selected):
        if path.casefold() in reserved:
            yield Hit(
                f"`{path}` has the name of a file that is added to every deposit",
                path=path,
                help="rename the file, or leave it out with `exclude`",
            )


RULE = Rule(
    code="FIL118",
    name="reserved-path",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
