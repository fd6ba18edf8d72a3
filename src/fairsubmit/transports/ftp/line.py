"""One FTP connection: log-in, TLS, and the few commands an upload needs."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from fairsubmit.errors import (
    AuthenticationError,
    FairsubmitError,
    PermanentTransferError,
)
from fairsubmit.transports.base import Stored
from fairsubmit.transports.body import blocks
from fairsubmit.transports.ftp.client import BROKEN, Client, end_data
from fairsubmit.transports.ftp.replies import (
    NoDigestError,
    NoResumeError,
    Reply,
    broken,
    refused,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from fairsubmit.transports.base import Body
    from fairsubmit.transports.ftp.server import FtpServer

__all__ = ["Line"]

# What digests look like in a reply, and the range of bytes they are of.
_DIGESTS = {
    "sha256": re.compile(r"\b[0-9A-Fa-f]{64}\b"),
    "md5": re.compile(r"\b[0-9A-Fa-f]{32}\b"),
}
_RANGE = re.compile(r"\b0-(\d+)\b")
_ABSENT = re.compile(r"no such file|not found|does ?n.t exist|not exist", re.IGNORECASE)
# Replies to REST, or to STOR after it, of servers that do not go on inside a file:
# RFC 959 §5.4, 451 of ProFTPD without AllowStoreRestart, 554 for a bad position.
_NO_RESUME = frozenset({451, 500, 501, 502, 503, 504, 550, 554})


class Line:
    """One connection to an FTP server, logged in and in the right folder.

    Parameters
    ----------
    server
        Where to.
    log_in
        ``False`` stops before the password is sent.

    Attributes
    ----------
    broken
        Whether it may not be used again.
    encrypted
        Whether TLS protects it.
    features
        What the server said to ``FEAT``, by upper-case name.
    used
        Monotonic time of the last use.
    """

    def __init__(self, server: FtpServer, *, log_in: bool = True) -> None:
        self._server = server
        self._client = Client(server.ca_bundle if server.tls != "off" else None)
        self._hash: str | None = None
        self.broken = False
        self.encrypted = False
        self.features: dict[str, str] = {}
        self.used = time.monotonic()
        try:
            with self._doing(f"connect to {server.host}"):
                self._connect()
            if log_in:
                with self._doing(f"log in to {server.host} as {server.user}"):
                    self._log_in()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def _doing(self, what: str) -> Iterator[None]:
        """Put errors of the connection in our own, and note when it is lost.

        Raises
        ------
        FairsubmitError
            In place of what the socket raises.
        """
        self.used = time.monotonic()
        self._what = what
        try:
            yield
        except BROKEN as error:
            self.broken = True
            ours = broken(error, what)
            raise ours from error
        except FairsubmitError:
            raise
        except BaseException:
            # Ctrl-C and the like end the exchange half-way: what comes next would be
            # out of step.
            self.broken = True
            raise

    def _refused(self, reply: Reply) -> FairsubmitError:
        """Return the error for a reply to what is being done."""
        if reply.code == 421:
            self.broken = True
        return refused(reply, self._what, self._server.clean(reply.text))

    def _must(self, command: str) -> Reply:
        """Send a command that has to succeed.

        Raises
        ------
        FairsubmitError
            If it does not.
        """
        reply = self._client.ask(command)
        if not reply.done:
            raise self._refused(reply)
        return reply

    def _connect(self) -> None:
        """Connect and, if wanted and offered, encrypt.

        Raises
        ------
        PermanentTransferError
            If TLS is required and not offered.
        FairsubmitError
            If the server sends us away.
        """
        server, client = self._server, self._client
        reply = client.open(
            server.host, server.port, connect=server.connect, reply=server.reply
        )
        if not reply.done:
            raise self._refused(reply)
        if server.tls == "off":
            return
        reply = client.ask("AUTH TLS")
        if reply.code == 234:
            client.encrypt()
            self.encrypted = True
        elif server.tls == "required":
            message = f"{server.host} does not offer encrypted FTP"
            hint = "ask the archive, or allow plain FTP in the settings"
            raise PermanentTransferError(message, hint=hint)

    def _log_in(self) -> None:
        """Send the password, enter the folder, ask what the server can do.

        Raises
        ------
        AuthenticationError
            If the server does not know the folder.
        FairsubmitError
            If it does not know the account, or fails otherwise.
        """
        server, client = self._server, self._client
        reply = client.ask(f"USER {server.user}")
        if reply.code == 331:
            reply = client.ask(f"PASS {server.password}")
        if not reply.done:
            raise self._refused(reply)
        if self.encrypted:
            self._must("PBSZ 0")
            self._must("PROT P")
        self._ask_features()
        self._must("TYPE I")
        if server.folder and not client.ask(f"CWD /{server.folder.strip('/')}").done:
            message = f"{server.host} does not know the secret folder"
            hint = "copy it again from the archive's page on uploading by FTP"
            raise AuthenticationError(message, hint=hint)

    def _ask_features(self) -> None:
        """Read what the server can do (RFC 2389)."""
        reply = self._client.ask("FEAT")
        if not reply.done:
            return
        for line in reply.text.splitlines()[1:-1]:
            name, _, value = line.strip().partition(" ")
            self.features[name.upper()] = value
        if "UTF8" in self.features:
            self._client.ask("OPTS UTF8 ON")

    def alive(self) -> bool:
        """Ask the server whether it still listens."""
        with suppress(FairsubmitError), self._doing("ask the server"):
            self._must("NOOP")
            return True
        return False

    def size(self, path: str) -> int | None:
        """Return the size of a file in bytes, ``None`` if there is no such file.

        Raises
        ------
        FairsubmitError
            If the server cannot say.
        """
        with self._doing(f"ask for the size of {path}"):
            reply = self._client.ask(f"SIZE {path}")
            if reply.done:
                return int(reply.text[3:].split()[0])
            if reply.code in {550, 553}:
                return None
            raise self._refused(reply)

    def delete(self, path: str) -> bool:
        """Remove a file; return whether it is known to be gone.

        Raises
        ------
        FairsubmitError
            If the server fails otherwise than by having no such file.
        """
        with self._doing(f"remove {path}"):
            reply = self._client.ask(f"DELE {path}")
            if reply.done:
                return True
            if reply.code != 550:
                raise self._refused(reply)
        # 550 is "no such file" and "not allowed" alike; the words mostly tell which.
        return bool(_ABSENT.search(reply.text)) or self.size(path) is None

    def make_folder(self, path: str) -> bool:
        """Make one folder, and return whether it is new.

        Raises
        ------
        FairsubmitError
            If the server fails otherwise than by having it.
        """
        with self._doing(f"make the folder {path}"):
            reply = self._client.ask(f"MKD {path}")
            # 550 and 521 stand for "exists" and "not allowed" alike; in the latter
            # case the file itself will be refused.
            if not reply.done and reply.code not in {521, 550}:
                raise self._refused(reply)
            return reply.done

    def store(self, path: str, offset: int, length: int, body: Body) -> None:
        """Send `length` bytes of a file, from byte `offset` on.

        Without an offset ``STOR`` cuts an earlier file off; with one it never does
        (RFC 959 §4.1.3), which is why the size has to be asked afterwards.

        Raises
        ------
        NoResumeError
            If the server only takes whole files.
        FairsubmitError
            If it does not take this one.
        """
        with self._doing(f"send {path}"):
            data = self._client.open_data(f"STOR {path}", offset)
            if isinstance(data, Reply):
                if offset and data.code in _NO_RESUME and not data.crowded:
                    message = f"{self._server.host} does not continue broken files"
                    raise NoResumeError(message)
                raise self._refused(data)
            try:
                self._send(data, length, body)
            except BROKEN as error:
                raise self._lost(error) from error
            except BaseException:
                self.broken = True
                raise
            finally:
                data.close()
            reply = self._client.reply()
            if not reply.done:
                raise self._refused(reply)

    def _lost(self, error: BaseException) -> FairsubmitError:
        """Return why a data connection broke.

        A full disk or a quota shows as a broken data connection first; the reason
        follows on the control connection.
        """
        self.broken = True
        self._client.wait(3.0)
        with suppress(*BROKEN):
            reply = self._client.reply()
            if reply.code >= 400:
                return self._refused(reply)
        return broken(error, self._what)

    def _send(self, data: socket.socket, length: int, body: Body) -> None:
        """Send a body; each hand-over to the network has the whole time-out."""
        data.settimeout(self._server.stall)
        for block in blocks(body, length):
            view = memoryview(block)
            while view:
                view = view[data.send(view) :]
        end_data(data)

    def account(self, path: str, size: int, *, digest: bool) -> Stored | None:
        """Ask what the server has of a file.

        Parameters
        ----------
        path
            The file.
        size
            Bytes it should have; a server that computes its digest has to read them
            before it answers.
        digest
            Whether to ask for one.

        Returns
        -------
        Stored or None
            Size, and a digest where the server computes one; ``None`` if there is no
            such file.
        """
        if digest:
            digests, end = self._ask_digest(path, size)
            if end == size:
                return Stored(size, digests)
        else:
            digests = {}
        held = self.size(path)
        return None if held is None else Stored(held, digests)

    def _ask_digest(self, path: str, size: int) -> tuple[dict[str, str], int | None]:
        """Ask for a digest.

        Returns
        -------
        tuple
            Digest by algorithm, and the end of the range of bytes it is of, if told.

        Raises
        ------
        NoDigestError
            If the server does not come to an end.
        """
        with self._doing(f"ask for the digest of {path}"):
            # A server that reads 20 MB/s is slow; one that reads less is stuck.
            self._client.wait(self._server.reply + size / 20e6)
            try:
                algorithm, reply = self._hash_of(path)
            except TimeoutError:
                self.broken = True
                message = f"{self._server.host} does not finish the digest of {path}"
                raise NoDigestError(message) from None
            finally:
                self._client.wait(self._server.reply)
        text = reply.text.replace(path, "")
        found, span = _DIGESTS[algorithm].search(text), _RANGE.search(text)
        if not (reply.done and found):
            return {}, None
        return {algorithm: found[0].lower()}, int(span[1]) if span else None

    def _hash_of(self, path: str) -> tuple[str, Reply]:
        """Ask by HASH (draft-bryan-ftpext-hash), or by the older X commands.

        Returns
        -------
        tuple
            Algorithm and reply; 502 if the server has no command for either.
        """
        offered = self.features.get("HASH", "").upper().replace("*", "").split(";")
        for algorithm, name in (("sha256", "SHA-256"), ("md5", "MD5")):
            if name in offered:
                if self._hash != name and self._client.ask(f"OPTS HASH {name}").done:
                    self._hash = name
                return algorithm, self._client.ask(f"HASH {path}")
            command = f"X{algorithm.upper()}"
            if command in self.features:
                return algorithm, self._client.ask(f"{command} {path}")
        return "sha256", Reply(502, "")

    def close(self) -> None:
        """Hang up."""
        self._client.close()
