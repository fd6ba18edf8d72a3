"""Files on their way in over FTP, and the connections they come by."""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import DTPHandler

from fairsubmit.rehearsal.flow import Flow
from fairsubmit.rehearsal.tree import detach

if TYPE_CHECKING:
    from fairsubmit.rehearsal.services import Services

__all__ = ["DataChannel", "DataMixin", "FileSystem", "Incoming"]

DRAIN_SECONDS = 0.05
DRAINED_AT_MOST = 64 * 1024**2


class Incoming:
    """A file being stored over FTP, unbuffered, so that a killed server keeps it.

    Parameters
    ----------
    path, mode
        As for `open`.
    channel
        The control connection.
    """

    def __init__(self, path: str, mode: str, channel: Any) -> None:  # noqa: ANN401 - pyftpdlib is untyped
        self.name = path
        self._raw = Path(path).open(mode, buffering=0)  # noqa: SIM115 - closed by the data channel
        self._channel = channel
        self._flow: Flow | None = None
        self._offset = self._raw.seek(0, os.SEEK_END) if "a" in mode else 0

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._raw.closed

    def seek(self, offset: int) -> None:
        """Begin at a byte of the file (``REST``)."""
        self._offset = self._raw.seek(offset)

    def write(self, block: bytes) -> None:
        """Store a block, and let a fault happen."""
        flow = self.flow()
        piece = memoryview(flow.take(block))
        while piece:
            piece = piece[self._raw.write(piece) :]
        data = self._channel.data_channel
        if flow.cut is not None:
            data.cut(flow.cut.how)
        elif flow.pause > 0:
            data.rest(flow.pause)

    def flow(self) -> Flow:
        """Return how the file comes in."""
        if self._flow is None:
            services: Services = self._channel.services
            path = self._channel.shown(self.name)
            self._flow = Flow(
                services.faults, services.statistics, path, "ftp", self._offset
            )
        return self._flow

    def close(self) -> None:
        """End the file; one that is to be lost is removed."""
        self._raw.close()
        if self._flow is not None and self._flow.lost and not self._offset:
            Path(self.name).unlink(missing_ok=True)


class FileSystem(AbstractedFS):  # type: ignore[misc]
    """The tree on disk, where no archived file is written into."""

    def open(self, filename: str, mode: str) -> Any:  # noqa: ANN401 - as pyftpdlib has it
        """Open a file to send it or to store it."""
        if "r" in mode and "+" not in mode:
            return super().open(filename, mode)
        path = Path(filename)
        if "w" in mode and path.is_file() and path.stat().st_nlink > 1:
            path.unlink()
        elif path.is_file():
            detach(path)
        return Incoming(filename, mode, self.cmd_channel)


class DataMixin:
    """A data connection that can be cut, slowed down and robbed of its answer."""

    def __init__(self, sock: socket.socket, cmd_channel: Any) -> None:  # noqa: ANN401 - pyftpdlib is untyped
        self._cutting = False
        self._draining = False
        self._waking: Any = None
        super().__init__(sock, cmd_channel)  # type: ignore[call-arg]

    def cut(self, how: str) -> None:
        """End this connection and the control connection without a word."""
        me: Any = self
        self._cutting = True
        me.transfer_finished = False
        for channel in (me, me.cmd_channel):
            linger(channel.socket, how)
        me.close()
        me.cmd_channel.close()

    def rest(self, seconds: float) -> None:
        """Read nothing for a while."""
        me: Any = self
        me.del_channel()
        self._waking = me.ioloop.call_later(seconds, self._wake)

    def _wake(self) -> None:
        me: Any = self
        self._waking = None
        me.add_channel()
        me.modify_ioloop_events(me.ioloop.READ)

    def close(self) -> None:
        """Close; answer on the control connection unless a fault says otherwise."""
        me: Any = self
        if self._waking is not None:
            self._waking.cancel()
            self._waking = None
        if me.receive and not me.transfer_finished and not self._cutting:
            self._drain()
        drop = None
        stored = me.receive and me.transfer_finished and not me._closed  # noqa: SLF001 - pyftpdlib's own state
        if stored and me.file_obj is not None:
            drop = me.cmd_channel.stored(me.file_obj)
        if drop is not None or self._cutting:
            me._resp = ()  # noqa: SLF001 - pyftpdlib's own state
        super().close()  # type: ignore[misc]
        if drop is not None:
            linger(me.cmd_channel.socket, drop.how)
            me.cmd_channel.close()

    def _drain(self) -> None:
        """Keep what a client sent before it vanished and nobody has read yet."""
        me: Any = self
        if self._draining or me._closed or not isinstance(me.socket, socket.socket):  # noqa: SLF001 - pyftpdlib's own state
            return
        self._draining = True
        left = DRAINED_AT_MOST
        try:
            me.socket.settimeout(DRAIN_SECONDS)
            while left > 0 and (block := me.socket.recv(me.ac_in_buffer_size)):
                left -= len(block)
                me.file_obj.write(block)
        except OSError:
            pass  # nothing more is coming


class DataChannel(DataMixin, DTPHandler):  # type: ignore[misc]
    """A data connection without TLS."""


def linger(sock: socket.socket, how: str) -> None:
    """Have a connection reset when it is closed, where `how` is ``rst``.

    Raises
    ------
    OSError
        The connection does not take the option.
    """
    if how != "rst":
        return
    value = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, value)
    except OSError as error:
        if error.errno != errno.EBADF:
            raise
