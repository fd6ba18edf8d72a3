"""What this computer can do at most, measured in the same run."""

from __future__ import annotations

import hashlib
import socket
import threading
import time

BLOCK = 1 << 20
COUNT = 512


def limits() -> dict[str, float]:
    """Return MB/s of one thread: both digests, and bytes through a loopback socket."""
    block = bytes(BLOCK)
    found = {}
    for name in ("md5", "sha256"):
        digest = hashlib.new(name)
        began = time.perf_counter()
        for _ in range(COUNT):
            digest.update(block)
        found[name] = COUNT * BLOCK / 1e6 / (time.perf_counter() - began)
    found["loopback socket"] = _loopback(block)
    return found


def _loopback(block: bytes) -> float:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drain() -> None:
            connection, _ = server.accept()
            buffer = bytearray(BLOCK)
            with connection:
                while connection.recv_into(buffer):
                    pass

        thread = threading.Thread(target=drain)
        thread.start()
        began = time.perf_counter()
        with socket.create_connection(server.getsockname()) as client:
            for _ in range(COUNT):
                client.sendall(block)
        thread.join()
        return COUNT * BLOCK / 1e6 / (time.perf_counter() - began)
