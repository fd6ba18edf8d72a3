"""One account's file area: a folder on disk that HTTP and FTP both show."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

from fairsubmit.rehearsal.refusals import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FileArea", "detach"]


class FileArea:
    """The files of one account.

    Parameters
    ----------
    root
        The folder that holds them.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def locate(self, *parts: str) -> Path:
        """Return the place of a path inside the area.

        Raises
        ------
        RefusalError
            The path leads outside.
        """
        path = "/".join(part for part in parts if part)
        steps = [step for step in path.split("/") if step]
        if any(step in {".", ".."} or "\0" in step for step in steps):
            raise RefusalError(
                500, f"The user does not have permission for accessing path '{path}'"
            )
        return self.root.joinpath(*steps)

    def rows(self, path: str) -> list[dict[str, Any]]:
        """Return one row per entry of a folder; an unknown folder has none."""
        folder = self.locate(path)
        shown = "/".join(["user", *(step for step in path.split("/") if step)])
        if not folder.is_dir():
            return []
        return [_row(entry, shown) for entry in sorted_entries(folder)]

    def put(self, source: Path, *parts: str) -> Path:
        """Move a received file to its place, over what is there.

        Raises
        ------
        RefusalError
            The path leads outside or cannot be a file's.
        """
        target = self.locate(*parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
        except OSError as error:
            raise RefusalError(500, f"{'/'.join(parts)}: {error.strerror}") from error
        return target

    def delete(self, path: str, name: str) -> None:
        """Remove a file, or a folder with all in it; a missing one is no matter."""
        target = self.locate(path, name)
        if target == self.root:
            return
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)

    def rename(self, path: str, old: str, new: str) -> None:
        """Give a file another name in the same folder.

        Raises
        ------
        RefusalError
            There is no such file, or the new name is taken.
        """
        source, target = self.locate(path, old), self.locate(path, new)
        if not source.exists():
            raise RefusalError(
                500, f"The file to be renamed does not exist: {_join(path, old)}"
            )
        if target.exists():
            raise RefusalError(
                500,
                f"The new name for the file already exists at {path}, "
                f"please choose a different name than {new}",
            )
        source.rename(target)


def sorted_entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield the entries of a folder by name."""
    with os.scandir(folder) as entries:
        yield from sorted(entries, key=lambda entry: entry.name)


def detach(path: Path) -> None:
    """Give a file that the archive also holds (a hard link) contents of its own.

    Raises
    ------
    OSError
        The file cannot be copied.
    """
    try:
        if path.stat().st_nlink < 2:
            return
    except FileNotFoundError:
        return
    copy = path.with_name(path.name + ".detached")
    shutil.copyfile(path, copy)
    copy.replace(path)


def _row(entry: os.DirEntry[str], shown: str) -> dict[str, Any]:
    folder = entry.is_dir()
    size = 0 if folder else entry.stat().st_size
    kind = "DIR" if folder else "FILE"
    return {"name": entry.name, "path": shown, "size": size, "type": kind}


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
