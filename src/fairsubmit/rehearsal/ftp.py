"""The FTP side: one shared account, and folders that only who knows them finds.

``/`` cannot be listed. Whoever logs in changes to the secret folder of their own
account, which is the same tree that the HTTP listing shows.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from pyftpdlib.handlers import FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

from fairsubmit.rehearsal.ftp_account import Authorizer
from fairsubmit.rehearsal.ftp_control import HASHES, ControlMixin
from fairsubmit.rehearsal.ftp_data import DataChannel, DataMixin, FileSystem

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.rehearsal.services import Services

__all__ = ["FtpSide"]

POLL_SECONDS = 0.02


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

    def stop(self) -> None:
        """Have the thread end soon."""
        self._stop.set()

    def close(self) -> None:
        """End every connection and the thread."""
        self.stop()
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
