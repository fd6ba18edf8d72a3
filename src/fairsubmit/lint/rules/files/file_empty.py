"""No listed file is empty or a link that leads nowhere.

What it does
------------
Checks the size of each selected file.

Why it is bad
-------------
An empty image is a failed copy or export, and a broken link cannot be sent.

Example
-------
`raw/t042.tif` has 0 bytes.

How to fix
----------
Copy or export the file again, or leave it out.

Source
------
BIDS validator EMPTY_FILE; DANDI validation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.paths import condense

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    if subject.dataset is None:
        return
    files = subject.dataset.files
    nothing = [path for path in subject.selected if files[path].size <= 0]
    empty = (
        (path, _empty(path))
        for path in nothing
        if files[path].size == 0 and not _may_be_empty(path)
    )
    yield from condense(empty, "files are empty")
    broken = ((path, _broken(path)) for path in nothing if files[path].size < 0)
    yield from condense(broken, "paths are links that lead nowhere, or no files")


def _empty(path: str) -> Hit:
    advice = "copy or export it again, or `exclude` it"
    return Hit("the file is empty", path=path, help=advice)


def _broken(path: str) -> Hit:
    words = "it is a link that leads nowhere, or no file at all"
    return Hit(words, path=path, help="replace it by the file, or `exclude` it")


def _may_be_empty(path: str) -> bool:
    # `__init__.py` and markers such as `.gitkeep` are empty on purpose
    return path.rpartition("/")[2] in {"__init__.py", ".gitkeep", ".keep"}


RULE = Rule(
    code="FIL108",
    name="file-empty",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
