"""Files and image folders below a folder, in a stable order."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fairsubmit.readers.zarr.node import is_zarr

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Unlisted", "image_paths", "walk"]

# What fairsubmit itself writes beside the data (`fairsubmit.manifest.WORK_FOLDER`).
SKIPPED_FOLDERS = frozenset({".fairsubmit"})


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A folder that the operating system will not list, and why."""

    path: Path
    reason: str


def image_paths(folder: Path) -> Iterator[Path | Unlisted]:
    """Yield the files below a folder, and OME-Zarr folders as one, sorted by name.

    A folder that cannot be listed is yielded as such, and the rest goes on.
    """
    for found in walk(str(folder)):
        yield Path(found) if isinstance(found, str) else found


def walk(
    folder: str, above: frozenset[tuple[int, int]] = frozenset()
) -> Iterator[str | Unlisted]:
    """Yield as `image_paths` does, without an object for each of a million files.

    Parameters
    ----------
    folder
        Where to begin.
    above
        Device and inode of the folders that it lies in.
    """
    if _is_image_folder(folder):
        yield folder
        return
    try:
        own = os.stat(folder)  # noqa: PTH116 - as scandir, without a Path of its own
        with os.scandir(folder) as listing:
            names, folders = _listed(listing)
    except OSError as error:
        yield Unlisted(Path(folder), error.strerror or str(error))
        return
    key = (own.st_dev, own.st_ino)
    if own.st_ino and key in above:
        return
    inside = os.path.join(folder, "")  # noqa: PTH118 - one Path a file costs more
    for name in names:
        if name not in folders:
            yield inside + name
        elif name not in SKIPPED_FOLDERS:
            yield from walk(inside + name, above | {key})


def _listed(listing: Iterator[os.DirEntry[str]]) -> tuple[list[str], set[str]]:
    """Return all names, sorted, and those of folders; a folder may hold a million."""
    names: list[str] = []
    folders: set[str] = set()
    for item in listing:
        names.append(item.name)
        if _is_folder(item):
            folders.add(item.name)
    names.sort()
    return names, folders


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:
        return False


def _is_image_folder(folder: str) -> bool:
    return folder.lower().endswith(".zarr") or is_zarr(Path(folder).as_posix())
