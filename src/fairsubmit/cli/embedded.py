"""The embedded archive, started and connected to as any other archive."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from fairsubmit.cli.output import human_size
from fairsubmit.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.archives.base import Archive
    from fairsubmit.cli.invocation import Invocation

__all__ = ["embedded", "insist_on_room"]

NAME = "bioimage-archive"
# The same address as last time: what was begun there is gone on with.
PORT = "port"
STATE = "client"
# It is on this computer: no need to be as patient as with the real one.
POLLING = {"first": 0.1, "longest": 2.0}


@contextlib.contextmanager
def embedded(
    invocation: Invocation, folder: Path | None, upload: str = "auto"
) -> Iterator[tuple[Archive, Path]]:
    """Start the embedded archive and log in.

    Parameters
    ----------
    invocation
        How the program was called.
    folder
        Where it keeps what it receives; a temporary folder by default.
    upload
        ``ftp``, ``form`` or ``auto``.

    Yields
    ------
    Archive
        The archive, as any other.
    Path
        A state folder for deposits into it.
    """
    from fairsubmit.archives.biostudies import log_in
    from fairsubmit.pipeline import connect
    from fairsubmit.rehearsal import EmbeddedArchive

    with (
        _kept_or_temporary(folder) as place,
        EmbeddedArchive(place, http_port=_port(place)) as server,
    ):
        (place / PORT).write_text(str(server.http_port), encoding="utf-8")
        invocation.output.say(f"the embedded archive listens on {server.address}")
        settings: dict[str, object] = {
            **server.settings,
            "upload": upload,
            "polling": POLLING,
        }
        token = log_in(settings, server.email, server.account_password)
        archive = connect(NAME, **settings, token=token)
        try:
            yield archive, place / STATE
        finally:
            archive.close()


def _port(place: Path) -> int:
    """Return the port of an earlier run, if it is known and free, else 0."""
    try:
        port = int((place / PORT).read_text(encoding="utf-8"))
        with socket.create_server(("127.0.0.1", port)):
            return port
    except (OSError, ValueError):
        return 0


@contextlib.contextmanager
def _kept_or_temporary(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    # On Windows a file may be held for a moment after its server has ended.
    with tempfile.TemporaryDirectory(
        prefix="fairsubmit-", ignore_cleanup_errors=True
    ) as name:
        yield Path(name)


def insist_on_room(size: int, folder: Path | None) -> None:
    """Make sure that a second copy of the files fits.

    Parameters
    ----------
    size
        Bytes.
    folder
        Where they will go; a temporary folder by default.

    Raises
    ------
    ConfigError
        If they do not fit.
    """
    place = folder or Path(tempfile.gettempdir())
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if size > free:
        message = (
            f"a rehearsal stores a second copy of {human_size(size)}, and {place} has "
            f"room for {human_size(free)}"
        )
        raise ConfigError(message, hint="name a roomier folder with --keep FOLDER")
