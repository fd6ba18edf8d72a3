"""A file opened for its headers: few reads, each bounded."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Self

from fairsubmit.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

__all__ = ["HEAD_SIZE", "FolderError", "Source", "opened", "shared"]

# One read that holds the first directory of most files; network disks charge by the
# read, not by the byte.
HEAD_SIZE = 1 << 16
NEAR = 1 << 16
SMALL_WINDOW = 1 << 11
# One call instead of two; Windows has none.
_pread: Callable[[int, int, int], bytes] | None = getattr(os, "pread", None)
# Not to wait for the other end of a pipe; Windows lacks these, and has two of its own.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0)
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY", "O_NOINHERIT")
)
_HINT = "check that the file exists and that you may read it"


class FolderError(ReadError):
    """What was to be opened is a folder."""


class Source:
    """Random access to a file's headers.

    Parameters
    ----------
    path
        The file.

    Attributes
    ----------
    size
        Bytes.
    head
        The first `HEAD_SIZE` bytes.

    Raises
    ------
    FolderError
        If it is a folder.
    ReadError
        If the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _opened(path)
        try:
            found = os.fstat(self._file)
            _refuse_special(path, found.st_mode)
            self.size = found.st_size
            self.head = self._read(0, HEAD_SIZE)
        except BaseException:
            os.close(self._file)
            raise
        self._window = self.head
        self._window_start = 0
        # What a format's parser made of the start; several readers look at it in turn.
        self.parsed: object | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
        self._file = -1
        self.parsed = None  # it holds the source: a circle would be left behind

    def read(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset`; fewer at the end of the file.

        Raises
        ------
        ReadError
            If the operating system cannot read.
        """
        end = offset + count
        if end <= len(self.head):
            return self.head[offset:end]
        if end > self.size:  # room is made for `count` bytes before they are read
            count = max(self.size - offset, 0)
        return self._read(offset, count)

    def _read(self, offset: int, count: int) -> bytes:
        try:
            if _pread is not None:
                return _pread(self._file, count, offset)
            os.lseek(self._file, offset, os.SEEK_SET)
            return os.read(self._file, count)
        except (OSError, OverflowError, ValueError) as error:
            raise ReadError(_words(self.path, error), hint=_HINT) from error

    def window(self, offset: int, count: int) -> tuple[bytes, int]:
        """Return a block that holds `count` bytes from `offset`, and where they start.

        Chains of small records often lie close together: the block that was read last
        is used again, and grows while the chain stays near.

        Raises
        ------
        ReadError
            If the operating system cannot read.
        """
        start = offset - self._window_start
        if start >= 0 and start + count <= len(self._window):
            return self._window, start
        if offset + count <= len(self.head):
            return self.head, offset
        near = 0 <= start < len(self._window) + NEAR and self._window is not self.head
        self._window = self.read(offset, max(count, NEAR if near else SMALL_WINDOW))
        self._window_start = offset
        return self._window, 0


_shared: ContextVar[Source | None] = ContextVar("shared", default=None)


class shared:  # noqa: N801 - used as a function
    """Let readers that open the same path in this context use `source`.

    Deciding who reads a file, and reading it, then costs one opening.

    Parameters
    ----------
    source
        The open file.
    """

    __slots__ = ("_reset", "_source")

    def __init__(self, source: Source) -> None:
        self._source = source

    def __enter__(self) -> None:
        self._reset = _shared.set(self._source)

    def __exit__(self, *_: object) -> None:
        _shared.reset(self._reset)


def opened(path: Path) -> AbstractContextManager[Source]:
    """Open a file for its headers, or use it where it is open already.

    Raises
    ------
    ReadError
        If the file cannot be opened.
    """
    source = _shared.get()
    if source is not None and (source.path is path or source.path == path):
        return nullcontext(source)
    return Source(path)


def _opened(path: Path) -> int:
    """Open a file for reading.

    Raises
    ------
    FolderError
        If it is a folder (which Windows will not open).
    ReadError
        If it cannot be opened.
    """
    try:
        return os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        _refuse_special(path, _mode(path))
        raise ReadError(_words(path, error), hint=_HINT) from error


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return stat.S_IFREG


def _refuse_special(path: Path, mode: int) -> None:
    """Refuse folders, and what would block or never end.

    Raises
    ------
    FolderError
        If this is a folder.
    ReadError
        If this is a pipe, a socket or a device.
    """
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        message = f"{path.as_posix()} cannot be opened: {os.strerror(errno.EISDIR)}"
        raise FolderError(message, hint=_HINT)
    message = f"{path.as_posix()} is no file but a pipe, socket or device"
    raise ReadError(message, hint="leave it out with `exclude`, or remove it")


def _words(path: Path, error: Exception) -> str:
    words = getattr(error, "strerror", None) or str(error)
    return f"{path.as_posix()} cannot be opened: {words}"
