"""Dates and times as the headers of HDF5 formats write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from fairsubmit.readers.exact import even_step

__all__ = ["iso", "of_epoch", "steady_interval"]

_DATE = re.compile(
    r"(\d{4})[-/.](\d\d)[-/.](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.:,](\d{1,9}))?(Z?)"
)
_UNSET = ("1970-01-01T00:00:00", "0001-01-01T00:00:00")
MAX_SECONDS = 1 << 36


def iso(text: str) -> str | None:
    """Return a date and time in ISO 8601, as precise as it was written."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    found = f"{year}-{month}-{day}T{hour}:{minute}:{second}"
    try:
        datetime.fromisoformat(found)
    except ValueError:
        return None
    if found in _UNSET:
        return None
    return f"{found}.{fraction}{zone}" if fraction else found + zone


def of_epoch(text: str) -> str | None:
    """Return seconds since 1970, which are of UTC, in ISO 8601."""
    if not text.isdecimal() or not 0 < int(text[:20]) < MAX_SECONDS:
        return None
    when = datetime.fromtimestamp(int(text), UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def steady_interval(texts: list[str]) -> float | None:
    """Return the seconds between times, where they are evenly spaced."""
    moments = [_seconds(text) for text in texts]
    known = [moment for moment in moments if moment is not None]
    return even_step(known, len(moments))


def _seconds(text: str) -> Decimal | None:
    """Return a date and time as seconds, exactly."""
    found = iso(text)
    if found is None:
        return None
    whole, _, fraction = found.removesuffix("Z").partition(".")
    since = datetime.fromisoformat(whole) - datetime(1, 1, 1)  # noqa: DTZ001 - local
    return since.days * 86_400 + since.seconds + Decimal(f"0.{fraction or 0}")
