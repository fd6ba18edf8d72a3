"""The ``.emi`` beside TIA's series: what the microscope was set to, as XML in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from fairsubmit.readers.sets import named_beside

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SUFFIX", "Emi", "beside", "parse", "series_named"]

SUFFIX = ".emi"
MAX_BYTES = 1 << 20
_SERIES = re.compile(r"(.+)_\d+\.ser", re.IGNORECASE)
_INFO = re.compile(rb"<ObjectInfo>.*?(?:</ObjectInfo>|\Z)", re.DOTALL)
_DATA = re.compile(r"<Label>([^<]{1,80})</Label>\s*<Value>([^<]{1,200})</Value>")
_DATE = re.compile(r"<AcquireDate>\w+ (\w{3}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})<")
_MAKER = re.compile(r"<Manufacturer>([^<]{1,80})<")
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


@dataclass(frozen=True, slots=True)
class Emi:
    """What matters here; ``None`` where it is silent."""

    acquired_at: str | None
    manufacturer: str | None
    microscope: str | None
    names_a_user: bool


def beside(path: Path) -> Path | None:
    """Return the ``.emi`` of a series: ``a.emi`` for ``a_1.ser``."""
    found = _SERIES.fullmatch(path.name)
    if found is None:
        return None
    wanted = f"{found.group(1)}{SUFFIX}".lower()
    names = named_beside(str(path.parent), (SUFFIX,))
    return next((path.with_name(n) for n in names if n.lower() == wanted), None)


def series_named(path: Path) -> tuple[Path, ...]:
    """Return the series beside an ``.emi``."""
    stem = path.name[: -len(SUFFIX)].lower()
    names = named_beside(str(path.parent), (".ser",))
    return tuple(
        path.with_name(name)
        for name in names
        if (found := _SERIES.fullmatch(name)) and found.group(1).lower() == stem
    )


def parse(raw: bytes) -> Emi:
    """Read the first object's XML.

    Parameters
    ----------
    raw
        The start of the file.
    """
    block = _INFO.search(raw)
    text = block.group().decode("utf-8", "replace") if block else ""
    data = {key: unescape(value).strip() for key, value in _DATA.findall(text)}
    maker = _MAKER.search(text)
    return Emi(
        acquired_at=_date(text),
        manufacturer=unescape(maker.group(1)).strip() if maker else None,
        microscope=data.get("Microscope") or None,
        names_a_user=bool(data.get("User")),
    )


def _date(text: str) -> str | None:
    found = _DATE.search(text)
    if found is None:
        return None
    month, day, time, year = found.groups()
    at = _MONTHS.find(month)
    return None if at % 3 else f"{year}-{at // 3 + 1:02}-{int(day):02}T{time}"
