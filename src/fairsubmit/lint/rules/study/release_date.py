"""The release date is a date that the archive takes.

What it does
------------
Checks that `study.release_date` is there, is a calendar date written YYYY-MM-DD, is
not in the past and is at most two years ahead. In the PageTab of a record that an
archive holds, a day in the past is a note only.

Why it is bad
-------------
BioStudies refuses any other date when everything has already been sent.

Example
-------
`release_date: 2026-13-01`

How to fix
----------
Write today's date for an immediate release, or a later day within two years.

Source
------
BioImage Archive template v5: limitDatePast P0D, limitDateFuture P2Y; BioStudies
TimesService PastReleaseDateException.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.tree import mapping_at, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study")
    if study is None or not isinstance(study.get("release_date", ""), str | None):
        return
    written = text(study, "release_date")
    fault = _fault(written, subject.today)
    if fault is not None:
        kept = bool(subject.document.origins) and "in the past" in fault
        yield Hit(
            fault,
            "/study/release_date",
            help=f"write a date from {subject.today} to {_latest(subject.today)}",
            # a record that the archive holds was released on that day
            severity=Severity.INFO if kept else None,
        )


def _fault(written: str, today: date) -> str | None:
    if not written:
        return "the study has no release date"
    if not _ISO.match(written):
        return f"release date `{written}` is not written YYYY-MM-DD"
    try:
        release = date.fromisoformat(written)
    except ValueError:
        return f"release date `{written}` is not a day of the calendar"
    if release < today:
        return f"release date {written} is in the past; today is {today}"
    if release > _latest(today):
        return f"release date {written} is more than two years ahead of {today}"
    return None


def _latest(today: date) -> date:
    # 29 February has no counterpart two years later
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return date(today.year + 2, today.month, day)


RULE = Rule(
    code="STU105",
    name="release-date",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
