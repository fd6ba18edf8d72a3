"""Open FTP connections, lent to one thread at a time."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fairsubmit.transports.ftp.line import Line
from fairsubmit.transports.ftp.replies import CrowdedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.transports.ftp.server import FtpServer

__all__ = ["Pool"]

# Servers and firewalls hang up on connections that rest; a NOOP tells, and costs a
# round trip only after a rest.
_REST = 20.0


class Pool:
    """Connections to one server.

    Parameters
    ----------
    server
        Where to.
    limit
        How many at most; fewer when the server refuses more, as servers do where many
        people share an account.
    """

    def __init__(self, server: FtpServer, limit: int) -> None:
        self._server = server
        self._limit = limit
        self._idle: list[Line] = []
        self._lent = 0
        self._changed = threading.Condition()

    @contextmanager
    def line(self) -> Iterator[Line]:
        """Lend a connection that works; wait for one if all are in use."""
        line = self._take()
        try:
            yield line
        finally:
            self._give_back(line)

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._changed:
            while self._idle:
                self._idle.pop().close()

    def _take(self) -> Line:
        while True:
            line = self._reserve()
            try:
                if line is None:
                    return Line(self._server)
                if time.monotonic() - line.used < _REST or line.alive():
                    return line
            except BaseException as error:
                if not self._shrink(error):
                    raise
                continue
            line.close()
            self._release()

    def _reserve(self) -> Line | None:
        """Take an idle connection, or the right to open one (`None`)."""
        with self._changed:
            self._changed.wait_for(lambda: self._idle or self._lent < self._limit)
            self._lent += 1
            return self._idle.pop() if self._idle else None

    def _shrink(self, error: BaseException) -> bool:
        """Give back the right to open a connection that could not be opened.

        Returns
        -------
        bool
            Whether others are open and will do: the server takes no more than those.
        """
        with self._changed:
            self._lent -= 1
            held = self._lent + len(self._idle)
            others_will_do = isinstance(error, CrowdedError) and held > 0
            if others_will_do:
                self._limit = held
            self._changed.notify()
            return others_will_do

    def _release(self) -> None:
        with self._changed:
            self._lent -= 1
            self._changed.notify()

    def _give_back(self, line: Line) -> None:
        if line.broken:
            line.close()
        with self._changed:
            self._lent -= 1
            if not line.broken:
                self._idle.append(line)
            self._changed.notify()
