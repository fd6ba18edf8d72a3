"""The files of a MetaMorph series, by stage position, time and wave."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.readers.plates.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Part", "Position", "found_files"]

# The name of a wave may follow its number at once: w2561 is wave 2, "561", or 2561.
_REST = re.compile(
    r"(?:_w(?P<wave>\d{1,9})(?P<name>.*?))?(?:_s(?P<stage>\d{1,6}))?"
    r"(?:_t(?P<time>\d{1,6}))?\.(?:stk|tiff?)",
    re.IGNORECASE,
)


class Part(NamedTuple):
    """One file: time and wave from 1, path and bytes."""

    time: int
    wave: int
    path: str
    size: int


@dataclass(slots=True)
class Position:
    """The files of one stage position."""

    parts: list[Part] = field(default_factory=list)


def found_files(path: Path, waves: Sequence[str]) -> dict[int, Position]:
    """Find the files of a series by the number of their stage position, from 1.

    Parameters
    ----------
    path
        The ND file.
    waves
        Names of the waves that it says, in order.
    """
    plain = [_plain(name) for name in waves]
    folder = Folder(path.parent)
    stem = path.stem.lower()
    found: dict[int, Position] = {}
    for name, size in folder.sizes.items():
        if not name.lower().startswith(stem):
            continue
        parts = _REST.fullmatch(name, len(stem))
        if parts is None:
            continue
        wave = _wave(parts["wave"] or "", parts["name"] or "", plain)
        part = Part(int(parts["time"] or 1), wave, folder.posix(name), size)
        found.setdefault(int(parts["stage"] or 1), Position()).parts.append(part)
    for position in found.values():
        position.parts.sort()
    return found


def _plain(name: str) -> str:
    """Return a name without what file systems forbid, or programs leave out."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _wave(digits: str, rest: str, names: list[str]) -> int:
    """Return the number of a wave, which its name may follow without a break."""
    numbers = [int(digits[: end + 1]) for end in range(len(digits))]
    for end, number in enumerate(numbers, 1):
        name = _plain(digits[end:] + rest)
        if 0 < number <= len(names) and name == names[number - 1]:
            return number
    within = [number for number in numbers if 0 < number <= len(names)]
    return (within or numbers or [1])[-1]
