"""What was hashed so far, kept when the work is broken off."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self, TextIO

from fairsubmit.errors import ManifestError
from fairsubmit.manifest.value import Entry, Manifest, entry_line

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["HashLog"]

# How much work a killed process may lose.
_SECONDS = 1.0


class HashLog:
    """The entries of earlier runs, and an append-only file for those of this one.

    Hashing terabytes takes hours; a run that is broken off leaves its entries beside
    the manifest, and the next one goes on from there.

    Parameters
    ----------
    manifest
        Path of the manifest that the run will write; the log lies beside it.
    """

    def __init__(self, manifest: Path) -> None:
        self._manifest = manifest
        self._path = manifest.with_name(manifest.name + ".log")
        self._file: TextIO | None = None
        self._flushed = 0.0

    def known(self) -> dict[str, Entry]:
        """Return the entries of the last manifest and of runs broken off since."""
        try:
            entries = Manifest.read(self._manifest).entries
        except ManifestError:
            entries = ()
        found = {entry.path: entry for entry in entries}
        try:
            with self._path.open(encoding="utf-8") as file:
                for line in file:
                    entry = _entry(line)
                    if entry is not None:
                        found[entry.path] = entry
        except (OSError, UnicodeDecodeError):
            pass
        return found

    def __enter__(self) -> Self:
        # A full disk costs the log, not the run: the manifest's own writing will tell.
        with suppress(OSError):
            self._file = self._path.open(
                "a", encoding="utf-8", errors="backslashreplace", newline="\n"
            )
            # The last line may be torn; this ends it.
            self._file.write("\n")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None

    def add(self, entry: Entry) -> None:
        """Keep an entry; on disk within a second, or when the log is closed."""
        if self._file is None:
            return
        with suppress(OSError):
            self._file.write(entry_line(entry))
            now = time.monotonic()
            if now - self._flushed > _SECONDS:
                self._file.flush()
                self._flushed = now

    def remove(self) -> None:
        """Drop the log: the manifest is written."""
        self._path.unlink(missing_ok=True)


def _entry(line: str) -> Entry | None:
    try:
        return Entry.from_json(json.loads(line))
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
