"""Files of pixels that a header names."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["MAX_PARTS", "parts"]

MAX_PARTS = 10_000


def parts(
    path: Path, names: Iterable[str], place: str
) -> tuple[list[Path], list[Problem]]:
    """Return the files that are there, and a problem for those that are not.

    Parameters
    ----------
    path
        The header.
    names
        As it has them; only files of its folder and below are looked for.
    place
        What names them, for messages.
    """
    found: list[Path] = []
    missing: list[str] = []
    outside = 0
    for name in names:
        inside = _inside(name)
        if inside is None:
            outside += 1
            continue
        file = path.parent / inside
        if _is_file(file):
            found.append(file)
        else:
            missing.append(name)
    problems = []
    if missing:
        message = f"names {missing[0]!r} as a part of the image, which is not beside it"
        if len(missing) > 1:
            message += f" (and {len(missing) - 1} more)"
        problems.append(Problem("missing-part", message, place, error=True))
    if outside:
        message = f"names {outside} files outside its folder; they are not looked for"
        problems.append(Problem("path-outside", message, place, error=True))
    return found, problems


def _inside(name: str) -> PurePosixPath | None:
    """Return a name as a path below the header's folder; ``None`` if it leaves it."""
    windows = PureWindowsPath(name)
    inside = PurePosixPath(*windows.parts) if not windows.anchor else None
    if inside is None or ".." in inside.parts or "\0" in name or not name.strip():
        return None
    return inside


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False
