"""Dates and times as microscopes' programs write them, as ISO 8601.

Nothing is added: a time zone stands only where the file has one.
"""

from __future__ import annotations

import re
from datetime import date as calendar_date

__all__ = ["iso_date", "iso_time", "stamp"]

_NUMBERS = re.compile(r"(\d{1,4})([-/.: ])(\d{1,2})\2(\d{1,4})")
_DAY_MONTH = re.compile(r"(\d{1,2})[- .]+([A-Za-z]{3})[a-z]*[- .,]+(\d{4})")
_MONTH_DAY = re.compile(r"([A-Za-z]{3})[a-z]*[- .]+(\d{1,2})[- .,]+(\d{4})")
_TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([AaPp])\.?[Mm]\.?)?"
)
_MONTHS = tuple(
    "janfebmaraprmayjunjulaugsepoctnovdec"[i : i + 3] for i in range(0, 36, 3)
)
# Two digits of a year: digital images are no older.
_FIRST_SHORT_YEAR = 70


def iso_date(text: str, *, day_first: bool = False) -> str | None:
    """Return a date as ``YYYY-MM-DD``.

    Parameters
    ----------
    text
        ``2016-06-13``, ``06/13/2016``, ``12/29/09``, ``13.06.2016``, ``25 Sep 2018``.
    day_first
        Whether the day stands before the month where both could be either; with
        points between them it always does.
    """
    text = text.strip()
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return _named(text)
    first, separator, second, third = found.groups()
    if len(first) > 2:
        return _valid(int(first), int(second), int(third))
    if len(third) not in {2, 4}:
        return None
    year = int(third)
    if len(third) == 2:
        year += 1900 if year >= _FIRST_SHORT_YEAR else 2000
    day, month = int(first), int(second)
    if not (day_first or separator == "."):
        day, month = month, day
    return _valid(year, month, day) or _valid(year, day, month)


def _named(text: str) -> str | None:
    found = _DAY_MONTH.fullmatch(text)
    if found is not None:
        day, name, year = found.groups()
    else:
        found = _MONTH_DAY.fullmatch(text)
        if found is None:
            return None
        name, day, year = found.groups()
    if name.lower() not in _MONTHS:
        return None
    return _valid(int(year), _MONTHS.index(name.lower()) + 1, int(day))


def _valid(year: int, month: int, day: int) -> str | None:
    try:
        return calendar_date(year, month, day).isoformat()
    except ValueError:
        return None


def iso_time(text: str) -> str | None:
    """Return a time of day as ``hh:mm[:ss[.fff]]``; 12 hours become 24."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute, second, fraction, half = found.groups()
    hours = int(hour)
    if half is not None:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half in "Pp" else 0)
    if hours > 23 or int(minute) > 59 or int(second or 0) > 60:
        return None
    seconds = "" if second is None else f":{second}"
    return f"{hours:02d}:{minute}{seconds}" + (f".{fraction}" if fraction else "")


def stamp(date: str | None, time: str | None) -> str | None:
    """Return date and time, or the date alone, as ISO 8601."""
    if date is None:
        return None
    return date if time is None else f"{date}T{time}"
