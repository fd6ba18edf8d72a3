"""One file on its way: ask, send, complete, compare, and again where it broke."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

from fairsubmit.errors import (
    ChecksumMismatchError,
    FairsubmitError,
    PermanentTransferError,
    UploadExpiredError,
)
from fairsubmit.transfer.body import LocalFile
from fairsubmit.transports.retry import Verdict, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.bundle import Item
    from fairsubmit.manifest import Entry
    from fairsubmit.transfer.run import Run
    from fairsubmit.transports.base import Chunk, Stored

__all__ = ["Sending", "begin_upload", "known_handle"]

# From here on, reading again what an earlier run sent takes long enough to say so.
SAY_READING_FROM = 1 << 30


def known_handle(run: Run, item: Item) -> str | None:
    """Return the handle of an earlier upload of this very content."""
    entry = item.entry
    known = run.services.journal.handles.get(entry.path)
    if known is None:
        return None
    if known.sha256 == entry.sha256 and known.size == entry.size:
        return known.handle
    _abort(run, known.handle)
    return None


def begin_upload(run: Run, item: Item, *, durable: bool) -> str:
    """Create an upload and write its handle down before its first byte.

    Parameters
    ----------
    run
        The transfer.
    item
        The file.
    durable
        Whether to wait until the record outlives a loss of power; if not, the
        caller does, for several at once.
    """
    entry = item.entry
    handle = run.services.transport.create(entry.path, entry.size)
    run.services.journal.append(
        "upload",
        durable=durable,
        path=entry.path,
        handle=handle,
        sha256=entry.sha256,
        size=entry.size,
    )
    return handle


class Sending:
    """The sending of one file.

    Parameters
    ----------
    run
        The transfer.
    item
        The file.
    handle
        Its upload, if there is one.
    earlier
        Whether an earlier run began that.
    """

    def __init__(
        self, run: Run, item: Item, handle: str | None, *, earlier: bool
    ) -> None:
        self._run = run
        self._item = item
        self._entry = item.entry
        self._handle = handle
        self._earlier = earlier
        self._source = LocalFile(item, halted=run.halted)
        self._backoff = run.backoff()
        self._begun = False
        self._counting = threading.Lock()
        # Bytes of the file that are thought to be in the archive, for the person;
        # the most that the server itself has said; whether that grew since the last
        # break.
        self._shown = 0
        self._most = 0
        self._progressed = False
        self._mismatched = False
        self.since = time.monotonic()

    def send(self) -> None:
        """Send the file, however often that takes.

        Raises
        ------
        FairsubmitError
            If it cannot be sent; the kind of error says what that means.
        """
        services = self._run.services
        with self._source:
            stored = self._until_stored()
        services.journal.append(
            "stored",
            path=self._entry.path,
            sha256=self._entry.sha256,
            size=self._entry.size,
            digests=dict(stored.digests),
        )
        self._run.keep(self._entry.path, stored)
        services.progress.end(self._entry.path)

    def _until_stored(self) -> Stored:
        while True:
            try:
                return self._attempt()
            except FairsubmitError as error:
                self._recover(error)

    def _attempt(self) -> Stored:
        self._source.check_halted()
        self._source.check()
        self._run.wait_for_server()
        if self._handle is None:
            self._handle = begin_upload(self._run, self._item, durable=True)
            self._most = 0
        missing = self._missing(self._handle)
        self._earlier = False
        self._write_all(self._handle, missing)
        self._source.verify()
        stored = self._run.services.transport.complete(self._handle)
        self._source.check()
        _compare(self._entry, stored)
        return stored

    def _missing(self, handle: str) -> Sequence[Chunk]:
        """Ask the server what it needs, and count what it has."""
        services = self._run.services
        missing = services.transport.missing(handle)
        if not services.transport.properties.keeps_account:
            written = services.journal.chunks(self._entry.path)
            missing = [c for c in missing if (c.offset, c.length) not in written]
        held = self._entry.size - sum(chunk.length for chunk in missing)
        if held > self._most:
            self._most = held
            self._progressed = True
            self._run.moved()
            self.since = time.monotonic()
        self._show(held)
        return sorted(missing, key=lambda chunk: chunk.offset)

    def _show(self, held: int) -> None:
        """Set the person's count to what the server has."""
        progress, path = self._run.services.progress, self._entry.path
        if not self._begun:
            self._begun = True
            progress.begin(path, self._entry.size, held)
            if held >= SAY_READING_FROM:
                progress.say(f"{path}: reading the {held:,} bytes sent before again")
        elif held != self._shown:
            progress.advance(path, held - self._shown)
            self._run.count_again(max(0, self._shown - held))
        self._shown = held

    def _advance(self, count: int) -> None:
        with self._counting:
            self._shown += count
        self._run.count(count)
        self._run.services.progress.advance(self._entry.path, count)

    def _write_all(self, handle: str, missing: Sequence[Chunk]) -> None:
        properties = self._run.services.transport.properties
        width = min(properties.concurrency, len(missing))
        if width <= 1:
            for chunk in missing:
                self._write(handle, chunk, in_order=True)
        else:
            self._write_together(handle, missing, width)

    def _write_together(
        self, handle: str, missing: Sequence[Chunk], width: int
    ) -> None:
        """Write several chunks at a time; one that fails lets those begun end.

        Raises
        ------
        BaseException
            What a chunk failed with.
        """
        left, errors, lock = iter(missing), list[BaseException](), threading.Lock()

        def work() -> None:
            try:
                while True:
                    with lock:
                        chunk = None if errors else next(left, None)
                    if chunk is None:
                        return
                    self._write(handle, chunk, in_order=False)
            except BaseException as error:  # noqa: BLE001 - raised below, in its lane
                errors.append(error)

        helpers = [
            threading.Thread(target=work, name=f"chunk-{number}", daemon=True)
            for number in range(1, width)
        ]
        for helper in helpers:
            helper.start()
        work()
        for helper in helpers:
            helper.join()
        if errors:
            gravest = min(errors, key=_rank)
            raise gravest

    def _write(self, handle: str, chunk: Chunk, *, in_order: bool) -> None:
        services = self._run.services
        source = self._source
        with source.body(chunk, in_order=in_order, advance=self._advance) as body:
            services.transport.write(handle, chunk, body)
        if not services.transport.properties.keeps_account:
            services.journal.append(
                "chunk",
                path=self._entry.path,
                offset=chunk.offset,
                length=chunk.length,
            )

    def _recover(self, error: FairsubmitError) -> None:
        """Make ready for the next attempt.

        Raises
        ------
        FairsubmitError
            `error`, or what came of it, if there is to be none.
        """
        meaning = verdict(error)
        if isinstance(error, ChecksumMismatchError):
            self._give_back()
            if self._mismatched:
                raise error
            self._mismatched = True
            self._run.services.progress.say(f"{error.message}; sending it once more")
        elif self._earlier and isinstance(error, PermanentTransferError):
            # Another account, another protocol, gone: begun by a run we know little of.
            self._forget()
        elif meaning in {Verdict.AGAIN, Verdict.ANEW}:
            if isinstance(error, UploadExpiredError):
                self._forget()
            self._wait(error)
        else:
            if meaning is Verdict.FILE and not isinstance(
                error, PermanentTransferError
            ):
                self._give_back()
            raise error

    def _wait(self, error: FairsubmitError) -> None:
        """Say what happened and wait as long as it takes.

        Raises
        ------
        FairsubmitError
            If that was tried long enough.
        """
        progressed, self._progressed = self._progressed, False
        seconds = self._backoff.failed(error, progressed=progressed)
        when = f"in {seconds:.0f} s" if seconds >= 1 else "now"
        self._run.services.progress.say(
            f"{self._entry.path}: {error.message}; {self._next()} {when}"
        )
        if getattr(error, "retry_after", None) is not None:
            self._run.pause(seconds)
        self._run.wait(seconds)

    def _next(self) -> str:
        if self._handle is None:
            return "sending it anew"
        size = self._entry.size
        return f"going on at {100 * self._shown // size if size else 0} %"

    def _give_back(self) -> None:
        """Give the upload up, on the server too where that is possible."""
        if self._handle is not None:
            _abort(self._run, self._handle)
        self._forget()

    def _forget(self) -> None:
        """Give the upload up that the server does not have."""
        if self._handle is not None:
            self._run.services.journal.append("dropped", path=self._entry.path)
        self._handle = None
        self._earlier = False


def _abort(run: Run, handle: str) -> None:
    with contextlib.suppress(FairsubmitError):
        run.services.transport.abort(handle)


def _rank(error: BaseException) -> int:
    """Rank errors of chunks sent together: what ends more comes first."""
    if isinstance(error, FairsubmitError):
        order = [Verdict.ALL, Verdict.FILE, Verdict.ANEW, Verdict.AGAIN]
        return 1 + order.index(verdict(error))
    return 0


def _compare(entry: Entry, stored: Stored) -> None:
    """Compare what the server says it stored with the manifest.

    Raises
    ------
    ChecksumMismatchError
        If it is not the same.
    """
    if stored.size is not None and stored.size != entry.size:
        message = (
            f"the server stored {stored.size:,} bytes of {entry.path}, "
            f"which has {entry.size:,}"
        )
        raise ChecksumMismatchError(message)
    ours = {"md5": entry.md5, "sha256": entry.sha256}
    for algorithm, digest in stored.digests.items():
        if ours.get(algorithm, digest) != digest:
            message = (
                f"the server stored {entry.path} with {algorithm} {digest}, "
                f"which has {ours[algorithm]}"
            )
            raise ChecksumMismatchError(
                message,
                hint="the line or the server damages data; run the same command again",
            )
