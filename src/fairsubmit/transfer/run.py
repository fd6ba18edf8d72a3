"""What the lanes of one transfer share."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import (
    ManifestError,
    ReadError,
    TransferStoppedError,
    TransientTransferError,
)
from fairsubmit.transports.retry import Backoff, Verdict, verdict

if TYPE_CHECKING:
    from fairsubmit.errors import FairsubmitError
    from fairsubmit.transfer.journal import Journal
    from fairsubmit.transfer.order import Order
    from fairsubmit.transfer.progress import Progress
    from fairsubmit.transports.base import Stored, Transport
    from fairsubmit.transports.retry import RetryPolicy

__all__ = ["Failure", "Run", "Services"]


class Services(NamedTuple):
    """What a transfer works with.

    Attributes
    ----------
    transport
        The way to the archive.
    journal
        What is to be known again by the next run.
    progress
        Told of every step.
    policy
        How patient to be.
    stop
        When set, everything ends.
    """

    transport: Transport
    journal: Journal
    progress: Progress
    policy: RetryPolicy
    stop: threading.Event


class Failure(NamedTuple):
    """A file that could not be sent, and why."""

    path: str
    error: FairsubmitError


class Run:
    """The state of one transfer; its methods are safe to call from any lane.

    Parameters
    ----------
    services
        What it works with.
    order
        The files that are not begun yet.
    """

    def __init__(self, services: Services, order: Order) -> None:
        self.services = services
        self.order = order
        self.stored: dict[str, Stored] = {}
        self.bytes_sent = 0
        self.bytes_again = 0
        # What ends all at once; a local file that is not what was hashed, which lets
        # the files in flight end first; what failed for single files.
        self.ended_by: BaseException | None = None
        self.changed: FairsubmitError | None = None
        self.failed: Failure | None = None
        self.failures = 0
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._paused_until = 0.0
        self._moved_at = time.monotonic()

    def halted(self) -> bool:
        """Whether nothing more may be sent."""
        return self._ended.is_set() or self.services.stop.is_set()

    def closing(self) -> bool:
        """Whether no further file may be begun."""
        return self.changed is not None or self.halted()

    def end(self, error: BaseException) -> None:
        """End all lanes as soon as they can; the first reason counts."""
        with self._lock:
            if self.ended_by is None:
                self.ended_by = error
        self._ended.set()
        self.order.clear()

    def wait(self, seconds: float) -> None:
        """Wait; stop waiting when the transfer ends.

        Raises
        ------
        TransferStoppedError
            If it does.
        """
        until = time.monotonic() + seconds
        while not self.halted():
            left = until - time.monotonic()
            if left <= 0:
                return
            # The caller's event and our own cannot be waited for together.
            self._ended.wait(min(left, 0.2))
        raise TransferStoppedError("stopped while waiting for the server")

    def wait_for_server(self) -> None:
        """Wait until the server takes requests again, if it asked all to wait.

        Raises
        ------
        TransferStoppedError
            If the transfer ends meanwhile.
        """
        while (left := self._paused_until - time.monotonic()) > 0:
            self.wait(left)

    def pause(self, seconds: float) -> None:
        """Let no lane begin a request for some seconds."""
        with self._lock:
            until = time.monotonic() + seconds
            self._paused_until = max(self._paused_until, until)

    def backoff(self) -> Backoff:
        """Return the waits of one file."""
        return Backoff(self.services.policy, met=lambda: self.bytes_sent > 0)

    def count(self, size: int) -> None:
        """Count bytes handed to the transport."""
        with self._lock:
            self.bytes_sent += size

    def count_again(self, size: int) -> None:
        """Count bytes that were sent and did not arrive."""
        with self._lock:
            self.bytes_again += size

    def moved(self) -> None:
        """Note that the server holds more than before."""
        self._moved_at = time.monotonic()

    def keep(self, path: str, stored: Stored) -> None:
        """Note a file that is stored."""
        self.moved()
        with self._lock:
            self.stored[path] = stored

    def give_up(self, path: str, error: FairsubmitError, *, since: float) -> None:
        """Note that a file could not be sent, and end what that ends.

        Parameters
        ----------
        path
            The file.
        error
            Why.
        since
            `time.monotonic` when it last came forward.
        """
        if isinstance(error, ManifestError | ReadError):
            with self._lock:
                self.changed = self.changed or error
            self.order.clear()
        elif isinstance(error, TransientTransferError):
            # Whatever ails one file only is that file's; else nothing will pass.
            if error.retry_after is not None or self._moved_at < since:
                self.end(error)
            else:
                self._fail(path, error)
        elif verdict(error) is Verdict.FILE:
            self._fail(path, error)
        elif not isinstance(error, TransferStoppedError):
            self.end(error)

    def _fail(self, path: str, error: FairsubmitError) -> None:
        with self._lock:
            self.failures += 1
            if self.failed is None or _worse(error, self.failed.error):
                self.failed = Failure(path, error)


def _worse(error: FairsubmitError, other: FairsubmitError) -> bool:
    """Whether an error is final where the other one is not."""
    return isinstance(other, TransientTransferError) and not isinstance(
        error, TransientTransferError
    )
