"""DICOM's dates and times (PS3.5, 6.2: DA, TM, DT) as ISO 8601."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairsubmit.readers.dicom.dataset import Data

__all__ = ["acquired"]

_MOMENT = re.compile(
    r"(\d{4})[.-]?(\d\d)[.-]?(\d\d)"
    r"(?:(\d\d)(?::?(\d\d)(?::?(\d\d)(\.\d{1,6})?)?)?)?([+-]\d{4})?"
)
_ZONE = re.compile(r"[+-]\d{4}")


def acquired(data: Data) -> tuple[str | None, str | None]:
    """Return when an image was taken, and the keyword that told."""
    zone = data.text("TimezoneOffsetFromUTC") or ""
    found = _moment(data.text("AcquisitionDateTime") or "", zone)
    if found is not None:
        return found, "AcquisitionDateTime"
    derived = (data.text("ImageType") or "").upper() == "DERIVED"
    # When what is derived was made is not when it was taken.
    for kind in ("Acquisition",) if derived else ("Acquisition", "Content"):
        day = data.text(f"{kind}Date") or ""
        time = data.text(f"{kind}Time") or ""
        found = _moment(f"{day}{time}", zone) or _moment(day, zone)
        if found is not None:
            return found, f"{kind}Date"
    return None, None


def _moment(text: str, zone: str) -> str | None:
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    # De-identification leaves days of 1900 and before.
    if year < "1970" or not "01" <= month <= "12" or not "01" <= day <= "31":
        return None
    date = f"{year}-{month}-{day}"
    if hour is None or minute is None:
        return date
    time = f"{hour}:{minute}:{second or '00'}{(fraction or '').rstrip('0').rstrip('.')}"
    offset = offset or (zone if _ZONE.fullmatch(zone) else "")
    return f"{date}T{time}{offset[:3]}:{offset[3:]}" if offset else f"{date}T{time}"
