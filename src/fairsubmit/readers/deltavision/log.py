"""The log that softWoRx writes beside a DeltaVision image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.sets import named_beside
from fairsubmit.readers.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Log", "images_of", "logs_of", "read_log"]

MAX_LOG = 1 << 20
MAX_FILTERS = 64
_LOGS = (".log", "_log.txt")
_IMAGES = (".dv", ".r3d", ".r3d_d3d", ".dv_decon")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov")
_CREATED = re.compile(
    r"Created:?\s+(?:[A-Za-z]{3},?\s+)?([A-Za-z]{3})\s+(\d{1,2})\s+"
    r"(\d\d:\d\d:\d\d)\s+(\d{4})\b"
)
_LENS = re.compile(r"(\d+(?:\.\d+)?)\s*[xX](?:\s*/\s*(\d+(?:\.\d+)?))?")
_MAKER = re.compile(r"(Olympus|Nikon|Zeiss|Leica|APLLC)[\s_]+", re.IGNORECASE)
_PEOPLE = re.compile(
    r"(user(?: ?name)?|operator|e-?mail|owner)\s*:\s*\S", re.IGNORECASE
)


class Log(NamedTuple):
    """What a log says.

    Attributes
    ----------
    maker, objective, magnification, aperture
        From the line ``Objective``.
    camera
        From the line ``Type``.
    filters
        Emission filters in the order in which they were first used.
    created
        ISO 8601, in the microscope's own time.
    """

    maker: str | None = None
    objective: str | None = None
    magnification: float | None = None
    aperture: float | None = None
    camera: str | None = None
    filters: tuple[str, ...] = ()
    created: str | None = None
    problems: tuple[Problem, ...] = ()


def logs_of(path: Path) -> list[Path]:
    """Return the logs beside an image: of its acquisition first, if there is one."""
    stem = path.name.rpartition(".")[0] or path.name
    # What was computed from an image has the log of that image.
    raw = re.sub(r"(?i)_(D3D|SIR|PRJ|ALX)$", "", stem)
    wanted = (
        f"{path.name}.log",
        f"{stem}.log",
        f"{raw}.dv.log",
        f"{raw}.log",
        f"{stem}_log.txt",
    )
    there = set(named_beside(str(path.parent), _LOGS))
    return [path.with_name(n) for n in dict.fromkeys(wanted) if n in there]


def images_of(path: Path) -> Sequence[Path]:
    """Return the images that a log may belong to, by its name alone."""
    name = path.name
    ending = next((e for e in _LOGS if name.lower().endswith(e)), None)
    if ending is None:
        return ()
    stem = name[: -len(ending)]
    if stem.lower().endswith(_IMAGES):
        return (path.with_name(stem),)
    return tuple(path.with_name(f"{stem}{suffix}") for suffix in (".dv", ".r3d"))


def read_log(logs: Sequence[Path]) -> Log:
    """Return what the first of the logs says."""
    if not logs:
        return Log()
    path = logs[0]
    try:
        with Source(path) as source:
            text = source.read(0, MAX_LOG).decode("utf-8", "replace")
    except ReadError as error:
        message = f"the log cannot be read: {error.message}"
        return Log(problems=(Problem("metadata-unreadable", message, path.name),))
    found: dict[str, str] = {}
    filters: dict[str, None] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon or not value:
            continue
        if key == "em filter" and len(filters) < MAX_FILTERS:
            filters[value] = None
        found.setdefault(key, value)
    maker, model, magnification, aperture = _objective(found.get("objective"))
    return Log(
        maker,
        model,
        magnification,
        aperture,
        found.get("type"),
        tuple(filters),
        _created(text),
        _personal(text, path.name),
    )


def _objective(
    text: str | None,
) -> tuple[str | None, str | None, float | None, float | None]:
    if text is None or text.lower() in {"none", "null", "unknown"}:
        return None, None, None, None
    maker = _MAKER.match(text)
    model = text[maker.end() :] if maker else text
    lens = _LENS.match(model)
    if lens is None:
        return maker and maker.group(1), model, None, None
    magnification, aperture = float(lens.group(1)), float(lens.group(2) or 0)
    return maker and maker.group(1), model, magnification or None, aperture or None


def _created(text: str) -> str | None:
    found = _CREATED.search(text)
    if found is None:
        return None
    month, day, time, year = found.groups()
    months = (*_MONTHS, "dec")
    if month.lower() not in months:
        return None
    return f"{year}-{months.index(month.lower()) + 1:02}-{int(day):02}T{time}"


def _personal(text: str, name: str) -> tuple[Problem, ...]:
    found = next((m for m in map(_PEOPLE.match, text.splitlines()) if m), None)
    if found is None:
        return ()
    message = f"the log {name} names a person (field {found.group(1)})"
    return (Problem("personal-data", message, name),)
