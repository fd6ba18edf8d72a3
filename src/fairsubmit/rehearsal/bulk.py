"""Large request bodies, read past the HTTP parser into one buffer.

An HTTP parser in Python copies each byte several times. Once the header of a large
upload is read, the rest of the body has a known length, so it can go from the
socket into a buffer and from there to the file. The connection ends with the answer.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["WORTHWHILE", "read_bulk"]

WORTHWHILE = 4 * 1024**2
"""Bytes from which a body is read this way."""

BUFFER = 1024**2


async def read_bulk(
    transport: asyncio.Transport,
    remaining: int,
    consume: Callable[[bytes | bytearray], float],
) -> bool:
    """Read the rest of a body.

    Parameters
    ----------
    transport
        The connection.
    remaining
        Bytes still to come.
    consume
        Called with each piece, which is only good for the call; returns for how
        many seconds nothing more is to be read. What it raises is raised here.

    Returns
    -------
    bool
        Whether the whole body came; otherwise the client went away.
    """
    reading = Bulk(transport, remaining, consume)
    return await reading.done


class Bulk(asyncio.BufferedProtocol):
    """Reads a connection in place of its own protocol.

    Parameters
    ----------
    transport, remaining, consume
        As for `read_bulk`.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        remaining: int,
        consume: Callable[[bytes | bytearray], float],
    ) -> None:
        self._transport = transport
        self._remaining = remaining
        self._consume = consume
        self._buffer = bytearray(min(BUFFER, remaining))
        self._filled = 0
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[bool] = self._loop.create_future()
        self._own: Any = transport.get_protocol()
        transport.set_protocol(self)
        transport.resume_reading()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where the next bytes go, no further than the end of the body."""
        del sizehint
        size = min(len(self._buffer), self._remaining)
        return memoryview(self._buffer)[self._filled : size]

    def buffer_updated(self, nbytes: int) -> None:
        """Take in bytes."""
        self._filled += nbytes
        if self._filled < min(len(self._buffer), self._remaining):
            return
        whole = self._filled == len(self._buffer)
        piece = self._buffer if whole else bytes(self._buffer[: self._filled])
        self._remaining -= self._filled
        self._filled = 0
        try:
            pause = self._consume(piece)
        except Exception as error:  # noqa: BLE001 - raised in the task that waits
            self._end(error)
            return
        if not self._remaining:
            self._end(None)
        elif pause > 0:
            self._transport.pause_reading()
            self._loop.call_later(pause, self._go_on)

    def eof_received(self) -> bool:
        """Note that the client sends no more; the transport closes."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the client went away, and say so to the server's protocol."""
        if not self.done.done():
            self.done.set_result(False)
        self._own.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass on that the answer is to wait."""
        self._own.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that the answer may go on."""
        self._own.resume_writing()

    def _go_on(self) -> None:
        if not self.done.done() and not self._transport.is_closing():
            self._transport.resume_reading()

    def _end(self, error: Exception | None) -> None:
        self._transport.set_protocol(self._own)
        if self.done.done():
            return
        if error is None:
            self.done.set_result(True)
        else:
            self._transport.pause_reading()
            self.done.set_exception(error)
