"""Bodies to send in tests, and the sending in its simplest form."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from fairsubmit.errors import TransientTransferError, UploadExpiredError
from fairsubmit.transports.retry import Backoff, RetryPolicy

if TYPE_CHECKING:
    from fairsubmit.transports.base import Stored, Transport

__all__ = [
    "BytesBody",
    "OverstatedBody",
    "ZeroBody",
    "content_of",
    "finish",
    "send",
    "write_missing",
]

HASTY = RetryPolicy(first=0.005, longest=0.1, tries=100, patience=0.0)


class BytesBody:
    """A body of bytes in memory that can be told to break.

    Parameters
    ----------
    content
        The bytes.
    error
        Raised after `at` bytes instead of the rest.
    at
        See `error`.
    """

    def __init__(
        self, content: bytes, *, error: BaseException | None = None, at: int = 0
    ) -> None:
        self._content = memoryview(content)
        self._error = error
        self._end = at if error is not None else len(content)
        self.position = 0

    def __len__(self) -> int:
        return len(self._content)

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes.

        Raises
        ------
        BaseException
            The error given, in its place.
        """
        left = self._end - self.position
        if left <= 0 and self._error is not None:
            raise self._error
        size = left if size < 0 else min(size, left)
        block = bytes(self._content[self.position : self.position + size])
        self.position += size
        return block


class ZeroBody:
    """A large body that takes no memory."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = size

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        size = self._left if size < 0 else min(size, self._left)
        self._left -= size
        return bytes(min(size, 1 << 20))


def content_of(size: int, seed: str = "") -> bytes:
    """Return `size` bytes that repeat nowhere within a gigabyte."""
    blocks = (
        hashlib.sha256(f"{seed}/{number}".encode()).digest()
        for number in range(size // 32 + 1)
    )
    return b"".join(blocks)[:size]


def write_missing(transport: Transport, handle: str, content: bytes) -> None:
    """Send all that the server says it still needs, once."""
    for chunk in transport.missing(handle):
        end = chunk.offset + chunk.length
        transport.write(handle, chunk, BytesBody(content[chunk.offset : end]))


class OverstatedBody(BytesBody):
    """A body that says it is twice as long as it is."""

    def __len__(self) -> int:
        return 2 * len(self._content)


def send(transport: Transport, path: str, content: bytes) -> Stored:
    """Send a file as the transfer engine does, in its simplest form.

    Parameters
    ----------
    transport
        Sends it.
    path
        Where to.
    content
        What.
    """
    return finish(transport, None, path, content)


def finish(
    transport: Transport, handle: str | None, path: str, content: bytes
) -> Stored:
    """Go on with an upload, or begin one, until it is complete."""
    backoff = Backoff(HASTY, draw=lambda: 1.0)
    while True:
        try:
            handle = handle or transport.create(path, len(content))
            write_missing(transport, handle, content)
            return transport.complete(handle)
        except UploadExpiredError as error:
            handle = None
            time.sleep(backoff.failed(error))
        except TransientTransferError as error:
            time.sleep(backoff.failed(error))
