"""What a folder and its disk can take, said before a byte moves."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from fairsubmit.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fairsubmit.archives.directory.shelf import Shelf
    from fairsubmit.bundle import Bundle

__all__ = ["check", "writable"]

# Longest name in bytes where the file system does not tell: ext4, APFS and NTFS
# agree on 255.
LONGEST_NAME = 255


def check(bundle: Bundle, shelf: Shelf) -> Iterator[Finding]:
    """Compare a bundle with what the folder and its disk can take."""
    folder = shelf.folder
    if folder.resolve().is_relative_to(bundle.dataset.root.resolve()):
        yield _finding(
            "DIR103",
            "archive-inside-dataset",
            f"{folder} lies in the dataset, which would come to hold itself",
            "name a folder outside the dataset",
        )
    if not writable(folder):
        yield _finding(
            "DIR101",
            "folder-not-writable",
            f"{folder} cannot be written",
            "ask its owner, or name another folder",
        )
        return
    yield from _names(bundle, folder)
    yield from _room(bundle, shelf)


def _names(bundle: Bundle, folder: Path) -> Iterator[Finding]:
    longest = _longest_name(_existing(folder))
    for item in bundle.items():
        path = item.entry.path
        if max(len(os.fsencode(step)) for step in path.split("/")) > longest:
            yield _finding(
                "DIR104",
                "name-too-long",
                f"{path} has a name of more than {longest} bytes, which the disk of "
                f"{folder} does not take",
                "rename the file, or name a folder on another disk",
                path=path,
            )


def _room(bundle: Bundle, shelf: Shelf) -> Iterator[Finding]:
    room = shutil.disk_usage(_existing(shelf.folder)).free
    if room < bundle.size:
        # What unfinished deposits hold may be this very one, sent in part.
        room += sum(deposit.size for deposit in shelf if not deposit.handed_in)
    if room < bundle.size:
        yield _finding(
            "DIR102",
            "disk-too-small",
            f"the disk of {shelf.folder} has room for {room:,} bytes, the deposit has "
            f"{bundle.size:,}",
            "free some space there, or name another folder",
        )


def writable(folder: Path) -> bool:
    """Whether a folder can be written, or made if it is not there."""
    existing = _existing(folder)
    as_we_act = os.access in os.supports_effective_ids
    return existing.is_dir() and os.access(
        existing, os.W_OK | os.X_OK, effective_ids=as_we_act
    )


def _existing(path: Path) -> Path:
    """Return the path or the nearest place above it that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _longest_name(folder: Path) -> int:
    if hasattr(os, "pathconf"):
        with suppress(OSError, ValueError):
            return os.pathconf(folder, "PC_NAME_MAX")
    return LONGEST_NAME


def _finding(
    code: str, name: str, message: str, cure: str, *, path: str | None = None
) -> Finding:
    return Finding(code, name, Severity.ERROR, message, path, help=cure)
