"""One run at a time: an exclusive lock that says who holds it.

The operating system's own file lock is used, because it ends with the process,
however that ends. Where the file system has none (some network file systems), a
file with process number and host name stands in for it.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import secrets
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Self

from fairsubmit.errors import StateError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Holder", "Lock"]

# Windows forbids others to read a locked byte, so that one far behind the text is
# locked; it need not exist.
_LOCKED_BYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock.

    Attributes
    ----------
    pid
        Process number.
    host
        Name of the computer.
    since
        UTC time, ISO 8601.
    """

    pid: int
    host: str
    since: str

    @classmethod
    def me(cls) -> Self:
        """Return this process."""
        now = datetime.now(UTC).replace(microsecond=0)
        return cls(os.getpid(), platform.node(), now.isoformat())

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Return who wrote a lock file, or ``None`` where that cannot be told."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def dumps(self) -> str:
        """Return the text of a lock file."""
        return json.dumps(asdict(self))

    @property
    def gone(self) -> bool:
        """Whether it is certain that the process has ended."""
        if self.host != platform.node() or os.name == "nt":
            return False  # signal 0 ends a process on Windows
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False


class _NoLocksError(Exception):
    """The file system has no locks."""


class Lock:
    """An exclusive lock on a path, held until `release`.

    Parameters
    ----------
    path
        The lock file; it stays behind, empty, after a release.

    Raises
    ------
    StateError
        If another run holds it.
    OSError
        If the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._stand_in: Path | None = None
        self._file = path.open("a+", encoding="utf-8")
        try:
            try:
                _lock(self._file)
            except _NoLocksError:
                stand_in = path.with_name(path.name + ".pid")
                _take(stand_in)
                self._stand_in = stand_in
            except OSError:
                held = _held(Holder.read(path), path)
                raise held from None
            self._file.truncate(0)
            self._file.write(Holder.me().dumps())
            self._file.flush()
        except BaseException:
            self._file.close()
            raise

    def release(self) -> None:
        """Let the next run have it."""
        if self._file.closed:
            return
        with contextlib.suppress(OSError):
            self._file.truncate(0)
        with contextlib.suppress(OSError):
            self._file.close()  # the operating system's lock ends here
        if self._stand_in is not None:
            self._stand_in.unlink(missing_ok=True)


def _lock(file: IO[str]) -> None:
    """Lock an open file or fail at once.

    Raises
    ------
    OSError
        If another process holds the lock.
    _NoLocksError
        If the file system has none.
    """
    if sys.platform == "win32":
        os.lseek(file.fileno(), _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if isinstance(error, BlockingIOError):
                raise
            raise _NoLocksError from error


def _take(path: Path) -> None:
    """Make the file that stands in for a lock.

    Raises
    ------
    StateError
        If it is there and its maker may still run.
    """
    for _ in range(2):
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(Holder.me().dumps())
        except FileExistsError:
            holder = Holder.read(path)
            if holder is None or not holder.gone:
                break
            # Renamed first: of two runs that find it stale, one gets it.
            stale = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
            with contextlib.suppress(FileNotFoundError):
                path.rename(stale)
                stale.unlink()
        else:
            return
    held = _held(Holder.read(path), path)
    raise held


def _held(holder: Holder | None, path: Path) -> StateError:
    who = (
        f"process {holder.pid} on {holder.host}, since {holder.since}"
        if holder
        else "its process cannot be told"
    )
    return StateError(
        f"another run is depositing this dataset ({who})",
        hint="let it come to its end or stop it, then run the same command again; "
        f"the lock is {path}",
    )
