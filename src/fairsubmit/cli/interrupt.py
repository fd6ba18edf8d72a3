"""Ctrl-C: the first stops cleanly, the second leaves at once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import TYPE_CHECKING

from fairsubmit.cli.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["stopping"]

STDERR = 2


@contextlib.contextmanager
def stopping() -> Iterator[threading.Event]:
    """Give an event that is set when the person or a batch system asks to stop.

    The main thread sees `KeyboardInterrupt` as well, wherever it waits. A second
    request ends the process on the spot: what counts is in the journal already.
    """
    stop = threading.Event()

    def ask(_number: int, _frame: object) -> None:
        if stop.is_set():
            os._exit(ExitCode.INTERRUPTED)
        stop.set()
        # Not through the buffered stream: the signal may have come amid a write.
        with contextlib.suppress(OSError):
            os.write(STDERR, b"\nstopping; press Ctrl-C again to leave at once\n")
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    # SIGTERM is what batch systems send some time before the limit.
    before = {n: signal.signal(n, ask) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        # After a request to stop ours stay: a second one may come on the way out.
        if not stop.is_set():
            for number, handler in before.items():
                signal.signal(number, handler)
