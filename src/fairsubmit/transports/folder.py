"""A local folder: chunks at their offset in a file of its own, renamed at the end."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from fairsubmit.errors import (
    PermanentTransferError,
    QuotaExceededError,
    TransferError,
    TransientTransferError,
    UploadExpiredError,
)
from fairsubmit.manifest import WORK_FOLDER
from fairsubmit.transports.base import Chunk, Properties, Stored
from fairsubmit.transports.body import BLOCK, blocks
from fairsubmit.transports.handle import FileHandle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.transports.base import Body

__all__ = ["FolderTransport", "error_for"]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Network file systems that stumble.
_PASSING = frozenset(
    {
        errno.EIO,
        errno.ESTALE,
        errno.ETIMEDOUT,
        errno.EAGAIN,
        errno.EBUSY,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
    }
)
# Small enough that little is sent again after a loss of power, when only what was
# written out before is sure to be there.
_CHUNK = 64 << 20


class FolderTransport:
    """Files to a local folder.

    An upload grows in the folder's ``.fairsubmit/partial``, which nothing takes for
    data, so that a file under its own name is always whole.

    Parameters
    ----------
    folder
        Where files go; made if it is not there.
    chunk_size
        Bytes after which what was written is made to outlive a loss of power.
    """

    def __init__(self, folder: Path, *, chunk_size: int = _CHUNK) -> None:
        self._folder = Path(folder)
        self._partial = self._folder / WORK_FOLDER / "partial"
        self._properties = Properties(chunk_size=chunk_size, checksum="sha256")
        self._step = chunk_size

    def __repr__(self) -> str:
        return f"FolderTransport({str(self._folder)!r})"

    @property
    def properties(self) -> Properties:
        """What this protocol can do."""
        return self._properties

    def create(self, path: str, size: int) -> str:
        """Begin an upload with an empty file; an earlier one stays until the end."""
        partial = self._part(path)
        with _translated(path):
            partial.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(b"")
        return str(FileHandle(path, size))

    def missing(self, handle: str) -> Sequence[Chunk]:
        """Ask the file system how far the upload came.

        Raises
        ------
        UploadExpiredError
            If it is gone or larger than it should be.
        """
        file = FileHandle.parse(handle)
        held = self._held(file)
        if held is None:
            if self._size_of(self._place(file.path)) == file.size:
                return ()
            message = f"the upload of {file.path} is gone"
            raise UploadExpiredError(message)
        if held > file.size:
            message = f"{file.path} grew to {held} bytes, beyond its {file.size}"
            raise UploadExpiredError(message)
        return tuple(
            Chunk(offset, min(self._step, file.size - offset), number)
            for number, offset in enumerate(range(held, file.size, self._step))
        )

    def write(self, handle: str, chunk: Chunk, body: Body) -> None:
        """Write a chunk at its offset and see it to the disk."""
        file = FileHandle.parse(handle)
        with _translated(file.path), self._part(file.path).open("r+b") as partial:
            partial.seek(chunk.offset)
            for block in blocks(body, chunk.length):
                partial.write(block)
            partial.flush()
            os.fsync(partial.fileno())

    def complete(self, handle: str) -> Stored:
        """Give the file its name, and read back what is stored under it.

        Raises
        ------
        TransientTransferError
            If something is missing.
        """
        file = FileHandle.parse(handle)
        place = self._place(file.path)
        held = self._held(file)
        if held is not None and held != file.size:
            message = f"{held} of {file.size} bytes of {file.path} are there"
            raise TransientTransferError(message)
        with _translated(file.path):
            if held is not None:
                place.parent.mkdir(parents=True, exist_ok=True)
                self._part(file.path).replace(place)
            digest = hashlib.sha256()
            with place.open("rb", buffering=0) as stored:
                while block := stored.read(BLOCK):
                    digest.update(block)
                return Stored(stored.tell(), {"sha256": digest.hexdigest()})

    def abort(self, handle: str) -> None:
        """Remove what was written."""
        file = FileHandle.parse(handle)
        with _translated(file.path):
            self._part(file.path).unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the folder of unfinished uploads, if there are none."""
        for folder in (self._partial, self._partial.parent):
            with suppress(OSError):
                folder.rmdir()

    def _held(self, file: FileHandle) -> int | None:
        return self._size_of(self._part(file.path))

    @staticmethod
    def _size_of(path: Path) -> int | None:
        """Return a file's size, ``None`` if there is no such file."""
        with _translated(path.name):
            try:
                return path.stat().st_size
            except FileNotFoundError:
                return None

    def _part(self, path: str) -> Path:
        # By a digest: the name itself may be as long as the file system takes.
        name = hashlib.sha256(str(self._checked(path)).encode()).hexdigest()
        return self._partial / f"{name}.part"

    def _place(self, path: str) -> Path:
        return self._folder / self._checked(path)

    @staticmethod
    def _checked(path: str) -> PurePosixPath:
        """Return a relative path.

        Raises
        ------
        PermanentTransferError
            If it leads out of the folder.
        """
        relative = PurePosixPath(path)
        outside = relative.is_absolute() or ".." in relative.parts
        if outside or not relative.parts or re.match(r"[A-Za-z]:|\\", path):
            message = f"the path {path!r} does not stay in the folder"
            raise PermanentTransferError(message)
        return relative


@contextmanager
def _translated(path: str) -> Iterator[None]:
    """Put errors of the file system in our own.

    Raises
    ------
    TransferError
        In their place.
    """
    try:
        yield
    except OSError as error:
        ours = error_for(error, path)
        raise ours from error


def error_for(error: OSError, path: str) -> TransferError:
    """Return our own error for one of the file system.

    Parameters
    ----------
    error
        What the system said.
    path
        The file it said it of.
    """
    message = f"{path} cannot be stored: {error.strerror or error}"
    if error.errno in _FULL:
        return QuotaExceededError(message, hint="make room in the folder's file system")
    if error.errno in _PASSING:
        return TransientTransferError(message)
    return PermanentTransferError(message)
