"""The files fit into one record of Zenodo.

What it does
------------
Counts files and bytes that are selected: 100 files and 50 GB, unless `targets:
{zenodo: {max_files: …, max_gb: …}}` says that the record may have more.

Why it is bad
-------------
The upload stops when the quota is reached, after hours.

Example
-------
An OME-Zarr of 20,000 chunks.

How to fix
----------
Put OME-Zarr and folders into ZIP files without compression, split the study, or ask
Zenodo for a larger quota first.

Source
------
Zenodo: 100 files, 50 GB a record (APP_RDM_DEPOSIT_FORM_QUOTA,
RDM_FILES_DEFAULT_QUOTA_SIZE).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ZENODO, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

__all__ = ["RULE"]

_FILES = 100
_GIGABYTES = 50
_GB = 10**9


def _check(subject: Subject) -> Iterator[Hit]:
    dataset = subject.dataset
    if dataset is None:
        return
    target = mapping_at(subject.document, "/targets/zenodo") or {}
    most, room = (
        _limit(target, "max_files", _FILES),
        _limit(target, "max_gb", _GIGABYTES),
    )
    count = len(subject.selected)
    if count > most:
        yield Hit(
            f"the record would have {count:,} files, but Zenodo takes {most:,}",
            "/components",
            help="put folders and OME-Zarr into ZIP files, or split the study",
        )
    size = sum(max(0, dataset.files[path].size) for path in subject.selected)
    if size > room * _GB:
        yield Hit(
            f"the files have {size / _GB:,.1f} GB, but Zenodo takes {room:,} GB",
            "/components",
            help="ask Zenodo for a larger quota, or split the study",
        )


def _limit(target: Mapping[str, Any], name: str, default: int) -> int:
    written = text(target, name)
    return int(written) if written.isdecimal() else default


RULE = Rule(
    code="ZEN102",
    name="record-too-large",
    severity=Severity.ERROR,
    gate=ZENODO,
    doc=__doc__,
    check=_check,
)
