"""The embedded archive as one thing to start and stop."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Self

from fairsubmit.errors import ConfigError, MissingExtraError
from fairsubmit.rehearsal.faults import Faults
from fairsubmit.rehearsal.services import API, FILES, READ_API, Services
from fairsubmit.rehearsal.stats import Statistics
from fairsubmit.rehearsal.store import Account, Store
from fairsubmit.rehearsal.submissions import Submissions
from fairsubmit.rehearsal.switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from fairsubmit.rehearsal.ftp import FtpSide
    from fairsubmit.rehearsal.http_server import HttpSide

__all__ = ["EmbeddedArchive"]

HOST = "127.0.0.1"


class EmbeddedArchive:
    """A server on loopback that behaves as BioStudies does.

    Starting it again on the same folder goes on where it was, however it ended.

    Parameters
    ----------
    folder
        Where it keeps everything; made when absent.
    faults
        What it does wrong. `faults.set` changes that while it runs.
    ftp
        Whether there is an FTP server too.
    upload_type
        ``ftp`` or ``nfs``: the default account's, in the answer to a log-in.
    http_port, ftp_port
        0 is any free one.
    accounts
        Who may deposit, when it is not the one default account.
    ftps
        Whether FTP offers TLS, with a certificate made for the purpose; this
        needs PyOpenSSL.
    secret_prefix
        A folder in front of the secret folders of new accounts.

    Raises
    ------
    MissingExtraError
        The extra ``rehearsal`` is not installed.
    ConfigError
        A port is taken.
    """

    def __init__(  # noqa: PLR0913 - settings with defaults
        self,
        folder: Path | str,
        *,
        faults: Faults | None = None,
        ftp: bool = True,
        upload_type: str = "ftp",
        http_port: int = 0,
        ftp_port: int = 0,
        accounts: Sequence[Account] = (),
        ftps: bool = False,
        secret_prefix: str = "",
    ) -> None:
        self.folder = Path(folder)
        self.faults = Switchboard(faults or Faults())
        self._ports = (http_port, ftp_port if ftp else None)
        self._ftps = ftps
        people = accounts or (Account("ada@example.org", upload_type=upload_type),)
        self._first = people[0].email
        self._accounts = people
        self._secret_prefix = secret_prefix
        self._running: Running | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to listen.

        Raises
        ------
        MissingExtraError
            The extra ``rehearsal`` is not installed.
        ConfigError
            A port is taken.
        """
        if self._running is None:
            store = Store(
                self.folder, self._accounts, secret_prefix=self._secret_prefix
            )
            self._running = Running(store, self.faults, self._ports, ftps=self._ftps)

    def stop(self) -> None:
        """End every connection; what was received stays in the folder."""
        running, self._running = self._running, None
        if running is not None:
            running.close()

    @property
    def address(self) -> str:
        """``http://127.0.0.1:port``, where ``/_faults`` and ``/_stats`` are."""
        return self._now.services.address

    @property
    def api_url(self) -> str:
        """Base address of the submission side."""
        return self.address + API

    @property
    def read_url(self) -> str:
        """Base address of the read side."""
        return self.address + READ_API

    @property
    def files_url(self) -> str:
        """Base address of the files of studies."""
        return self.address + FILES

    @property
    def http_port(self) -> int:
        """Port of the HTTP server."""
        return self._now.http_port

    @property
    def ftp_host(self) -> str:
        """Address of the FTP server."""
        return HOST

    @property
    def ftp_port(self) -> int:
        """Port of the FTP server; 0 when there is none."""
        return self._now.ftp_port

    @property
    def certificate(self) -> Path | None:
        """PEM file of the FTP server's certificate, when it offers TLS."""
        return self._now.certificate

    @property
    def user(self) -> str:
        """Name of the shared FTP account."""
        return str(self._now.services.store.settings["ftp_user"])

    @property
    def password(self) -> str:
        """Password of the shared FTP account."""
        return str(self._now.services.store.settings["ftp_password"])

    @property
    def account(self) -> Account:
        """The first account."""
        return self._now.services.store.accounts[self._first]

    @property
    def email(self) -> str:
        """What the first account logs in with."""
        return self.account.email

    @property
    def account_password(self) -> str:
        """Password of the first account."""
        return self.account.password

    @property
    def token(self) -> str:
        """A session of the first account, opened anew each time it is asked for."""
        return self._now.services.store.open_session(self.account)

    @property
    def settings(self) -> dict[str, object]:
        """What a client of BioStudies is told of an archive, but for the token."""
        return {
            "api_url": self.api_url,
            "files_url": self.files_url,
            "ftp_host": self.ftp_host,
            "ftp_port": self.ftp_port,
            "ftp_user": self.user,
            "ftp_password": self.password,
        }

    @property
    def statistics(self) -> Statistics:
        """What was counted."""
        return self._now.services.statistics

    def stored(self, root: str = "", email: str | None = None) -> Path:
        """Return a folder of an account's file area on disk.

        Parameters
        ----------
        root
            A folder in it, for instance the accession.
        email
            Whose; the first account's by default.
        """
        store = self._now.services.store
        return store.area(store.accounts[email or self._first]).locate(root)

    @property
    def _now(self) -> Running:
        if self._running is None:
            raise ConfigError(
                "the embedded archive is not running",
                hint="use it in a with statement",
            )
        return self._running


class Running:
    """The threads and sockets of a started archive.

    Parameters
    ----------
    store, faults
        Its state and what goes wrong.
    ports
        Of HTTP and FTP; None is no FTP.
    ftps
        Whether FTP offers TLS.

    Raises
    ------
    MissingExtraError
        The extra ``rehearsal`` is not installed.
    ConfigError
        A port is taken.
    """

    def __init__(
        self,
        store: Store,
        faults: Switchboard,
        ports: tuple[int, int | None],
        *,
        ftps: bool,
    ) -> None:
        stopping = threading.Event()
        statistics = Statistics(store.folder / "state" / "statistics.jsonl")
        submissions = Submissions(store, faults, statistics, stopping)
        self.services = Services(store, faults, statistics, submissions, stopping)
        self.certificate: Path | None = None
        self._sides: list[HttpSide | FtpSide] = []
        self.http_port = self.ftp_port = 0
        try:
            self._listen(ports, ftps=ftps)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the threads."""
        self.services.stopping.set()
        for side in self._sides:
            side.stop()
        for side in self._sides:
            side.close()
        self.services.statistics.close()

    def _listen(self, ports: tuple[int, int | None], *, ftps: bool) -> None:
        http_port, ftp_port = ports
        http_side, ftp_side = _sides()
        if ftps:
            self.certificate = _certificate(self.services.store.folder)
        try:
            if ftp_port is not None:
                self._sides.append(ftp_side(self.services, ftp_port, self.certificate))
                self.ftp_port = self._sides[-1].port
                self.services.ftp_address = f"ftp://{HOST}:{self.ftp_port}"
            self._sides.append(http_side(self.services, http_port))
            self.http_port = self._sides[-1].port
        except OSError as error:
            msg = f"the embedded archive cannot listen on {HOST}: {error.strerror}"
            raise ConfigError(msg, hint="choose another port, or 0 for any") from error


def _sides() -> tuple[type[HttpSide], type[FtpSide]]:
    try:
        with warnings.catch_warnings():
            # pyftpdlib stands on asyncore, whose end Python 3.11 announces
            warnings.simplefilter("ignore", DeprecationWarning)
            from fairsubmit.rehearsal.ftp import FtpSide  # noqa: PLC0415 - an extra
            from fairsubmit.rehearsal.http_server import HttpSide  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        msg = f"the embedded archive needs {error.name}, which is not installed"
        raise MissingExtraError(
            msg, hint="pip install 'fairsubmit[rehearsal]'"
        ) from error
    return HttpSide, FtpSide


def _certificate(folder: Path) -> Path:
    try:
        import OpenSSL  # noqa: F401, PLC0415 - not part of the extra

        from fairsubmit.rehearsal.certificates import certificate  # noqa: PLC0415 - for FTPS
    except ModuleNotFoundError as error:
        msg = f"FTPS in the embedded archive needs {error.name}"
        raise MissingExtraError(msg, hint="pip install pyOpenSSL") from error
    return certificate(folder / "state" / "ftps.pem")
