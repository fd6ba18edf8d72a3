"""A file opened for its headers: few reads, each bounded."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from io import FileIO
from typing import TYPE_CHECKING, Self

from fairsubmit.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

__all__ = ["HEAD_SIZE", "Source", "opened", "shared"]

# One read that holds the first directory of most files; network disks charge by the
# read, not by the byte.
HEAD_SIZE = 1 << 16
NEAR = 1 << 16
SMALL_WINDOW = 1 << 11
# One call instead of two; Windows has none.
_pread: Callable[[int, int, int], bytes] | None = getattr(os, "pread", None)
_HINT = "check that the file exists and that you may read it"


def _refuse_special(path: Path) -> None:
    """Refuse what would block, or never end.

    Raises
    ------
    ReadError
        If this is a pipe, a socket or a device.
    """
    mode = os.stat(path).st_mode  # noqa: PTH116 - as FileIO, without a Path of its own
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        message = f"{path.as_posix()} is no file but a pipe, socket or device"
        raise ReadError(message, hint="leave it out with `exclude`, or remove it")


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
    ReadError
        If the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            _refuse_special(path)
            self._file = FileIO(str(path))
            self.size = os.fstat(self._file.fileno()).st_size
            self.head = self._file.read(HEAD_SIZE) or b""
        except (OSError, ValueError) as error:
            raise ReadError(_words(path, error), hint=_HINT) from error
        self._window = self.head
        self._window_start = 0
        # What a format's parser made of the start; several readers look at it in turn.
        self.parsed: object | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

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
        try:
            if _pread is not None:
                return _pread(self._file.fileno(), count, offset)
            self._file.seek(offset)
            return self._file.read(count) or b""
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


@contextmanager
def shared(source: Source) -> Iterator[None]:
    """Let readers that open the same path in this context use `source`.

    Deciding who reads a file, and reading it, then costs one opening.
    """
    reset = _shared.set(source)
    try:
        yield
    finally:
        _shared.reset(reset)


def opened(path: Path) -> AbstractContextManager[Source]:
    """Open a file for its headers, or use it where it is open already.

    Raises
    ------
    ReadError
        If the file cannot be opened.
    """
    source = _shared.get()
    if source is not None and source.path == path:
        return nullcontext(source)
    return Source(path)


def _words(path: Path, error: Exception) -> str:
    words = getattr(error, "strerror", None) or str(error)
    return f"{path.as_posix()} cannot be opened: {words}"
