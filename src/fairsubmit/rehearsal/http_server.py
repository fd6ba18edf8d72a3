"""The HTTP server of an embedded archive, in a thread of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from fairsubmit.rehearsal.http_app import build

if TYPE_CHECKING:
    from fairsubmit.rehearsal.services import Services

__all__ = ["HttpSide"]

KEEP_ALIVE_SECONDS = 60
GRACE_SECONDS = 1
TICK_SECONDS = 0.01
TICKS_A_DAY = 864000


class Protocol(H11Protocol):
    """HTTP/1.1, where the application can get at the connection to cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hand the connection to the application with the state of each request."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class Server(uvicorn.Server):
    """uvicorn, where it takes no tenth of a second to notice that it is to end."""

    async def main_loop(self) -> None:
        """Wait until it is over; uvicorn's own housekeeping stays at 10 Hz."""
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % TICKS_A_DAY
            for _ in range(10):
                await asyncio.sleep(TICK_SECONDS)
                if self.should_exit:
                    break


class HttpSide:
    """The HTTP server.

    Parameters
    ----------
    services
        What it answers from.
    port
        0 is any free one.
    """

    def __init__(self, services: Services, port: int) -> None:
        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        services.address = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            build(services),
            http=Protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        self._server = Server(config)
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Have the thread end soon."""
        self._server.should_exit = True

    def close(self) -> None:
        """End every connection and the thread."""
        self.stop()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only for sockets that name their protocol;
    # with it every answer takes 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
    except BaseException:
        listening.close()
        raise
    return listening
