"""The FTP protocol itself: commands, replies, TLS and data connections.

`ftplib` reads and writes the lines. Its ways of raising are not used: here a reply is
a value, because the same code means different things after different commands.
"""

from __future__ import annotations

import re
import socket
import ssl
from contextlib import suppress
from ftplib import FTP_TLS, Error
from functools import cache
from typing import TYPE_CHECKING

from fairsubmit.transports.ftp.replies import Reply

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BROKEN", "Client", "end_data"]

# What is raised when a connection fails; ValueError when a reply makes no sense.
BROKEN = (OSError, EOFError, Error, ValueError)  # noqa: S321 - as above
# RFC 959 §4.1.2 and RFC 2428 §3.
_PASV = re.compile(r"^227\b.*?\d+,\d+,\d+,\d+,(\d+),(\d+)", re.DOTALL)
_EPSV = re.compile(r"^229\b.*?\((.)\1\1(\d+)\1\)", re.DOTALL)
# How long a server may take to answer the end of an encrypted data connection.
_GOODBYE = 5.0


class Client(FTP_TLS):  # noqa: S321 - it is what archives have
    """One control connection.

    Parameters
    ----------
    ca_bundle
        File of certificates to trust instead of the system's.
    """

    def __init__(self, ca_bundle: Path | None) -> None:
        super().__init__(context=_context(ca_bundle), encoding="utf-8")

    def open(self, host: str, port: int, *, connect: float, reply: float) -> Reply:
        """Connect and return the server's greeting.

        Parameters
        ----------
        host, port
            The server.
        connect, reply
            Seconds to wait for connections and for replies.
        """
        self.host = host
        self.timeout = connect
        self.sock = socket.create_connection((host, port), connect)
        # Routers forget connections that say nothing, as this one while a file of
        # some hours is sent over another.
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.sock.settimeout(reply)
        self._extended = self.sock.family == socket.AF_INET6
        self.file = self.sock.makefile("r", encoding=self.encoding)
        return self.reply()

    def ask(self, command: str) -> Reply:
        """Send a command and return the reply, whatever it is."""
        self.putcmd(command)
        return self.reply()

    def reply(self) -> Reply:
        """Read a reply.

        Raises
        ------
        ValueError
            If it does not begin with a code.
        """
        text = self.getmultiline()
        if not text[:3].isdigit():
            message = "not an FTP reply"
            raise ValueError(message)
        return Reply(int(text[:3]), text)

    def encrypt(self) -> None:
        """Put TLS on the connection, after the server's 234 (RFC 4217 §4)."""
        if self.sock is None or self.file is None:
            return
        self.file.close()
        self.sock = self.context.wrap_socket(self.sock, server_hostname=self.host)
        self.file = self.sock.makefile("r", encoding=self.encoding)

    def wait(self, seconds: float) -> None:
        """Set how long to wait for replies."""
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def open_data(self, command: str, offset: int) -> socket.socket | Reply:
        """Open a data connection for `command`, beginning at byte `offset`.

        The TLS session of the control connection is used for it too: many servers
        (vsftpd, ProFTPD) refuse others, and the handshake costs half.

        Returns
        -------
        socket.socket or Reply
            The connection, or the server's refusal.
        """
        place = self._passive()
        if isinstance(place, Reply):
            return place
        data = socket.create_connection(place, self.timeout)
        try:
            reply = self.ask(f"REST {offset}") if offset else Reply(350, "")
            if reply.code == 350:
                reply = self.ask(command)
            if reply.code // 100 != 1:
                data.close()
                return reply
            if isinstance(self.sock, ssl.SSLSocket):
                data = self.context.wrap_socket(
                    data, server_hostname=self.host, session=self.sock.session
                )
        except BaseException:
            data.close()
            raise
        return data

    def _passive(self) -> tuple[str, int] | Reply:
        """Ask where to send to; the host is the one we know, whatever it says.

        Servers behind address translation say an address of their own network.

        Raises
        ------
        EOFError
            If the connection is closed.
        """
        if self.sock is None:
            raise EOFError
        host = self.sock.getpeername()[0]
        reply = self.ask("EPSV" if self._extended else "PASV")
        if not self._extended and reply.code in {500, 502}:
            self._extended = True
            reply = self.ask("EPSV")
        if found := _PASV.search(reply.text):
            return host, 256 * int(found[1]) + int(found[2])
        if found := _EPSV.search(reply.text):
            return host, int(found[2])
        return reply


def end_data(data: socket.socket) -> None:
    """Say that the end of a data connection is meant, where TLS has a word for it."""
    if isinstance(data, ssl.SSLSocket):
        data.settimeout(_GOODBYE)
        # Not all servers answer in kind.
        with suppress(OSError, ValueError):
            data.unwrap()


@cache
def _context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Return a TLS context that verifies the server; one for all connections to it.

    Reading the system's certificates takes longer than sending a small file.
    """
    return ssl.create_default_context(cafile=str(ca_bundle) if ca_bundle else None)
