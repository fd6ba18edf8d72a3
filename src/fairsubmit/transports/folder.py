"""Files into a local folder: the simplest protocol that resumes inside a file.

Bytes are added to a partial file aside, which gets its name when it is whole, so
that what lies in the folder under its own name is complete.
"""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fairsubmit.errors import (
    PermanentTransferError,
    QuotaExceededError,
    TransientTransferError,
    UploadExpiredError,
)
from fairsubmit.manifest import WORK_FOLDER
from fairsubmit.transports.base import Chunk, Properties, Stored
from fairsubmit.transports.body import blocks
from fairsubmit.transports.handle import FileHandle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import FileIO
    from pathlib import Path

    from fairsubmit.transports.base import Body

__all__ = ["FolderTransport"]

_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
# What a network file system says when it may well be back.
_PASSING = frozenset(
    getattr(errno, name)
    for name in ("EIO", "ESTALE", "ETIMEDOUT", "EAGAIN", "EBUSY", "EHOSTDOWN")
    if hasattr(errno, name)
)


class FolderTransport:
    """Sends files into a folder of this computer or of a mounted disk.

    Parameters
    ----------
    folder
        Where files go, under their own relative paths. Uploads under way lie in
        its `fairsubmit.manifest.WORK_FOLDER`, which `fairsubmit.manifest.walk`
        leaves out.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def properties(self) -> Properties:
        """What a folder can do."""
        return Properties()

    def create(self, path: str, size: int) -> str:
        """Begin a new upload, replacing any earlier one and the file itself."""
        handle = FileHandle(path, size)
        with _translated(path):
            partial = self._partial(path)
            partial.parent.mkdir(parents=True, exist_ok=True)
            # A file of this name stands for a finished upload from here on.
            self._final(path).unlink(missing_ok=True)
            partial.write_bytes(b"")
        return str(handle)

    def missing(self, handle: str) -> Sequence[Chunk]:
        """Say which bytes are not there yet.

        Raises
        ------
        UploadExpiredError
            If somebody removed what was there.
        """
        upload = FileHandle.parse(handle)
        there = self._size(upload.path)
        if there is None or there > upload.size:
            message = f"the upload of {upload.path} is gone from {self._folder}"
            raise UploadExpiredError(message)
        return [Chunk(there, upload.size - there)] if there < upload.size else []

    def write(self, handle: str, chunk: Chunk, body: Body) -> None:
        """Add one chunk.

        Raises
        ------
        TransientTransferError
            If the bytes before the chunk are not there.
        """
        path = FileHandle.parse(handle).path
        with _translated(path), _opened(self._partial(path)) as file:
            there = os.fstat(file.fileno()).st_size
            if there != chunk.offset:
                message = f"{there:,} bytes of {path} are there, not {chunk.offset:,}"
                raise TransientTransferError(message)
            file.seek(chunk.offset)
            for block in blocks(body, chunk.length):
                left = memoryview(block)
                while left:
                    left = left[file.write(left) :]

    def complete(self, handle: str) -> Stored:
        """Give a whole file its name.

        Raises
        ------
        UploadExpiredError
            If somebody removed it.
        """
        upload = FileHandle.parse(handle)
        partial, final = self._partial(upload.path), self._final(upload.path)
        with _translated(upload.path):
            if self._size(upload.path) == upload.size and partial.exists():
                with _opened(partial) as file:
                    os.fsync(file.fileno())
                final.parent.mkdir(parents=True, exist_ok=True)
                partial.replace(final)
            size = self._size(upload.path)
        if size is None:
            message = f"the upload of {upload.path} is gone from {self._folder}"
            raise UploadExpiredError(message)
        return Stored(size)

    def abort(self, handle: str) -> None:
        """Remove what was sent."""
        path = FileHandle.parse(handle).path
        with _translated(path):
            self._partial(path).unlink(missing_ok=True)
            self._final(path).unlink(missing_ok=True)

    def close(self) -> None:
        """Close nothing."""

    def _final(self, path: str) -> Path:
        """Return where a file goes.

        Raises
        ------
        PermanentTransferError
            If that is not in the folder.
        """
        steps = path.split("/")
        if not path or "\0" in path or not {"", ".", ".."}.isdisjoint(steps):
            message = f"{path!r} is not the path of a file in a folder"
            raise PermanentTransferError(message, hint="rename the file")
        return self._folder.joinpath(*steps)

    def _partial(self, path: str) -> Path:
        """Return where the bytes of an upload are gathered."""
        # A digest: the name of the file may be as long as names may be.
        name = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        return self._folder / WORK_FOLDER / "uploads" / f"{name}.part"

    def _size(self, path: str) -> int | None:
        """Return the bytes that are there of an upload, finished or not."""
        for place in (self._partial(path), self._final(path)):
            with _translated(path):
                try:
                    return place.stat().st_size
                except (FileNotFoundError, NotADirectoryError):
                    continue
        return None


@contextmanager
def _opened(path: Path) -> Iterator[FileIO]:
    """Open a partial file to add to it.

    Raises
    ------
    UploadExpiredError
        If it is not there.
    """
    try:
        file = path.open("r+b", buffering=0)
    except FileNotFoundError as error:
        message = "the upload is gone from the folder"
        raise UploadExpiredError(message) from error
    with file:
        yield file


@contextmanager
def _translated(path: str) -> Iterator[None]:
    """Put the system's errors in our own.

    Raises
    ------
    QuotaExceededError
        If there is no room.
    TransientTransferError
        If it may pass.
    PermanentTransferError
        If not.
    """
    try:
        yield
    except OSError as error:
        words = error.strerror or str(error)
        message = f"{path} cannot be written there: {words}"
        if error.errno in _FULL:
            hint = "free some space there, then run the same command again"
            raise QuotaExceededError(message, hint=hint) from error
        if error.errno in _PASSING:
            raise TransientTransferError(message) from error
        hint = "check the folder and who may write to it"
        raise PermanentTransferError(message, hint=hint) from error
