"""The FTP side: one shared account, and folders that only who knows them finds.

``/`` cannot be listed. Whoever logs in changes to the secret folder of their own
account, which is the same tree that the HTTP listing shows.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import socket
import struct
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyftpdlib.authorizers import AuthenticationFailed
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import DTPHandler, FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

from fairsubmit.rehearsal.faults import DropReply, FtpRefusal
from fairsubmit.rehearsal.flow import Flow
from fairsubmit.rehearsal.tree import detach

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairsubmit.rehearsal.services import Services

__all__ = ["FtpSide"]

POLL_SECONDS = 0.05
DRAIN_SECONDS = 0.05
DRAINED_AT_MOST = 64 * 1024**2
DIGEST_BLOCK = 4 * 1024**2
DIGESTS = {"SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512", "MD5": "md5"}
INSIDE = frozenset("lradfwmMT")


class Authorizer:
    """The shared account: everything inside a secret folder, nothing above.

    Parameters
    ----------
    services
        The accounts and their folders.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def validate_authentication(
        self, username: str, password: str, handler: object
    ) -> None:
        """Refuse another name or password than the shared one.

        Raises
        ------
        AuthenticationFailed
            It is another.
        """
        del handler
        known = self._services.store.settings
        if (username, password) != (known["ftp_user"], known["ftp_password"]):
            raise AuthenticationFailed("Login incorrect.")

    def has_perm(self, username: str, perm: str, path: str | None = None) -> bool:
        """Whether a command is allowed at a path of the file system."""
        del username
        if perm == "e" or path is None:
            return True
        return perm in INSIDE and self._secret(path, at_root=perm in "lM")

    def _secret(self, path: str, *, at_root: bool) -> bool:
        place = Path(path)
        for account in self._services.store.accounts.values():
            root = self._services.store.area(account).root
            if root in place.parents or (at_root and place == root):
                return True
        return False

    def has_user(self, username: str) -> bool:
        """Whether it is the shared account."""
        return bool(username == self._services.store.settings["ftp_user"])

    def get_home_dir(self, username: str) -> str:
        """Return the folder above all secret ones."""
        del username
        return str(self._services.store.files)

    def get_perms(self, username: str) -> str:
        """Return every letter; `has_perm` decides."""
        del username
        return "e" + "".join(sorted(INSIDE))

    def get_msg_login(self, username: str) -> str:
        """Return the greeting."""
        del username
        return "Login successful."

    def get_msg_quit(self, username: str) -> str:
        """Return the farewell."""
        del username
        return "Goodbye."

    def impersonate_user(self, username: str, password: str) -> None:
        """Stay who the server is."""

    def terminate_impersonation(self, username: str) -> None:
        """Stay who the server is."""


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
            _linger(channel.socket, how)
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
            _linger(me.cmd_channel.socket, drop.how)
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


class ControlMixin:
    """A control connection of the embedded archive."""

    services: Services
    use_gmt_times = True

    def shown(self, path: str) -> str:
        """Return a path as it stands in the user area it belongs to."""
        place = Path(path)
        for account in self.services.store.accounts.values():
            root = self.services.store.area(account).root
            if root in place.parents:
                return place.relative_to(root).as_posix()
        return place.name

    def stored(self, incoming: Incoming) -> DropReply | None:
        """Note a file that came to its end; return the fault that eats the answer."""
        me: Any = self
        incoming.flow().end()
        name = f"FTP {me.data_channel.cmd}"
        return self.services.faults.take("drop_reply", DropReply, endpoint=name)

    def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
        """Refuse a command that a fault names or that is switched off."""
        me: Any = self
        faults = self.services.faults
        refusal = faults.take("ftp_refusal", FtpRefusal, command=cmd)
        self.services.statistics.answered(f"FTP {cmd}", 0)
        if refusal is not None:
            me.respond(refusal.reply)
        elif (cmd in {"REST", "APPE"} and not faults.ftp_resume) or (
            cmd in HASHES and not faults.ftp_hash
        ):
            me.respond(f"502 Command {cmd} not implemented.")
        else:
            super().pre_process_command(line, cmd, arg)  # type: ignore[misc]

    def ftp_FEAT(self, line: str) -> None:  # noqa: N802 - the command's name
        """List what the server can do now."""
        del line
        me: Any = self
        facts = "".join(
            f"{fact}{'*' if fact in me._current_facts else ''};"  # noqa: SLF001 - pyftpdlib's own state
            for fact in me._available_facts  # noqa: SLF001
        )
        lines = ["EPRT", "EPSV", "MDTM", "MFMT", f"MLST {facts}", "SIZE", "TVFS"]
        lines += ["UTF8", *me._extra_feats]  # noqa: SLF001
        if self.services.faults.ftp_resume:
            lines.append("REST STREAM")
        if self.services.faults.ftp_hash:
            chosen = self._algorithm()
            names = [f"{name}{'*' if name == chosen else ''}" for name in DIGESTS]
            lines += [f"HASH {';'.join(names)}", "XSHA256", "RANG STREAM"]
        me.push("211-Features supported:\r\n")
        me.push("".join(f" {one}\r\n" for one in sorted(lines)))
        me.respond("211 End FEAT.")

    def ftp_OPTS(self, line: str) -> None:  # noqa: N802 - the command's name
        """Choose the digest of ``HASH``, or what pyftpdlib knows."""
        command, _, argument = line.partition(" ")
        if command.upper() != "HASH" or not self.services.faults.ftp_hash:
            super().ftp_OPTS(line)  # type: ignore[misc]
            return
        me: Any = self
        if argument and argument.upper() not in DIGESTS:
            me.respond(f"501 Unknown algorithm {argument}.")
            return
        if argument:
            me.chosen_digest = argument.upper()
        me.respond(f"200 {self._algorithm()}")

    def ftp_RANG(self, line: str) -> None:  # noqa: N802 - the command's name
        """Restrict the next ``HASH`` to bytes from the first to the second."""
        me: Any = self
        try:
            first, last = (int(part) for part in line.split())
        except ValueError:
            me.respond("501 RANG takes two byte numbers.")
            return
        me.chosen_range = (first, last)
        me.respond(f"350 Restarting at {first}. End byte range at {last}.")

    def ftp_HASH(self, path: str) -> None:  # noqa: N802 - the command's name
        """Answer the digest of a file (draft-bryan-ftpext-hash)."""
        me: Any = self
        chosen, me.chosen_range = getattr(me, "chosen_range", None), None
        size = os.stat(path).st_size if os.path.isfile(path) else -1  # noqa: PTH116, PTH113 - text from pyftpdlib
        if size < 0:
            me.respond("550 Not a regular file.")
            return
        first, last = chosen or (0, size)
        name, algorithm = me.fs.fs2ftp(path), self._algorithm()
        self._digest(
            path,
            algorithm,
            (first, min(last, size)),
            lambda digest, end: f"213 {algorithm} {first}-{end} {digest} {name}",
        )

    def ftp_XSHA256(self, line: str) -> None:  # noqa: N802 - the command's name
        """Answer the SHA-256 of a file, or of bytes of it."""
        me: Any = self
        name, (first, last) = _with_range(line)
        path = me.fs.ftp2fs(name)
        inside = me.fs.validpath(path) and me.authorizer.has_perm(
            me.username, "r", path
        )
        if not inside or not Path(path).is_file():
            me.respond("550 Not a regular file.")
            return
        size = Path(path).stat().st_size
        last = size if last is None else min(last, size)
        self._digest(
            path, "SHA-256", (first, last), lambda digest, _: f"250 {digest.upper()}"
        )

    def _algorithm(self) -> str:
        return getattr(self, "chosen_digest", "SHA-256")

    def _digest(
        self,
        path: str,
        algorithm: str,
        part: tuple[int, int],
        reply: Callable[[str, int], str],
    ) -> None:
        """Hash a little at a time, so that other transfers go on meanwhile."""
        me: Any = self
        digest = hashlib.new(DIGESTS[algorithm])
        at, end = part

        def step() -> None:
            nonlocal at
            with Path(path).open("rb") as file:
                file.seek(at)
                block = file.read(min(DIGEST_BLOCK, end - at))
            digest.update(block)
            at += len(block)
            if block and at < end:
                me.ioloop.call_later(0, step)
            elif not me._closed:  # noqa: SLF001 - pyftpdlib's own state
                me.respond(reply(digest.hexdigest(), at))

        step()


HASHES = {
    "HASH": {"perm": "r", "auth": True, "arg": True, "help": "Syntax: HASH <SP> file"},
    "RANG": {
        "perm": None,
        "auth": True,
        "arg": True,
        "help": "Syntax: RANG <SP> first <SP> last",
    },
    "XSHA256": {
        "perm": None,
        "auth": True,
        "arg": True,
        "help": "Syntax: XSHA256 <SP> file [<SP> first <SP> last]",
    },
}


class FtpSide:
    """The FTP server of an embedded archive, in a thread of its own.

    Parameters
    ----------
    services
        What it shows.
    port
        0 is any free one.
    certificate
        A PEM file with certificate and key; FTPS is offered when it is given.
    """

    def __init__(
        self, services: Services, port: int, certificate: Path | None = None
    ) -> None:
        logger = logging.getLogger("pyftpdlib")
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())  # or it would set up its own
        logger.setLevel(logging.CRITICAL)
        self._stop = threading.Event()
        self._loop = IOLoop.factory()
        handler = _handler(services, certificate)
        self._server = FTPServer(("127.0.0.1", port), handler, ioloop=self._loop)
        self._server.max_cons = 0
        self.port: int = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="ftp", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End every connection and the thread."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._loop.loop(POLL_SECONDS, blocking=False)
        finally:
            self._server.close_all()


def _handler(services: Services, certificate: Path | None) -> type[FTPHandler]:
    base: type = FTPHandler
    data: type = DataChannel
    more: dict[str, Any] = {}
    if certificate is not None:
        from pyftpdlib.handlers import TLS_DTPHandler, TLS_FTPHandler  # noqa: PLC0415 - needs PyOpenSSL

        base = TLS_FTPHandler
        data = type("TlsDataChannel", (DataMixin, TLS_DTPHandler), {})
        more = {"certfile": str(certificate)}
    commands = {**base.proto_cmds, **HASHES}  # type: ignore[attr-defined]
    data.ac_in_buffer_size = 256 * 1024  # type: ignore[attr-defined]
    return type(
        "ControlChannel",
        (ControlMixin, base),
        {
            "services": services,
            "authorizer": Authorizer(services),
            "abstracted_fs": FileSystem,
            "dtp_handler": data,
            "proto_cmds": commands,
            "auth_failed_timeout": 0,
            "banner": "Embedded archive ready.",
            **more,
        },
    )


def _linger(sock: socket.socket, how: str) -> None:
    if how != "rst":
        return
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    except OSError as error:
        if error.errno != errno.EBADF:
            raise


def _with_range(line: str) -> tuple[str, tuple[int, int | None]]:
    name, *numbers = line.rsplit(" ", 2)
    if len(numbers) == 2 and all(number.isdigit() for number in numbers):
        return name, (int(numbers[0]), int(numbers[1]))
    return line, (0, None)
