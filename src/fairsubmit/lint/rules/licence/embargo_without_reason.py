"""An embargo has its reason, and an archive that keeps it.

What it does
------------
Reports a release date in the future where the data go to Zenodo and no reason is given,
or to an archive that publishes at once.

Why it is bad
-------------
Zenodo shows the reason beside the closed door; an archive without embargo would publish
the data today.

Example
-------
`release_date: 2027-03-01` with `--archive zenodo`

How to fix
----------
Add `targets: {zenodo: {embargo_reason: …}}`, or wait with the deposit.

Source
------
InvenioRDM reference, access.embargo.reason; IDR, which publishes when it is ready.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, IDR, ZENODO, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_AT_ONCE = (IDR,)


def _check(subject: Subject) -> Iterator[Hit]:
    written = text(mapping_at(subject.document, "/study") or {}, "release_date")
    try:
        later = date.fromisoformat(written) > subject.today
    except ValueError:
        return
    if not later or subject.document.layout == "pagetab":
        return
    target = mapping_at(subject.document, f"/targets/{subject.archive}") or {}
    if subject.archive in _AT_ONCE:
        words = f"{subject.archive} has no embargo, but the release date is {written}"
        advice = "deposit when the data may be public, or choose another archive"
        yield Hit(words, "/study/release_date", help=advice)
    elif subject.archive == ZENODO and not text(target, "embargo_reason"):
        words = f"the data stay closed until {written}, and nothing says why"
        advice = "add `targets: {zenodo: {embargo_reason: …}}`"
        yield Hit(words, "/study/release_date", help=advice)


RULE = Rule(
    code="LIC106",
    name="embargo-without-reason",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
