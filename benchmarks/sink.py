"""An HTTP server that takes any body into a file and answers 200 with nothing.

usage: sink.py PORT FOLDER
"""

from __future__ import annotations

import itertools
import socket
import sys
import threading
from pathlib import Path

BLOCK = 1 << 20
NUMBERS = itertools.count()


def serve(connection: socket.socket, folder: Path) -> None:
    """Answer one connection's requests until it closes."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = bytearray(BLOCK)
    view = memoryview(buffer)
    target = folder / f"{next(NUMBERS)}.bin"
    pending = b""
    with connection:
        while True:
            while b"\r\n\r\n" not in pending:
                got = connection.recv(65536)
                if not got:
                    return
                pending += got
            head, _, pending = pending.partition(b"\r\n\r\n")
            fields = dict(
                line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:]
            )
            left = int(fields.get(b"content-length", b"0"))
            if b"100-continue" in fields.get(b"expect", b""):
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            with target.open("wb", buffering=0) as file:
                taken = pending[:left]
                pending = pending[left:]
                file.write(taken)
                left -= len(taken)
                while left:
                    count = connection.recv_into(view, min(left, BLOCK))
                    if not count:
                        return
                    file.write(view[:count])
                    left -= count
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    with socket.create_server(("127.0.0.1", port), backlog=128) as server:
        while True:
            connection, _ = server.accept()
            threading.Thread(
                target=serve, args=(connection, folder), daemon=True
            ).start()


if __name__ == "__main__":
    main()
