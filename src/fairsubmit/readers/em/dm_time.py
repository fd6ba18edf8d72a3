"""When DigitalMicrograph took an image: text as the computer's language has it."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta

__all__ = ["acquired"]

_DAY = re.compile(r"(\d{1,4})[./-] ?(\d{1,2})[./-] ?(\d{1,4})\.?")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})[:.](\d{2})\s*([AaPp])?")
# Windows counts 100 ns from here, in UTC.
_WINDOWS = datetime(1601, 1, 1, tzinfo=UTC)
_LAST = 4e17  # in the year 2868
# From a day's noon to its ends, and the widest zone.
_ZONES = timedelta(hours=12 + 14)


def acquired(day: str, time: str, ticks: float | None) -> str | None:
    """Return the date and time, ISO 8601.

    A day such as 8/9/2016 is one of two; the operating system's count tells which.
    Without it, or where nothing else is told, the count itself is given, in UTC.

    Parameters
    ----------
    day, time
        As the file has them, in the computer's zone.
    ticks
        The operating system's count of 100 ns since 1601, in UTC.
    """
    counted = _counted(ticks)
    days = _days(day)
    if counted is not None:
        days = {d for d in days if abs(_noon(d) - counted) < _ZONES}
    if len(days) == 1:
        return "T".join(filter(None, (days.pop().isoformat(), _clock(time))))
    return counted.strftime("%Y-%m-%dT%H:%M:%SZ") if counted is not None else None


def _counted(ticks: float | None) -> datetime | None:
    if ticks is None or not math.isfinite(ticks) or not 1e17 < ticks < _LAST:
        return None
    return _WINDOWS + timedelta(seconds=round(ticks / 1e7))


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _days(text: str) -> set[date]:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return set()
    first, second, third = (int(part) for part in found.groups())
    if first > 31:
        orders = [(first, second, third)]
    else:
        # The program is of the nineties.
        century = 1900 if 90 <= third < 100 else 2000
        year = third if third > 99 else century + third
        orders = [(year, first, second), (year, second, first)]
    return {d for order in orders if (d := _date(*order)) is not None}


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock(text: str) -> str | None:
    found = _TIME.match(text.strip())
    if found is None:
        return None
    hour, minute, second = (int(part) for part in found.groups()[:3])
    half = (found.group(4) or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    return f"{hour:02}:{minute:02}:{second:02}"
