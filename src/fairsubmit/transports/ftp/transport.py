"""FTP behind the port of upload protocols."""

from __future__ import annotations

import posixpath
import threading
from typing import TYPE_CHECKING

from fairsubmit.errors import (
    FairsubmitError,
    PermanentTransferError,
    TransientTransferError,
    UploadExpiredError,
)
from fairsubmit.transports.base import Chunk, Properties, Stored
from fairsubmit.transports.ftp.line import Line
from fairsubmit.transports.ftp.pool import Pool
from fairsubmit.transports.ftp.replies import NoDigestError, NoResumeError
from fairsubmit.transports.handle import FileHandle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.transports.base import Body
    from fairsubmit.transports.ftp.server import FtpServer

__all__ = ["FtpTransport"]


class FtpTransport:
    """Files to a folder of an FTP server.

    The server holds all there is to know of an upload: how far it came is the file's
    own size, so that any process can go on.

    Parameters
    ----------
    server
        Where to, and as whom.
    root
        Folder below the server's (`FtpServer.folder`) that paths are relative to.
    connections
        How many files are sent at a time at most.
    chunk_size
        Largest number of bytes of one ``STOR``; ``None`` sends the whole rest.
    """

    def __init__(
        self,
        server: FtpServer,
        root: str = "",
        *,
        connections: int = 4,
        chunk_size: int | None = None,
    ) -> None:
        self._server = server
        self._root = root.strip("/")
        self._pool = Pool(server, connections)
        self._chunk_size = chunk_size
        self._connections = connections
        self._checksum: str | None = None
        self._resumes = True
        self._digests = True
        # Folders that are there, and those among them that this process made; after
        # any trouble nothing is taken for new any more.
        self._folders: set[str] = set()
        self._new_folders: set[str] = set()
        # Uploads that this process just began: known to be empty, without asking.
        self._fresh: set[str] = set()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"FtpTransport({self._server.host!r}, root={self._root!r})"

    @property
    def properties(self) -> Properties:
        """What this protocol can do on this server."""
        return Properties(
            chunk_size=self._chunk_size,
            connections=self._connections,
            checksum=self._checksum,
        )

    @property
    def encrypted(self) -> bool:
        """Whether passwords and files travel encrypted; asks before any is sent."""
        if self._server.tls == "off":
            return False
        line = Line(self._server, log_in=False)
        line.close()
        return line.encrypted

    def create(self, path: str, size: int) -> str:
        """Remove an earlier file of that name and make the folders above it.

        An earlier file has to go at once, not with the first ``STOR``: if this process
        ended in between, its size would be taken for how far the upload came.

        Raises
        ------
        PermanentTransferError
            If the name cannot be sent by FTP, or the server keeps the earlier file.
        """
        handle = FileHandle(path, size)
        remote = self._remote(path)
        with self._pool.line() as line:
            folder = posixpath.dirname(remote)
            self._make_folders(line, folder)
            # Nothing can be in the way in a folder that we made a moment ago.
            if folder not in self._new_folders and not line.delete(remote):
                message = f"{path} is there already and cannot be replaced"
                raise PermanentTransferError(message)
        with self._lock:
            self._fresh.add(str(handle))
        return str(handle)

    def missing(self, handle: str) -> Sequence[Chunk]:
        """Ask for the file's size; what lies beyond it is missing.

        After a connection broke the server may still be writing what was under way.
        No harm comes of that: it writes the same bytes to the same places as the
        upload that goes on, and cannot cut the file off any more.

        Raises
        ------
        UploadExpiredError
            If the server has more bytes than the file: nothing cuts them off but a
            new upload.
        """
        file = FileHandle.parse(handle)
        held = self._held(handle, file)
        if held is None:
            return self._chunks(0, file.size)
        if held > file.size:
            self._new_folders.clear()
            message = f"the server has {held} bytes of {file.path}, not {file.size}"
            raise UploadExpiredError(message)
        if held == file.size:
            return ()
        return self._chunks(held if self._resumes else 0, file.size)

    def write(self, handle: str, chunk: Chunk, body: Body) -> None:
        """Send bytes; the server's 226 is the only proof that it took them.

        Raises
        ------
        FairsubmitError
            If the server did not take it all.
        """
        file = FileHandle.parse(handle)
        remote = self._remote(file.path)
        with self._lock:
            self._fresh.discard(handle)
        with self._pool.line() as line:
            if posixpath.dirname(remote) not in self._folders:
                self._make_folders(line, posixpath.dirname(remote))
            try:
                line.store(remote, chunk.offset, chunk.length, body)
            except FairsubmitError as error:
                self._note_trouble(error)
                raise

    def complete(self, handle: str) -> Stored:
        """Ask for the size, and for the digest if the server computes one.

        Raises
        ------
        UploadExpiredError
            If the server has more bytes than the file.
        TransientTransferError
            If it has fewer.
        NoDigestError
            If it takes too long over the digest; it is not asked for it again.
        """
        file = FileHandle.parse(handle)
        remote = self._remote(file.path)
        with self._pool.line() as line:
            try:
                stored = line.account(remote, file.size, digest=self._digests)
            except NoDigestError:
                self._digests = False
                raise
        held = (stored.size or 0) if stored else 0
        if stored is None or held != file.size:
            self._new_folders.clear()
            message = f"the server has {held} of {file.size} bytes of {file.path}"
            if held > file.size:
                raise UploadExpiredError(message)
            raise TransientTransferError(message)
        self._checksum = next(iter(stored.digests), self._checksum)
        return stored

    def abort(self, handle: str) -> None:
        """Remove the file."""
        file = FileHandle.parse(handle)
        with self._lock:
            self._fresh.discard(handle)
        with self._pool.line() as line:
            line.delete(self._remote(file.path))

    def close(self) -> None:
        """Hang up."""
        self._pool.close()

    def _held(self, handle: str, file: FileHandle) -> int | None:
        """Return how many bytes the server has, ``None`` if it has no such file."""
        with self._lock:
            if handle in self._fresh:
                return None
        with self._pool.line() as line:
            return line.size(self._remote(file.path))

    def _chunks(self, start: int, size: int) -> tuple[Chunk, ...]:
        """Cut what is missing in pieces; an empty file is one empty piece."""
        step = self._chunk_size or max(size, 1)
        return tuple(
            Chunk(offset, min(step, size - offset), number)
            for number, offset in enumerate(range(start, max(size, start + 1), step))
        )

    def _make_folders(self, line: Line, folder: str) -> None:
        """Make a folder and those above it, each once."""
        if not folder or folder in self._folders:
            return
        self._make_folders(line, posixpath.dirname(folder))
        if line.make_folder(folder):
            self._new_folders.add(folder)
        self._folders.add(folder)

    def _note_trouble(self, error: FairsubmitError) -> None:
        """Forget what can no longer be relied on after an upload failed."""
        self._new_folders.clear()
        if isinstance(error, NoResumeError):
            # `missing` asks for whole files from now on.
            self._resumes = False
        elif isinstance(error, PermanentTransferError):
            # The folder may have been tidied away meanwhile: the next one makes it.
            self._folders.clear()

    def _remote(self, path: str) -> str:
        """Return a path as the server is told it.

        Raises
        ------
        PermanentTransferError
            If FTP has no way to say it.
        """
        if not path.isprintable():
            message = f"FTP cannot carry the name {path!r}"
            raise PermanentTransferError(message, hint="rename the file")
        remote = posixpath.join(self._root, path)
        # Servers read a leading ~ as a home folder and - as an option.
        return f"./{remote}" if remote[:1] in {"~", "-"} else remote
