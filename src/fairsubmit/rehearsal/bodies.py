"""The body of a request, as it arrives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fairsubmit.rehearsal.bulk import WORTHWHILE, read_bulk

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

__all__ = ["Body", "DisconnectedError"]


class DisconnectedError(Exception):
    """The client went away."""


class Body:
    """The body of one request.

    Parameters
    ----------
    request
        The request.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self.length = int(request.headers.get("content-length", 0))

    async def read(self) -> bytes:
        """Return it whole."""
        pieces: list[bytes] = []

        def keep(piece: bytes | bytearray) -> float:
            pieces.append(bytes(piece))
            return 0.0

        await self.feed(keep)
        return b"".join(pieces)

    async def feed(self, consume: Callable[[bytes | bytearray], float]) -> None:
        """Hand it on piece by piece.

        Parameters
        ----------
        consume
            Called with each piece; returns how many seconds to wait before the next.

        Raises
        ------
        DisconnectedError
            The client went away before its end.
        """
        received = 0
        more = True
        while more:
            message = await self._request.receive()
            if message["type"] == "http.disconnect":
                raise DisconnectedError
            piece = message.get("body", b"")
            more = message.get("more_body", False)
            received += len(piece)
            pause = consume(piece) if piece else 0.0
            if pause > 0:
                await asyncio.sleep(pause)
            elif more and self.length - received >= WORTHWHILE:
                await self._bulk(self.length - received, consume)
                more = False

    async def _bulk(
        self, remaining: int, consume: Callable[[bytes | bytearray], float]
    ) -> None:
        transport = self._request.scope["state"]["transport"]
        # the parser never learns of the rest, so the connection is good for no more
        self._request.scope["fairsubmit.last"] = True
        if not await read_bulk(transport, remaining, consume):
            raise DisconnectedError
