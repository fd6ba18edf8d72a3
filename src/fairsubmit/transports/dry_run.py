"""A rehearsal of the sending: every file is read, nothing leaves the computer."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from fairsubmit.transports.base import Chunk, Stored
from fairsubmit.transports.body import blocks
from fairsubmit.transports.handle import FileHandle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.transports.base import Body, Properties, Transport

__all__ = ["DryRun"]


class DryRun:
    """A transport that sends nothing and counts what it would send.

    Parameters
    ----------
    transport
        The one whose limits apply; it is asked for nothing else.

    Attributes
    ----------
    files, size, calls
        Files, bytes and chunks that would have been sent.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._written: dict[str, int] = {}
        self._lock = threading.Lock()
        self.files = 0
        self.size = 0
        self.calls = 0

    @property
    def properties(self) -> Properties:
        """What the real transport can do."""
        return self._transport.properties

    def create(self, path: str, size: int) -> str:
        """Begin to count a file."""
        handle = str(FileHandle(path, size))
        with self._lock:
            self._written[handle] = -1
        return handle

    def missing(self, handle: str) -> Sequence[Chunk]:
        """Return what was not read yet."""
        size = FileHandle.parse(handle).size
        done = self._written.get(handle, -1)
        if done >= size:
            return ()
        step = self.properties.chunk_size or max(size, 1)
        starts = range(max(done, 0), max(size, 1), step)
        return tuple(
            Chunk(offset, min(step, size - offset), number)
            for number, offset in enumerate(starts)
        )

    def write(self, handle: str, chunk: Chunk, body: Body) -> None:
        """Read a chunk and count it."""
        for _ in blocks(body, chunk.length):
            pass
        with self._lock:
            end = chunk.offset + chunk.length
            self._written[handle] = max(self._written.get(handle, 0), end)
            self.size += chunk.length
            self.calls += 1

    def complete(self, handle: str) -> Stored:
        """Count the file."""
        with self._lock:
            self._written.pop(handle, None)
            self.files += 1
        return Stored()

    def abort(self, handle: str) -> None:
        """Forget the file."""
        with self._lock:
            self._written.pop(handle, None)

    def close(self) -> None:
        """Do nothing: the real transport is its owner's."""
