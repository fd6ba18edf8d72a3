"""Wells and their planes."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Well", "well_name", "well_of"]

_WELL = re.compile(r"([A-Z]{1,2})(\d{1,3})", re.IGNORECASE)


class Well(NamedTuple):
    """A well's row and column, from 0."""

    row: int
    column: int


def well_of(text: str) -> Well | None:
    """Return the well that a name such as ``B02`` or ``AA12`` stands for.

    Rows beyond Z have two letters (ANSI/SLAS 4-2004, plates of 1,536 wells).
    """
    found = _WELL.fullmatch(text)
    if found is None or not int(found.group(2)):
        return None
    row = 0
    for letter in found.group(1).upper():
        row = 26 * row + ord(letter) - ord("A") + 1
    return Well(row - 1, int(found.group(2)) - 1)


def well_name(well: Well) -> str:
    """Return a well's name, e.g. ``B02``."""
    first, last = divmod(well.row, 26)
    letters = (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)
    return f"{letters}{well.column + 1:02d}"
