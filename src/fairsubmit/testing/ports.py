"""Ports for servers that tests stop and start again."""

from __future__ import annotations

import random
import socket

__all__ = ["stable_port"]

# Below what any system gives to outgoing connections (Linux 32768, macOS and Windows
# 49152 upwards): while a server is down, nobody else is given its port.
_LOWEST, _BEYOND = 15_000, 32_000
_TRIES = 200


def stable_port() -> int:
    """Return a free port of 127.0.0.1 that is still free after a restart.

    Raises
    ------
    RuntimeError
        If none is found.
    """
    chance = random.SystemRandom()
    for _ in range(_TRIES):
        port = chance.randrange(_LOWEST, _BEYOND)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    message = f"no free port between {_LOWEST} and {_BEYOND}"
    raise RuntimeError(message)
