"""The archive is asked before very many files are sent.

What it does
------------
Reports submissions of more than 500,000 files.

Why it is bad
-------------
Lists of that length take the archive hours to check, and uploads days.

Example
-------
Two million tiles of a slide, one file each.

How to fix
----------
Write to the archive first, or put the images into OME-Zarr or one folder each.

Source
------
BioImage Archive help, file lists: more than 500,000 files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, BIA, Hit, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

# BioImage Archive help-file-list.
_MANY = 500_000


def _check(subject: Subject) -> Iterator[Hit]:
    count = len(subject.selected)
    if subject.archive == BIA and count > _MANY:
        yield Hit(
            f"the submission has {count:,} files, more than {_MANY:,}",
            "/components",
            help="ask the archive first, or put the images into OME-Zarr",
        )


RULE = Rule(
    code="BIA104",
    name="too-many-files",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
