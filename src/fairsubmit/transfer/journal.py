"""The journal: what a deposit did so far, so that the next run goes on from there.

One journal belongs to one deposit: an archive, its address and a dataset. It is a
file of JSON lines in the state folder that is only ever appended to; a line counts
when its line end is written, so that a process may be killed at any moment.

====================  =======================================================
event                 fields
====================  =======================================================
``journal``           ``version``: first line
``token``             ``token``: our name for a draft, before it is asked for
``draft``             ``key``, ``accession``, ``root``, ``notes``
``upload``            ``path``, ``handle``, ``sha256``, ``size``: before its
                      first byte
``chunk``             ``path``, ``offset``, ``length``: written, where the
                      server keeps no account of it
``dropped``           ``path``: the upload was given up
``stored``            ``path``, ``sha256``, ``size``, ``digests``: the server
                      has the whole file
``submitting``        before the deposit is handed in
``submitted``         anything: it was taken
``fresh``             all before it belongs to an earlier deposit
====================  =======================================================

The journal says where to ask; what arrived is the server's to say. A handle may
serve as a key to an upload, so that nobody else may read the file.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import threading
import time
from io import FileIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from fairsubmit.errors import StateError
from fairsubmit.transfer.history import History
from fairsubmit.transfer.lock import Lock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from fairsubmit.receipt import Draft
    from fairsubmit.transfer.history import Upload

__all__ = ["Journal"]

VERSION = 1
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_log = logging.getLogger(__name__)


class Journal:
    """An open journal; made by `Journal.open`, safe to use from several threads."""

    def __init__(self, path: Path, lock: Lock) -> None:
        self._path = path
        self._lock = lock
        self._history = History()
        # Unbuffered: a line is the kernel's, and outlives this process, at once.
        self._file = FileIO(path, "a+", opener=_private)
        self._end = 0
        self._synced = 0
        self._broken: StateError | None = None
        self._writing = threading.Lock()
        self._syncing = threading.Lock()

    @classmethod
    def open(cls, path: Path, *, fresh: bool = False) -> Self:
        """Open a journal, made if it is not there, and read what it holds.

        Parameters
        ----------
        path
            The file; the folders above it are made too.
        fresh
            Begin a new deposit if the one written down came to its end. One that is
            still under way is gone on with all the same.

        Raises
        ------
        StateError
            If another run has it open, it cannot be written, or a newer version of
            this program wrote it.
        """
        with contextlib.ExitStack() as undo:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                lock = Lock(path.with_name(path.name + ".lock"))
                undo.callback(lock.release)
                journal = cls(path, lock)
                undo.callback(journal._file.close)
                journal._begin()
            except OSError as error:
                failure = _unusable(path, error)
                raise failure from error
            if fresh and journal.submitted is not None:
                journal.append("fresh", durable=True)
            undo.pop_all()
        return journal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def token(self) -> str | None:
        """Our name for a draft, written down before the archive was asked for it."""
        return self._history.token

    @property
    def draft(self) -> Draft | None:
        """The draft, if the archive's answer was written down."""
        return self._history.draft

    @property
    def submitting(self) -> bool:
        """Whether the deposit was about to be handed in."""
        return self._history.submitting

    @property
    def submitted(self) -> Mapping[str, Any] | None:
        """What was noted when the archive took the deposit."""
        return self._history.submitted

    @property
    def handles(self) -> Mapping[str, Upload]:
        """Uploads that were begun and are not known to be stored, by path."""
        return MappingProxyType(self._history.uploads)

    @property
    def sent(self) -> Mapping[str, str]:
        """SHA-256 of each file known to be stored, by path.

        ``""`` stands for a path to which an upload was begun since and not confirmed,
        so that a file of the right size there does not count as stored.
        """
        return MappingProxyType(self._history.sent)

    def digests(self, path: str) -> Mapping[str, str]:
        """Return the digests that the server reported when a file was stored."""
        return self._history.digests.get(path, {})

    def chunks(self, path: str) -> frozenset[tuple[int, int]]:
        """Return offset and length of the chunks of an upload that were written."""
        return frozenset(self._history.chunks.get(path, ()))

    def append(self, event: str, *, durable: bool = False, **fields: object) -> None:
        """Write one record.

        Parameters
        ----------
        event
            One of the events above.
        durable
            Wait until the record outlives a loss of power too. Threads that wait at
            the same time share one wait.
        **fields
            The event's fields, as JSON can hold them; no secrets.

        Raises
        ------
        StateError
            If it cannot be written; all that was written before is kept.
        """
        record = {"event": event, **fields, "at": round(time.time(), 3)}
        # ASCII only: a file name that is no valid Unicode comes back as it was.
        line = json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"
        with self._writing:
            self._write(line)
            if event == "fresh":
                self._history = History()
            self._history.apply(record)
        if durable:
            self.sync()

    def sync(self) -> None:
        """Wait until all that was appended so far outlives a loss of power.

        Raises
        ------
        StateError
            If the disk does not take it.
        """
        upto = self._end
        with self._syncing:
            if self._synced >= upto:
                return  # the thread before this one waited for our record too
            end = self._end
            try:
                _sync_file(self._file.fileno())
            except (OSError, ValueError) as error:
                failure = _unusable(self._path, error)
                raise failure from error
            self._synced = end

    def close(self) -> None:
        """Close the file and let the next run have it."""
        with contextlib.suppress(StateError):
            self.sync()
        with self._writing:
            self._broken = StateError(f"the journal {self._path} is closed")
            self._file.close()
        self._lock.release()

    def _begin(self) -> None:
        """Read all records, and cut off a last one that was not written to its end.

        Raises
        ------
        StateError
            If it is not a journal of this version or before.
        """
        with self._path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._replay(line, first=self._end == 0)
                self._end += len(line)
        if self._path.stat().st_size > self._end:
            self._file.truncate(self._end)
        if self._end == 0:
            self.append("journal", durable=True, version=VERSION)
            _sync_folder(self._path.parent)

    def _replay(self, line: bytes, *, first: bool) -> None:
        """Count one line.

        Raises
        ------
        StateError
            If it is the first one and not that of a journal.
        """
        try:
            # After a loss of power a file may have holes of zeros.
            record = json.loads(line.strip(b"\0"))
            event = record["event"]
        except (ValueError, KeyError, TypeError):
            record, event = {}, None
        if first and (event != "journal" or record.get("version") != VERSION):
            message = f"{self._path} is not a journal that this version can read"
            hint = "update fairsubmit, or name another folder with --state-dir"
            raise StateError(message, hint=hint)
        if event == "fresh":
            self._history = History()
        try:
            self._history.apply(record)
        except (KeyError, TypeError, AttributeError):
            # Safe to leave out: the archive is asked before anything is skipped.
            _log.warning("%s: a damaged record was left out", self._path)

    def _write(self, line: bytes) -> None:
        """Append one line, whole or not at all.

        Raises
        ------
        StateError
            If it cannot be.
        """
        if self._broken is not None:
            raise self._broken
        left = memoryview(line)
        try:
            while left:
                left = left[self._file.write(left) or 0 :]
        except OSError as error:
            failure = _unusable(self._path, error)
            try:
                self._file.truncate(self._end)
            except OSError:
                self._broken = failure
            raise failure from error
        self._end += len(line)


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    descriptor = os.open(path, flags, 0o600)
    if hasattr(os, "fchmod"):
        with contextlib.suppress(OSError):  # file systems without permissions
            os.fchmod(descriptor, 0o600)
    return descriptor


_sync_file = getattr(os, "fdatasync", os.fsync)


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file outlive a loss of power, where that is possible."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _unusable(path: Path, error: OSError | ValueError) -> StateError:
    number = getattr(error, "errno", None)
    if number in _FULL:
        return StateError(
            f"the disk of the state folder {path.parent} is full",
            hint="free some space there, then run the same command again; "
            "nothing that was done is lost",
        )
    words = getattr(error, "strerror", None) or str(error)
    return StateError(
        f"the journal {path} cannot be written: {words}",
        hint="name a folder that you can write to with --state-dir",
    )
