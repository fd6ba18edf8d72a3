"""The SHA-256 of a file, made from the same reads that send it."""

from __future__ import annotations

import hashlib
import queue
import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Protocol

    class _Hash(Protocol):
        def update(self, block: bytes | memoryview, /) -> None: ...
        def hexdigest(self) -> str: ...
        def copy(self) -> _Hash: ...


__all__ = ["RunningDigest"]

# hashlib lets other threads run only for large blocks, and a thread costs about as
# much as hashing this many bytes.
THREAD_FROM = 8 << 20
# Blocks that wait for the thread; the sender waits beyond that, memory is bounded.
WAITING = 2
# A state is kept each so many bytes, so that a step back need not start at 0. The
# list is thinned when it grows long, so that the spacing grows with the file.
KEEP_EACH = 8 << 20
KEEP_AT_MOST = 128


class _Kept(NamedTuple):
    position: int
    state: _Hash


class RunningDigest:
    """SHA-256 over the first `position` bytes of a file; steps back where needed.

    Parameters
    ----------
    size
        Bytes of the whole file; large ones are hashed in a thread of their own.
    """

    def __init__(self, size: int) -> None:
        self._state: _Hash = hashlib.sha256()
        self._hashed = 0
        self._kept = [_Kept(0, self._state.copy())]
        self._threaded = size >= THREAD_FROM
        self._blocks: queue.Queue[bytes | None] | None = None
        self._thread: threading.Thread | None = None
        self.position = 0

    def feed(self, block: bytes) -> None:
        """Add the next bytes."""
        self.position += len(block)
        if not self._threaded:
            self._update(block)
            return
        if self._blocks is None:
            self._blocks = queue.Queue(WAITING)
            self._thread = threading.Thread(
                target=self._work, args=(self._blocks,), name="sha256", daemon=True
            )
            self._thread.start()
        self._blocks.put(block)

    def feed_now(self, block: memoryview) -> None:
        """Add the next bytes and be done with them, so that a buffer can be reused."""
        self._settle()
        self._update(block)
        self.position += len(block)

    def step_back(self, offset: int) -> None:
        """Go back to `offset` or the nearest kept place before it."""
        if offset >= self.position:
            return
        self._settle()
        while self._kept[-1].position > offset:
            self._kept.pop()
        self.position = self._hashed = self._kept[-1].position
        self._state = self._kept[-1].state.copy()

    def hexdigest(self) -> str:
        """Return the digest of the first `position` bytes, lower-case hexadecimal."""
        self._settle()
        return self._state.hexdigest()

    def close(self) -> None:
        """End the thread."""
        if self._blocks is not None and self._thread is not None:
            self._blocks.put(None)
            self._thread.join()
            self._blocks = self._thread = None

    def _settle(self) -> None:
        """Wait until all that was fed is hashed."""
        if self._blocks is not None:
            self._blocks.join()

    def _work(self, blocks: queue.Queue[bytes | None]) -> None:
        while (block := blocks.get()) is not None:
            self._update(block)
            blocks.task_done()

    def _update(self, block: bytes | memoryview) -> None:
        self._state.update(block)
        self._hashed += len(block)
        if self._hashed - self._kept[-1].position >= KEEP_EACH:
            self._kept.append(_Kept(self._hashed, self._state.copy()))
            if len(self._kept) > KEEP_AT_MOST:
                del self._kept[1::2]
