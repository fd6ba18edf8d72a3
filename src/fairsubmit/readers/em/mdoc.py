"""The text that SerialEM writes beside its images: ``<image>.mdoc``.

Source: "SerialEM, Autodoc files": ``key = value`` lines for the whole file, then a
section ``[ZValue = n]`` for each image.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairsubmit.readers.sets import named_beside
from fairsubmit.readers.units import number
from fairsubmit.readers.values import Values
from fairsubmit.readers.volumes.names import names_a_user

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import Problem

__all__ = ["SUFFIX", "Mdoc", "beside", "read"]

SUFFIX = ".mdoc"
MAX_TEXT = 1 << 16
_SECTION = re.compile(r"^\[(ZValue|FrameSet|MontSection)\s*=", re.MULTILINE)
_LINE = re.compile(r"^\s*([\w ]+?)\s*=[ \t]*(\S.*?)\s*$", re.MULTILINE)
_DATE = re.compile(
    r"(?:(\d{2})-([A-Z][a-z]{2})-(\d{2})|(\d{4})-([A-Z][a-z]{2})-(\d{2}))"
    r"\s+(\d{2}:\d{2}:\d{2})"
)
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


@dataclass(frozen=True, slots=True)
class Mdoc:
    """What the text says of the whole file and of its first image.

    Attributes
    ----------
    pixel_size
        Å.
    acquired_at
        ISO 8601.
    serial_em
        Whether SerialEM wrote it.
    tilt_series
        Whether the images have tilt angles: then they are no slices.
    problems
        What is odd.
    """

    pixel_size: float | None
    acquired_at: str | None
    serial_em: bool
    tilt_series: bool
    problems: tuple[Problem, ...]


def beside(path: Path) -> Path | None:
    """Return the text that belongs to an image, if it is there.

    Parameters
    ----------
    path
        ``a.mrc``; its text is ``a.mrc.mdoc``, or ``a.mdoc``.
    """
    wanted = {f"{path.name}{SUFFIX}".lower(): 0, f"{path.stem}{SUFFIX}".lower(): 1}
    names = named_beside(str(path.parent), (SUFFIX,))
    found = sorted((wanted[n.lower()], n) for n in names if n.lower() in wanted)
    return path.with_name(found[0][1]) if found else None


def read(text: str) -> Mdoc:
    """Return what matters here of the start of such a text."""
    sections = [match.start() for match in _SECTION.finditer(text)]
    end = sections[1] if len(sections) > 1 else len(text)
    found = dict(reversed(_LINE.findall(text[:end])))
    values = Values()
    written = found.get("PixelSpacing")
    pixel_size = number(written)[0] if written else None
    if pixel_size is not None and pixel_size <= 0:
        pixel_size = None
    if names_a_user(text):
        message = "the text beside the image holds a path that names a user"
        values.problem("personal-data", message, "SubFramePath")
    return Mdoc(
        pixel_size=pixel_size,
        acquired_at=_date(found.get("DateTime", "")),
        serial_em="SerialEM" in text,
        tilt_series="TiltAngle" in found,
        problems=tuple(values.problems),
    )


def _date(text: str) -> str | None:
    """Read ``12-Nov-15  14:21:38`` or, of later versions, ``2015-Nov-12 …``."""
    found = _DATE.match(text)
    if found is None:
        return None
    day, month, short, year, other_month, other_day, time = found.groups()
    name = month or other_month
    if name not in _MONTHS:
        return None
    # SerialEM is of this century.
    return (
        f"{year or f'20{short}'}-{_MONTHS.index(name) + 1:02}-{day or other_day}T{time}"
    )
