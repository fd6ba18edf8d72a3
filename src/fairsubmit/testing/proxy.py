"""A TCP proxy on loopback that breaks connections on purpose, deterministically."""

from __future__ import annotations

import re
import socket
import struct
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["FaultProxy", "Faults"]

_HOST = "127.0.0.1"
_BLOCK = 1 << 16
# What was passed on has to be read before a reset throws it away.
_SETTLE = 0.1
_PASV = re.compile(rb"^227 [^(]*\((\d+,\d+,\d+,\d+),(\d+),(\d+)\)", re.MULTILINE)
_EPSV = re.compile(rb"^229 [^(]*\((.)\1\1(\d+)\1\)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Fault:
    kind: Literal["cut_up", "cut_down", "stall", "corrupt"]
    after: int
    match: bytes = b""
    reset: bool = True
    seconds: float = 0.0


class Faults:
    """What goes wrong, in order; each happens once.

    A fault waits for the next exchange (a request and its reply) that gets as far as
    it says. In a data connection of FTP the whole connection is one exchange.

    Attributes
    ----------
    happened
        Kinds of the faults that happened, in order.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Fault] = deque()
        self._lock = threading.Lock()
        self.happened: list[str] = []

    def cut_up(self, after: int, *, reset: bool = True, match: bytes = b"") -> None:
        """Pass `after` bytes of a request on, then break the connection.

        Parameters
        ----------
        after
            Bytes of the request that arrive.
        reset
            Whether by RST; else by FIN, as when a program ends in good order.
        match
            Only a request whose first block holds these bytes.
        """
        self._add(_Fault("cut_up", after, match, reset))

    def cut_down(self, after: int, *, reset: bool = True, match: bytes = b"") -> None:
        """Pass a request on and `after` bytes of its reply, then break."""
        self._add(_Fault("cut_down", after, match, reset))

    def drop_reply(self, *, match: bytes = b"") -> None:
        """Pass a request on whole; its reply never comes."""
        self._add(_Fault("cut_down", 0, match, reset=False))

    def stall(self, after: int, *, seconds: float = 3600, match: bytes = b"") -> None:
        """Pass `after` bytes of a request on, then nothing, connection open."""
        self._add(_Fault("stall", after, match, seconds=seconds))

    def corrupt(self, at: int, *, match: bytes = b"") -> None:
        """Flip one bit of byte `at` of a request."""
        self._add(_Fault("corrupt", at, match))

    def clear(self) -> None:
        """Forget what did not happen yet."""
        with self._lock:
            self._waiting.clear()

    def _add(self, fault: _Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def take(
        self, kinds: tuple[str, ...], head: bytes, done: int, more: int
    ) -> _Fault | None:
        """Return the next fault if it happens within `more` bytes after `done`.

        Parameters
        ----------
        kinds
            Which are looked for: those of requests or those of replies.
        head
            First block of the request.
        done, more
            Bytes of this direction passed on before, and at hand now.
        """
        with self._lock:
            fault = self._waiting[0] if self._waiting else None
            if fault is None or fault.kind not in kinds or fault.match not in head:
                return None
            reached = done + more
            if reached < fault.after or (fault.kind == "corrupt" and reached == done):
                return None
            if fault.kind == "corrupt" and not done <= fault.after < reached:
                return None
            self._waiting.popleft()
            self.happened.append(fault.kind)
            return fault


class FaultProxy:
    """A proxy on loopback in front of a server on loopback.

    Parameters
    ----------
    port
        Port of the server.
    ftp
        Whether it speaks FTP: data connections then go through the proxy as well.

    Attributes
    ----------
    port
        Port of the proxy.
    faults
        Of the connections to `port`.
    data
        Of FTP's data connections.
    latency
        Seconds that each block of a reply is held back.
    sent
        Bytes that clients sent and that were passed on, FTP's data included.
    connections
        How many were made to `port`.

    Examples
    --------
    ::

        with FaultProxy(server_port) as proxy:
            proxy.faults.cut_up(1_000_000)
            client = connect(proxy.port)
    """

    def __init__(self, port: int, *, ftp: bool = False) -> None:
        self._server = port
        self._ftp = ftp
        self._down = False
        self._closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.faults = Faults()
        self.data = Faults()
        self.latency = 0.0
        self.sent = 0
        self.connections = 0
        self._listener = socket.create_server((_HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        _start(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def down(self) -> bool:
        """Whether all connections are broken and new ones refused."""
        return self._down

    @down.setter
    def down(self, value: bool) -> None:
        self._down = value
        if value:
            self._break_all()

    def close(self) -> None:
        """Break all connections and listen no more."""
        self._closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._break_all()

    def _break_all(self) -> None:
        with self._lock:
            open_now, self._open = self._open, set()
        for connection in open_now:
            _reset(connection)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._down:
                _reset(client)
                continue
            self.connections += 1
            _start(
                partial(self._join, client, self._server, self.faults, ftp=self._ftp)
            )

    def _join(
        self, client: socket.socket, port: int, faults: Faults, *, ftp: bool
    ) -> None:
        """Join a client's connection to one of our own to the server."""
        try:
            server = socket.create_connection((_HOST, port))
        except OSError:
            _reset(client)
            return
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open |= {client, server}
        pair = _Pair(self, client, server, faults, control=ftp)
        _start(pair.pass_down)
        pair.pass_up()

    def lend_data(self, port: int) -> int:
        """Listen for one FTP data connection in front of `port`."""
        listener = socket.create_server((_HOST, 0))

        def accept() -> None:
            listener.settimeout(60)
            with listener, suppress(OSError):
                client, _ = listener.accept()
                client.settimeout(None)
                self._join(client, port, self.data, ftp=False)

        _start(accept)
        return int(listener.getsockname()[1])

    def count(self, size: int) -> None:
        """Count bytes passed on."""
        with self._lock:
            self.sent += size

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond the end of the proxy."""
        self._closing.wait(seconds)

    def end(self, *connections: socket.socket, reset: bool) -> None:
        """End connections and forget them."""
        with self._lock:
            self._open -= set(connections)
        for connection in connections:
            if reset:
                _reset(connection)
            else:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()


class _Pair:
    """A connection through the proxy: the client's half and the server's."""

    def __init__(
        self,
        proxy: FaultProxy,
        client: socket.socket,
        server: socket.socket,
        faults: Faults,
        *,
        control: bool,
    ) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._faults = faults
        self._control = control
        # Of the exchange that is going on: first block, bytes up, bytes down.
        self._head = b""
        self._up = 0
        self._down = 0

    def pass_up(self) -> None:
        """Pass on what the client sends."""
        with suppress(OSError):
            while block := self._client.recv(_BLOCK):
                if self._down or not self._up:
                    self._head, self._up, self._down = block, 0, 0
                if not self._pass_block_up(block):
                    return
            self._server.shutdown(socket.SHUT_WR)
            return
        self._proxy.end(self._client, self._server, reset=True)

    def _pass_block_up(self, block: bytes) -> bool:
        """Pass a block on; return whether the connection is still whole."""
        kinds = ("cut_up", "stall", "corrupt")
        fault = self._faults.take(kinds, self._head, self._up, len(block))
        if fault is None:
            self._send_up(block)
            return True
        here = fault.after - self._up
        if fault.kind == "corrupt":
            damaged = bytes([block[here] ^ 1])
            self._send_up(block[:here] + damaged + block[here + 1 :])
            return True
        self._send_up(block[: max(0, here)])
        self._proxy.wait(fault.seconds or _SETTLE)
        reset = fault.reset or fault.kind == "stall"
        self._proxy.end(self._client, self._server, reset=reset)
        return False

    def _send_up(self, block: bytes) -> None:
        self._up += len(block)
        self._server.sendall(block)
        self._proxy.count(len(block))

    def pass_down(self) -> None:
        """Pass on what the server replies."""
        with suppress(OSError):
            while block := self._server.recv(_BLOCK):
                if self._proxy.latency:
                    time.sleep(self._proxy.latency)
                fault = self._faults.take(
                    ("cut_down",), self._head, self._down, len(block)
                )
                if fault is not None:
                    self._client.sendall(block[: max(0, fault.after - self._down)])
                    time.sleep(_SETTLE)
                    self._proxy.end(self._client, self._server, reset=fault.reset)
                    return
                self._down += len(block)
                self._client.sendall(self._redirected(block))
            self._client.shutdown(socket.SHUT_WR)
            return
        self._proxy.end(self._client, self._server, reset=True)

    def _redirected(self, block: bytes) -> bytes:
        """Put the proxy in the place of FTP's data connections."""
        if not self._control:
            return block
        if found := _PASV.search(block):
            port = self._proxy.lend_data(256 * int(found[2]) + int(found[3]))
            place = b"%s,%d,%d" % (found[1], port // 256, port % 256)
            return block[: found.start(1)] + place + block[found.end(3) :]
        if found := _EPSV.search(block):
            port = self._proxy.lend_data(int(found[2]))
            return block[: found.start(2)] + b"%d" % port + block[found.end(2) :]
        return block


def _start(work: Callable[[], None]) -> None:
    """Do something in a thread of its own."""
    threading.Thread(target=work, daemon=True).start()


def _reset(connection: socket.socket) -> None:
    """Close a connection by RST."""
    with suppress(OSError):
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        # close() alone does not wake a thread that waits in recv.
        connection.shutdown(socket.SHUT_RD)
    connection.close()
