"""A transport that fails on schedule; `fairsubmit.testing.proxy` breaks connections."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from fairsubmit.errors import FairsubmitError, TransientTransferError
from fairsubmit.testing.proxy import FaultProxy, Faults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.transports.base import Body, Chunk, Properties, Stored, Transport

__all__ = ["Failure", "FaultProxy", "Faults", "FaultyTransport"]


def _broken() -> FairsubmitError:
    return TransientTransferError("the connection broke on purpose")


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure of a `FaultyTransport`.

    Attributes
    ----------
    call
        Which call fails: ``create``, ``missing``, ``write`` or ``complete``.
    when
        ``before`` it reaches the transport, ``after`` it (a lost answer), or, for
        ``write``, ``during`` it.
    at
        Bytes of the body that are read in a ``write`` that fails ``during``.
    error
        What is raised.
    """

    call: Literal["create", "missing", "write", "complete"]
    when: Literal["before", "during", "after"] = "before"
    at: int = 0
    error: FairsubmitError = field(default_factory=_broken)


class FaultyTransport:
    """A transport that fails on schedule.

    Parameters
    ----------
    transport
        Does the work.
    failures
        Each is met once, in order, by the first call it names.

    Attributes
    ----------
    calls
        Names of all calls, in order.
    """

    def __init__(self, transport: Transport, failures: Sequence[Failure]) -> None:
        self._transport = transport
        self._failures = deque(failures)
        self._lock = threading.Lock()
        self.calls: list[str] = []

    @property
    def properties(self) -> Properties:
        """What the transport can do."""
        return self._transport.properties

    def create(self, path: str, size: int) -> str:
        """Begin an upload, or fail."""
        failure = self._next("create")
        handle = self._transport.create(path, size)
        _raise_after(failure)
        return handle

    def missing(self, handle: str) -> Sequence[Chunk]:
        """Ask what is missing, or fail."""
        failure = self._next("missing")
        missing = self._transport.missing(handle)
        _raise_after(failure)
        return missing

    def write(self, handle: str, chunk: Chunk, body: Body) -> None:
        """Send a chunk, or fail."""
        failure = self._next("write")
        if failure is not None and failure.when == "during":
            body = _BreakingBody(body, failure)
        self._transport.write(handle, chunk, body)
        _raise_after(failure)

    def complete(self, handle: str) -> Stored:
        """End the upload, or fail."""
        failure = self._next("complete")
        stored = self._transport.complete(handle)
        _raise_after(failure)
        return stored

    def abort(self, handle: str) -> None:
        """Give the upload up; this never fails."""
        self._transport.abort(handle)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def _next(self, call: str) -> Failure | None:
        """Return the failure that a call meets, raising it if it comes first.

        Raises
        ------
        FairsubmitError
            If it does.
        """
        with self._lock:
            self.calls.append(call)
            if not self._failures or self._failures[0].call != call:
                return None
            failure = self._failures.popleft()
        if failure.when == "before":
            raise failure.error
        return failure


def _raise_after(failure: Failure | None) -> None:
    """Raise a failure that comes last.

    Raises
    ------
    FairsubmitError
        If there is one.
    """
    if failure is not None:
        raise failure.error


class _BreakingBody:
    """A body that fails after some bytes."""

    def __init__(self, body: Body, failure: Failure) -> None:
        self._body = body
        self._failure = failure
        self._left = failure.at

    def __len__(self) -> int:
        return len(self._body)

    def read(self, size: int = -1, /) -> bytes:
        """Read up to the break.

        Raises
        ------
        FairsubmitError
            There.
        """
        if self._left <= 0:
            raise self._failure.error
        block = self._body.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(block)
        return block
