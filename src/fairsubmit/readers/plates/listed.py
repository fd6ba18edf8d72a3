"""The files of one field of a plate whose description lists them all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import Problem
from fairsubmit.readers.plates.folder import CutParts, Folder, Pixels, pixels_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Members", "Parts", "missing_planes"]

# Of folders below that of the description; plates have two.
MAX_FOLDERS = 64


class Parts(NamedTuple):
    """What became of the files of one field.

    Attributes
    ----------
    files
        Those that are there.
    pixels
        What the first says; ``None`` where none is there, or it cannot be read.
    problems
        What is missing, cut short or unreadable.
    """

    files: tuple[str, ...]
    pixels: Pixels | None
    problems: tuple[Problem, ...]


class Members:
    """Finds the files that a description names, in its folder and below.

    Parameters
    ----------
    root
        The folder of the description.
    below
        Folder in which they may be besides, e.g. ``Image``.
    """

    def __init__(self, root: Path, below: str = "") -> None:
        self._root = root
        self._below = below
        self._folders: dict[str, Folder] = {}
        self._cut = CutParts()

    def _folder(self, name: str) -> Folder | None:
        if name not in self._folders and len(self._folders) < MAX_FOLDERS:
            self._folders[name] = Folder(self._root / name if name else self._root)
        return self._folders.get(name)

    def find(self, written: str) -> tuple[str, int] | None:
        """Return path and bytes of a file; only its name counts if it lies outside."""
        folders, _, name = written.replace("\\", "/").rpartition("/")
        outside = (
            folders.startswith("/") or ":" in folders or ".." in folders.split("/")
        )
        if outside:
            folders = ""
        for place in (folders, self._below) if self._below else (folders,):
            folder = self._folder(place)
            there = folder.find(name) if folder is not None and name else None
            if folder is not None and there is not None:
                return folder.posix(there), folder.sizes[there]
        return None

    def parts(self, names: Sequence[str]) -> Parts:
        """Return what became of the files of a field."""
        found: dict[str, int] = {}
        missing: list[str] = []
        for name in names:
            part = self.find(name)
            if part is None:
                missing.append(name)
            else:
                found[part[0]] = part[1]
        problems = _missing(missing, len(names))
        pixels = None
        if found:
            first = pixels_of(Path(next(iter(found))))
            if isinstance(first, Problem):
                problems.append(first)
            else:
                pixels = first
                problems += self._cut.problems(found.items(), first.least)
        return Parts(tuple(found), pixels, tuple(problems))


def _missing(names: list[str], total: int) -> list[Problem]:
    if not names:
        return []
    first = names[0].replace("\\", "/").rpartition("/")[2]
    message = f"{len(names)} of {total} image files are not there; the first is {first}"
    return [Problem("missing-part", message, first, error=True)]


def missing_planes(planes: int, z: int, c: int, t: int) -> list[Problem]:
    """Say that fewer planes are listed than the sizes make; some are taken so."""
    if planes >= z * c * t:
        return []
    message = (
        f"{planes} planes are listed, but {c} channels × {z} z positions × {t} times "
        f"make {z * c * t}: some channels were taken less often"
    )
    return [Problem("planes-missing", message)]
