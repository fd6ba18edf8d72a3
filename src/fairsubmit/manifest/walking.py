"""List the files of a dataset."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import ManifestError
from fairsubmit.manifest.value import FileStat

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WORK_FOLDER", "file_stat", "walk"]

# What fairsubmit itself writes beside the data; never part of a dataset.
WORK_FOLDER = ".fairsubmit"

_FolderKey = tuple[int, int]


class _Level(NamedTuple):
    """A folder that is being listed."""

    prefix: str
    above: frozenset[_FolderKey]
    items: Iterator[os.DirEntry[str]]


def walk(root: Path) -> Iterator[FileStat]:
    """List all files below a folder, sorted by name within each folder.

    Links to files are followed, links to folders too unless they lead back to a
    folder above; `WORK_FOLDER` is left out. A folder below that may not be listed, and
    anything that is neither folder nor regular file, comes with the size -1.

    Parameters
    ----------
    root
        The dataset.

    Raises
    ------
    ManifestError
        If a folder cannot be listed.
    """
    levels = [_list(root, "", frozenset())]
    while levels:
        level = levels[-1]
        item = next(level.items, None)
        if item is None:
            levels.pop()
            continue
        path = level.prefix + item.name
        if not _is_folder(item):
            yield _stat_item(item, path)
        elif item.name != WORK_FOLDER:
            try:
                levels.append(_list(Path(item.path), path + "/", level.above))
            except PermissionError:
                yield FileStat(path, -1, 0, 0)


def _list(folder: Path, prefix: str, above: frozenset[_FolderKey]) -> _Level:
    try:
        own = folder.stat()
        with os.scandir(folder) as listing:
            found = sorted(listing, key=lambda item: item.name)
    except OSError as error:
        if prefix and isinstance(error, PermissionError):
            raise
        message = f"{folder} cannot be listed: {error.strerror or error}"
        raise ManifestError(message) from error
    key = (own.st_dev, own.st_ino)
    if own.st_ino and key in above:
        found = []
    return _Level(prefix, above | {key}, iter(found))


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:
        return False


def _stat_item(item: os.DirEntry[str], path: str) -> FileStat:
    try:
        found = item.stat()
    except OSError:
        return FileStat(path, -1, 0, 0)
    if not stat.S_ISREG(found.st_mode):
        return FileStat(path, -1, 0, 0)
    return file_stat(path, found)


def file_stat(path: str, found: os.stat_result) -> FileStat:
    """Return what the file system says about a file as our own value."""
    return FileStat(path, found.st_size, found.st_mtime_ns, found.st_ino)
