"""When to try again, how long to wait before it, and when to stop. Pure.

A transport never retries by itself; whoever drives it asks `verdict` what an error
means and a `Backoff` how long to wait. Neither sleeps nor reads a clock of its own
choosing, so that tests need no time.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fairsubmit.errors import (
    ArchiveUnavailableError,
    ManifestError,
    PermanentTransferError,
    ReadError,
    TransientTransferError,
    UploadExpiredError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairsubmit.errors import FairsubmitError

__all__ = ["Backoff", "RetryPolicy", "Verdict", "verdict"]

_HINT = "run the same command again: it goes on from where this one stopped"


class Verdict(StrEnum):
    """What an error during a transfer means for the rest of it.

    AGAIN
        Ask the server what is missing, then go on with the same upload.
    ANEW
        The upload is gone or spoilt: create it again and send the whole file.
    FILE
        This file cannot be sent; the others go on.
    ALL
        No file can be sent: stop.
    """

    AGAIN = "again"
    ANEW = "anew"
    FILE = "file"
    ALL = "all"


def verdict(error: BaseException) -> Verdict:
    """Say what `error` means for the rest of a transfer."""
    if isinstance(error, TransientTransferError | ArchiveUnavailableError):
        return Verdict.AGAIN
    if isinstance(error, UploadExpiredError):
        return Verdict.ANEW
    if isinstance(error, PermanentTransferError | ManifestError | ReadError):
        return Verdict.FILE
    return Verdict.ALL


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient a transfer is.

    Attributes
    ----------
    first, longest
        The n-th wait is drawn evenly from 0 to ``min(longest, first * 2**n)``
        seconds ("full jitter"), so that many clients do not come back together.
    tries, patience
        A file is given up once both this many tries in a row and this many seconds
        brought no progress: the tries alone would not outlast a short loss of the
        network, the seconds alone would end after one slow time-out.
    first_contact
        Seconds of patience instead, as long as the server has not taken one byte in
        this run: a wrong address, or a port that is closed, is no loss of the network.
    longest_asked
        Longest ``Retry-After``, in seconds, that is waited for; the person is told
        of a longer one.
    restarts
        How often one file may be sent anew from its first byte because the server
        lost or spoilt the upload.
    """

    first: float = 0.5
    longest: float = 60.0
    tries: int = 10
    patience: float = 900.0
    first_contact: float = 60.0
    longest_asked: float = 3600.0
    restarts: int = 3


_DEFAULT = RetryPolicy()
_DRAW = random.SystemRandom().random


class Backoff:
    """The waits of one file, or of one other unit of work.

    Parameters
    ----------
    policy
        How patient it is.
    clock
        Seconds that only grow.
    draw
        A number in [0, 1).
    met
        Whether the server has taken anything in this run.

    Examples
    --------
    ::

        backoff = Backoff()
        while True:
            try:
                return send()
            except FairsubmitError as error:
                sleep(backoff.failed(error, progressed=moved()))
    """

    def __init__(
        self,
        policy: RetryPolicy = _DEFAULT,
        *,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = _DRAW,
        met: Callable[[], bool] = lambda: True,
    ) -> None:
        self._policy = policy
        self._met = met
        self._clock = clock
        self._draw = draw
        self._tries = 0
        self._restarts = 0
        self._since: float | None = None

    def failed(self, error: FairsubmitError, *, progressed: bool = False) -> float:
        """Count a failure and return the seconds to wait before the next try.

        Parameters
        ----------
        error
            What the try ended with.
        progressed
            Whether the server now holds more of the file than at the last failure;
            tries and patience are counted afresh then.

        Raises
        ------
        FairsubmitError
            `error` itself if trying again cannot help, or the end of the policy's
            patience, explained, with `error` as its cause.
        """
        meaning = verdict(error)
        if meaning in {Verdict.FILE, Verdict.ALL}:
            raise error
        if meaning is Verdict.ANEW:
            self._count_restart(error)
        self._count_try(error, progressed=progressed)
        asked = getattr(error, "retry_after", None)
        if asked is not None:
            return self._asked(error, float(asked))
        ceiling = self._policy.first * 2.0 ** min(self._tries - 1, 32)
        return self._draw() * min(self._policy.longest, ceiling)

    def _count_restart(self, error: FairsubmitError) -> None:
        """Count a start from the first byte.

        Raises
        ------
        PermanentTransferError
            If there were too many.
        """
        self._restarts += 1
        if self._restarts > self._policy.restarts:
            message = (
                f"gave up after sending the file anew {self._policy.restarts} times: "
                f"{error.message}"
            )
            raise PermanentTransferError(message, hint=error.hint) from error

    def _count_try(self, error: FairsubmitError, *, progressed: bool) -> None:
        """Count a try.

        Raises
        ------
        TransientTransferError
            If there were too many for too long.
        """
        now = self._clock()
        if progressed or self._since is None:
            self._since = now
            self._tries = 0
        self._tries += 1
        elapsed = now - self._since
        policy = self._policy
        patience = policy.patience if self._met() else policy.first_contact
        if self._tries >= policy.tries and elapsed >= min(patience, policy.patience):
            message = (
                f"gave up after {self._tries} tries in {_duration(elapsed)} without "
                f"progress: {error.message}"
            )
            raise TransientTransferError(message, hint=_HINT) from error

    def _asked(self, error: FairsubmitError, seconds: float) -> float:
        """Return the wait a server asked for, with up to a tenth more.

        Raises
        ------
        TransientTransferError
            If it is longer than anyone would watch.
        """
        if seconds > self._policy.longest_asked:
            message = f"the server asks to come back in {_duration(seconds)}"
            hint = f"run the same command again in {_duration(seconds)}"
            raise TransientTransferError(
                message, retry_after=seconds, hint=hint
            ) from error
        return seconds * (1 + 0.1 * self._draw())


def _duration(seconds: float) -> str:
    """Say a duration in words."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"
