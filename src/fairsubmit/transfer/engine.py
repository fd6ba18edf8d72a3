"""The transfer: every file of a plan to the archive, whatever breaks on the way.

Lanes (threads) take files and send them. A file is done when the server has said
its size, and its digest where it can, and both are ours. What is needed to go on in
another process is in the journal before it is needed.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from fairsubmit.errors import (
    ChecksumMismatchError,
    FairsubmitError,
    PermanentTransferError,
    QuotaExceededError,
    StateError,
    TransferStoppedError,
    TransientTransferError,
)
from fairsubmit.transfer.order import Order
from fairsubmit.transfer.plan import Action
from fairsubmit.transfer.progress import Silent
from fairsubmit.transfer.result import TransferResult
from fairsubmit.transfer.run import Run, Services
from fairsubmit.transfer.sending import Sending, begin_upload, known_handle
from fairsubmit.transports.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.bundle import Item
    from fairsubmit.transfer.journal import Journal
    from fairsubmit.transfer.plan import Plan
    from fairsubmit.transfer.progress import Progress
    from fairsubmit.transfer.run import Failure
    from fairsubmit.transports.base import Transport

__all__ = ["transfer"]

# How long lanes may take to notice that all is over; one that waits for the network
# longer is left behind, and its outcome does not count.
GRACE = 1.0
TICK = 0.1
_SILENT = Silent()
_PATIENT = RetryPolicy()
_AGAIN = "run the same command again: it goes on from where this one stopped"


def transfer(  # noqa: PLR0913 - the settings of one transfer
    plan: Plan,
    transport: Transport,
    *,
    journal: Journal,
    jobs: int | None = None,
    progress: Progress = _SILENT,
    stop: threading.Event | None = None,
    policy: RetryPolicy = _PATIENT,
) -> TransferResult:
    """Send every file that a plan says to send, and return when all are stored.

    Parameters
    ----------
    plan
        What to send.
    transport
        The way to the archive; not closed.
    journal
        What an earlier run began is gone on with, and what this one does is written
        down.
    jobs
        Files sent at a time; at most, and by default, as many as the transport
        takes.
    progress
        Told of every step, from several threads.
    stop
        When set, the transfer ends within about a second and can be gone on with.
    policy
        How patient to be with the server.

    Raises
    ------
    FileChangedError
        If a local file is not what was hashed; its upload is given up, files in
        flight are sent to their end.
    ManifestError
        If a local file cannot be read.
    PermanentTransferError
        If the plan refuses a file, or the server does; all others are sent.
    TransientTransferError
        If the server cannot be reached, for longer than `policy` says.
    AuthenticationError
        If the server does not know the account any more.
    StateError
        If the journal cannot be written.
    TransferStoppedError
        If `stop` was set.
    """
    items = plan.chosen(Action.SEND)
    _refuse(plan, items, transport.properties.max_size)
    began = time.monotonic()
    skipped = plan.count(Action.SKIP)
    progress.start(len(items), plan.size(Action.SEND), skipped=skipped)
    connections = transport.properties.connections
    lanes = max(1, min(jobs or connections, connections, len(items)))
    order = Order(items, lanes)
    stop = stop or threading.Event()
    run = Run(Services(transport, journal, progress, policy, stop), order)
    _work(run, lanes)
    _raise_why(run, len(items))
    return TransferResult(
        len(run.stored),
        run.bytes_sent,
        run.bytes_again,
        skipped,
        run.stored,
        time.monotonic() - began,
    )


def _refuse(plan: Plan, items: Sequence[Item], largest: int | None) -> None:
    """Stop before the first byte if a file cannot go.

    Raises
    ------
    PermanentTransferError
        If the plan refuses one.
    QuotaExceededError
        If one is larger than the transport takes.
    """
    refused = [step for step in plan.steps if step.action is Action.REFUSE]
    if refused:
        path, more = refused[0].item.entry.path, _more(len(refused))
        message = f"the archive does not take {path}{more}: {refused[0].reason}"
        raise PermanentTransferError(message, hint="nothing was sent")
    large = [i.entry for i in items if largest is not None and i.entry.size > largest]
    if large:
        message = (
            f"{large[0].path}{_more(len(large))} is larger than the {largest:,} bytes "
            "that can be sent this way"
        )
        hint = "nothing was sent; choose another way, such as --upload ftp"
        raise QuotaExceededError(message, hint=hint)


def _more(count: int) -> str:
    return f" (and {count - 1:,} more files)" if count > 1 else ""


def _work(run: Run, lanes: int) -> None:
    """Run the lanes until all are through or all is over."""
    at_work = _AtWork(lanes)
    try:
        for number in range(lanes):
            threading.Thread(
                target=_lane,
                args=(run, number, at_work),
                name=f"lane-{number}",
                daemon=True,
            ).start()
        _await(run, at_work)
    except BaseException as error:  # Ctrl-C arrives in this thread
        run.end(error)
        _await(run, at_work)
        raise


class _AtWork:
    """How many lanes have not ended.

    `threading.Thread.join` cannot tell: a Ctrl-C that arrives in it makes a thread
    that still runs look ended (seen in Python 3.11).
    """

    def __init__(self, lanes: int) -> None:
        self._lanes = lanes
        self._lock = threading.Lock()
        self.none = threading.Event()

    def leave(self) -> None:
        with self._lock:
            self._lanes -= 1
            if self._lanes == 0:
                self.none.set()


def _await(run: Run, at_work: _AtWork) -> None:
    """Wait until all lanes have ended, or had the time to notice that they must."""
    deadline: float | None = None
    # With a time limit, since without one Windows does not pass Ctrl-C on.
    while not at_work.none.wait(TICK):
        if run.halted():
            deadline = deadline or time.monotonic() + GRACE
            if time.monotonic() > deadline:
                return


def _lane(run: Run, number: int, at_work: _AtWork) -> None:
    """Send files until there are none left."""
    try:
        while items := run.order.take(number):
            _send_batch(run, items)
    except BaseException as error:  # noqa: BLE001 - raised by `transfer`
        run.end(error)
    finally:
        at_work.leave()


def _send_batch(run: Run, items: Sequence[Item]) -> None:
    earlier = {item.entry.path: known_handle(run, item) for item in items}
    fresh: dict[str, str] = {}
    if len(items) > 1:
        fresh = _begin_uploads(run, [i for i in items if not earlier[i.entry.path]])
    for item in items:
        if run.closing():
            return
        path = item.entry.path
        known = earlier[path]
        sending = Sending(
            run, item, known or fresh.get(path), earlier=known is not None
        )
        try:
            sending.send()
        except FairsubmitError as error:
            run.give_up(path, error, since=sending.since)


def _begin_uploads(run: Run, items: Sequence[Item]) -> dict[str, str]:
    """Create several uploads and make their handles safe in one go.

    Returns
    -------
    dict
        Handle by path. One that could not be created is left out: the file's own
        turn comes, with its retries.

    Raises
    ------
    StateError
        If the journal cannot be written.
    """
    handles: dict[str, str] = {}
    run.wait_for_server()
    for item in items:
        if run.closing():
            break
        try:
            handles[item.entry.path] = begin_upload(run, item, durable=False)
        except StateError:
            raise
        except FairsubmitError:
            break
    run.services.journal.sync()
    return handles


def _raise_why(run: Run, files: int) -> None:
    """Raise what the transfer ended with, if that is not that all is stored.

    Raises
    ------
    TransferStoppedError
        If it was asked to stop before that.
    FairsubmitError
        The gravest of what went wrong.
    BaseException
        If that is a fault of this program.
    """
    if run.ended_by is not None:
        raise run.ended_by
    if run.changed is not None:
        raise run.changed
    done = len(run.stored)
    if run.services.stop.is_set() and done + run.failures < files:
        message = f"stopped with {done:,} of {files:,} files sent"
        raise TransferStoppedError(message, hint=_AGAIN)
    if run.failed is not None:
        summary = _summary(run.failed, run.failures)
        raise summary from run.failed.error


def _summary(failure: Failure, count: int) -> FairsubmitError:
    """Put the failures of single files in one sentence."""
    path, error = failure
    words = error.message if path in error.message else f"{path}: {error.message}"
    message = words if count == 1 else f"{count:,} files were not sent; first {words}"
    kinds = (
        TransientTransferError,
        ChecksumMismatchError,
        QuotaExceededError,
        PermanentTransferError,
    )
    kind = next((kind for kind in kinds if isinstance(error, kind)), FairsubmitError)
    return kind(message, hint=error.hint)
