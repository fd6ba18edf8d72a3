"""FTP servers on loopback to test against: ProFTPD where installed, and pyftpdlib."""

from __future__ import annotations

import getpass
import importlib.util
import logging
import os
import shutil
import socket
import subprocess
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from fairsubmit.testing.ports import stable_port
from fairsubmit.transports.ftp import FtpServer

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

__all__ = ["ProFtpd", "PyFtpd", "find_proftpd", "has_pyftpdlib_tls"]

USER = "depositor"
PASSWORD = "pass-word-of-depositor"  # noqa: S105 - of a server that lives for a test
SECRET = "s3/cret-folder-a1"  # noqa: S105 - of a server that lives for a test
_HOST = "127.0.0.1"


@dataclass
class _Server:
    """What the servers here have in common.

    Parameters
    ----------
    folder
        Where it keeps its files; made if it is not there.
    tls
        Whether it offers TLS.

    Attributes
    ----------
    home
        The account's folder; ``/`` of the server.
    port
        Port of its control connections.
    """

    folder: Path
    tls: bool = False
    home: Path = field(init=False)
    port: int = field(init=False, default=0)
    pem: Path | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.home = self.folder / "home"
        (self.home / SECRET).mkdir(parents=True, exist_ok=True)
        if self.tls:
            from fairsubmit.rehearsal.certificates import certificate  # noqa: PLC0415 - TLS

            self.pem = certificate(self.folder / "ftp.pem")
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to listen."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop, and break all connections."""
        raise NotImplementedError

    def account(self, **changes: Any) -> FtpServer:  # noqa: ANN401 - fields of FtpServer
        """Return how to log in, with the secret folder.

        Parameters
        ----------
        changes
            Fields of `FtpServer` that should be otherwise.
        """
        fields: dict[str, Any] = {
            "host": _HOST,
            "port": self.port,
            "user": USER,
            "password": PASSWORD,
            "folder": SECRET,
            "tls": "required" if self.tls else "off",
            "ca_bundle": self.pem,
        }
        return FtpServer(**{**fields, **changes})

    def stored(self, path: str) -> bytes | None:
        """Return what is in the secret folder under `path`."""
        place = self.home / SECRET / path
        return place.read_bytes() if place.is_file() else None


def find_proftpd() -> str | None:
    """Return the path of ProFTPD's program, ``None`` if it is not installed."""
    return shutil.which("proftpd") or shutil.which("proftpd", path="/usr/sbin")


class ProFtpd(_Server):
    """ProFTPD run by an ordinary user, with digests and, if wanted, TLS."""

    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to listen, on the same port as before if there was one.

        Raises
        ------
        RuntimeError
            If it does not.
        """
        program = find_proftpd()
        if program is None:
            message = "ProFTPD is not installed"
            raise RuntimeError(message)
        self.port = self.port or stable_port()
        config = self.folder / "proftpd.conf"
        config.write_text(self._config(), encoding="utf-8")
        with (self.folder / "proftpd.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - found above
                [program, "-n", "-q", "-c", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for _ in range(200):
            try:
                socket.create_connection((_HOST, self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        message = (self.folder / "proftpd.log").read_text(errors="replace")[-2000:]
        raise RuntimeError(message)

    def stop(self) -> None:
        """Kill it with all its children."""
        if self._process is not None:
            os.killpg(self._process.pid, 9)
            self._process.wait()
            self._process = None

    def _config(self) -> str:
        import grp  # noqa: PLC0415 - POSIX, as this server is

        me, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
        hashed = subprocess.run(  # noqa: S603 - constant
            ["openssl", "passwd", "-6", PASSWORD],  # noqa: S607 - wherever it is
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        passwords = self.folder / "passwd"
        ids = f"{os.getuid()}:{os.getgid()}"
        passwords.write_text(f"{USER}:{hashed}:{ids}::{self.home}:/bin/sh\n")
        passwords.chmod(0o600)
        tls = (
            f"LoadModule mod_tls.c\nTLSEngine on\nTLSRequired on\n"
            f"TLSProtocol TLSv1.2 TLSv1.3\nTLSLog {self.folder}/tls.log\n"
            f"TLSECCertificateFile {self.pem}\nTLSECCertificateKeyFile {self.pem}\n"
        )
        return (
            "LoadModule mod_digest.c\n"
            f"{tls if self.tls else ''}"
            "ServerName test\nServerType standalone\n"
            f"DefaultAddress {_HOST}\nPort {self.port}\nSocketBindTight on\n"
            f"User {me}\nGroup {group}\nRootLogin on\nRequireValidShell off\n"
            "UseIPv6 off\nUseReverseDNS off\nWtmpLog off\nMaxInstances 100\n"
            f"AuthOrder mod_auth_file.c\nAuthUserFile {passwords}\n"
            f"{'DefaultRoot ~' if os.geteuid() == 0 else ''}\n"
            f"PidFile {self.folder}/pid\nScoreboardFile {self.folder}/scoreboard\n"
            f"SystemLog {self.folder}/system.log\nTransferLog none\n"
            "AllowOverwrite on\nAllowStoreRestart on\nTimeoutIdle 600\n"
            "<IfModule mod_digest.c>\nDigestEngine on\nDigestAlgorithms all\n"
            "</IfModule>\n"
            "<IfModule mod_delay.c>\nDelayEngine off\n</IfModule>\n"
            "<IfModule mod_ctrls.c>\nControlsEngine off\n"
            f"ControlsSocket {self.folder}/ctrls.sock\n</IfModule>\n"
        )


def has_pyftpdlib_tls() -> bool:
    """Say whether pyftpdlib can do TLS, for which it needs PyOpenSSL."""
    return importlib.util.find_spec("OpenSSL") is not None


class PyFtpd(_Server):
    """pyftpdlib in a thread, which can be told how to reply.

    Attributes
    ----------
    refusals
        Replies in place of a command, by its name, each once.
    always
        Replies in place of a command, by its name.
    commands
        How often each command came.
    """

    def start(self) -> None:
        """Begin to listen."""
        logger = logging.getLogger("pyftpdlib")
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())  # or it would set up its own
        from pyftpdlib.ioloop import IOLoop  # noqa: PLC0415 - an extra
        from pyftpdlib.servers import FTPServer  # noqa: PLC0415 - an extra

        self.refusals: dict[str, deque[str]] = {}
        self.always: dict[str, str] = {}
        self.commands: Counter[str] = Counter()
        self._loop = IOLoop()
        self._server = FTPServer((_HOST, self.port), self._handler(), ioloop=self._loop)
        self.port = self._server.address[1]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and break all connections."""
        self._stopping.set()
        self._thread.join(10)

    def refuse(self, command: str, *replies: str) -> None:
        """Reply to the next uses of a command, in order."""
        self.refusals.setdefault(command, deque()).extend(replies)

    def limit(self, connections: int) -> None:
        """Let so many connections in at a time."""
        self._server.max_cons = connections + 1  # it counts the listening one

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._loop.loop(timeout=0.02, blocking=False)
        self._server.close_all()
        self._loop.close()

    def _handler(self) -> type[Any]:
        from pyftpdlib.authorizers import DummyAuthorizer  # noqa: PLC0415 - an extra
        from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler  # noqa: PLC0415 - an extra

        authorizer = DummyAuthorizer()
        authorizer.add_user(USER, PASSWORD, str(self.home), perm="adfmwMT")
        authorizer.override_perm(
            USER, str(self.home / SECRET), "elradfmwMT", recursive=True
        )
        members: dict[str, Any] = {"authorizer": authorizer, "auth_failed_timeout": 0}
        base: type[Any] = FTPHandler
        if self.tls:
            base = TLS_FTPHandler
            members |= {
                "certfile": str(self.pem),
                "tls_control_required": True,
                "tls_data_required": True,
            }
        before, answer = base.pre_process_command, self._answer

        def pre_process_command(
            handler: object, line: str, command: str, argument: str
        ) -> None:
            answer(before, handler, line, command, argument)

        members["pre_process_command"] = pre_process_command
        return type("Handler", (base,), members)

    def _answer(
        self,
        before: Any,  # noqa: ANN401 - untyped - pyftpdlib is untyped
        handler: Any,  # noqa: ANN401 - untyped
        line: str,
        command: str,
        argument: str,
    ) -> None:
        """Answer a command as told, else as pyftpdlib does."""
        self.commands[command] += 1
        waiting = self.refusals.get(command)
        reply = waiting.popleft() if waiting else self.always.get(command)
        if reply is None:
            before(handler, line, command, argument)
        else:
            handler.respond(reply)
            if reply.startswith("421"):
                handler.close_when_done()
