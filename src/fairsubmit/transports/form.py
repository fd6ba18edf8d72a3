"""A multipart form, one file a request, streamed (RFC 7578)."""

from __future__ import annotations

import posixpath
import secrets
import threading
from typing import TYPE_CHECKING

from fairsubmit.errors import (
    ArchiveError,
    ArchiveUnavailableError,
    AuthenticationError,
    PermanentTransferError,
    QuotaExceededError,
    TransientTransferError,
)
from fairsubmit.transports.base import Chunk, Properties, Stored
from fairsubmit.transports.body import BLOCK, blocks
from fairsubmit.transports.handle import FileHandle

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from fairsubmit.http import Session
    from fairsubmit.transports.base import Body

__all__ = ["FormTransport"]

# max-file-size and max-request-size of BioStudies' application.yml are 20 GB, which
# Spring's DataSize reads as 20 GiB; the request holds some lines besides the file.
_LARGEST = (20 << 30) - (64 << 10)
# From this size on the archive is asked for a file right after it took it: it would
# cost too much to find it missing at the end. Asking lists a whole folder, which is
# too much for each of many small files.
_ASK_FROM = 64 << 20


class FormTransport:
    """Files to a web form, as BioStudies' ``POST /files/user/upload`` has it.

    The unit is one file: what broke is sent again from its first byte. Status 200
    says that the request was read, not that the file is stored; that is known from
    the archive's own listing only.

    Parameters
    ----------
    session
        The archive's session.
    root
        Folder in the archive's file area that paths are relative to.
    size_of
        Asks the archive's listing for a file's size in bytes by its path below
        `root`; ``None`` from it means that there is no such file.
    existing
        Paths below `root` that were there before this transfer: an equal size does
        not show that they have been replaced.
    ask_from
        Size in bytes from which on `size_of` is asked after each file.
    """

    # UserFilesResource.kt
    _url = "files/user/upload"

    def __init__(
        self,
        session: Session,
        root: str = "",
        *,
        connections: int = 4,
        size_of: Callable[[str], int | None] | None = None,
        existing: Container[str] = (),
        ask_from: int = _ASK_FROM,
    ) -> None:
        self._session = session
        self._root = root.strip("/")
        self._size_of = size_of
        self._existing = existing
        self._ask_from = ask_from
        self._properties = Properties(
            connections=connections, max_size=_LARGEST, resumable=False
        )
        # Uploads whose request was answered, and those whose answer was lost.
        self._taken: set[str] = set()
        self._unsure: set[str] = set()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"FormTransport({self._session.name!r}, root={self._root!r})"

    @property
    def properties(self) -> Properties:
        """What this protocol can do."""
        return self._properties

    def create(self, path: str, size: int) -> str:
        """Begin an upload; nothing is asked of the server yet.

        Raises
        ------
        QuotaExceededError
            If the form does not take so large a file.
        """
        if size > _LARGEST:
            message = (
                f"{path} has {size / (1 << 30):.1f} GiB and the web form takes "
                f"{_LARGEST / (1 << 30):.0f} GiB"
            )
            raise QuotaExceededError(message, hint="send it by FTP")
        handle = str(FileHandle(path, size))
        self._envelope(path)
        self._mark(handle)
        return handle

    def missing(self, handle: str) -> Sequence[Chunk]:
        """Return the whole file unless the server has it.

        After a lost answer the archive's listing tells whether it was obeyed; a file
        of some gigabytes is not sent twice for a few lost bytes.
        """
        file = FileHandle.parse(handle)
        with self._lock:
            taken, unsure = handle in self._taken, handle in self._unsure
        if unsure and self._size_of is not None and file.path not in self._existing:
            taken = self._ask(self._size_of, file.path) == file.size
        return () if taken else (Chunk(0, file.size),)

    def write(self, handle: str, chunk: Chunk, body: Body) -> None:
        """Send the file.

        Raises
        ------
        TransientTransferError
            If the archive did not answer, or asks to come back.
        QuotaExceededError
            If the file is too large for it.
        AuthenticationError
            If the token is no longer good.
        PermanentTransferError
            If the archive refuses the file.
        """
        file = FileHandle.parse(handle)
        form = _Form(*self._envelope(file.path), body, chunk.length)
        self._mark(handle, unsure=True)
        try:
            self._session.request(
                "POST",
                self._url,
                idempotent=False,
                body=form,
                headers={"Content-Type": f"multipart/form-data; boundary={form.mark}"},
                # The server moves the file to its place before it answers.
                read_timeout=120 + chunk.length / 20e6,
            )
        except AuthenticationError:
            raise
        except ArchiveUnavailableError as error:
            raise TransientTransferError(
                error.message, retry_after=error.retry_after, hint=error.hint
            ) from error
        except ArchiveError as error:
            message = f"{file.path} was not taken: {error.message}"
            if error.status == 413:
                raise QuotaExceededError(message, hint="send it by FTP") from error
            raise PermanentTransferError(message, hint=error.hint) from error
        self._mark(handle, taken=True)

    def complete(self, handle: str) -> Stored:
        """Return what the archive's listing says, for a file worth asking about.

        Raises
        ------
        TransientTransferError
            If the archive took the file and does not have it.
        """
        file = FileHandle.parse(handle)
        self._mark(handle)
        if self._size_of is None or file.size < self._ask_from:
            return Stored()
        held = self._ask(self._size_of, file.path)
        if held is None:
            message = f"{self._session.name} took {file.path} and does not list it"
            raise TransientTransferError(message)
        return Stored(held)

    def abort(self, handle: str) -> None:
        """Forget the upload; the server keeps nothing of one that broke."""
        self._mark(handle)

    def close(self) -> None:
        """Do nothing: the session is the archive's."""

    @staticmethod
    def _ask(size_of: Callable[[str], int | None], path: str) -> int | None:
        """Ask the listing.

        Raises
        ------
        TransientTransferError
            If the archive cannot be reached.
        """
        try:
            return size_of(path)
        except ArchiveUnavailableError as error:
            raise TransientTransferError(
                error.message, retry_after=error.retry_after, hint=error.hint
            ) from error

    def _mark(self, handle: str, *, taken: bool = False, unsure: bool = False) -> None:
        """Note how an upload stands; both false forgets it."""
        with self._lock:
            for marked, wanted in ((self._taken, taken), (self._unsure, unsure)):
                (marked.add if wanted else marked.discard)(handle)

    def _envelope(self, path: str) -> tuple[str, str]:
        """Return folder and name as the form is told them.

        Raises
        ------
        PermanentTransferError
            If the form cannot say the name: servers differ in how they read others.
        """
        if not (path.isascii() and path.isprintable()) or set(path) & set('"\\'):
            message = f"the web form cannot carry the name {path!r}"
            hint = "use letters, digits and ! - _ ' ( ) . in file names"
            raise PermanentTransferError(message, hint=hint)
        return posixpath.split(posixpath.join(self._root, path))


class _Form:
    """The request's body: two form fields around the bytes of a file.

    Parameters
    ----------
    folder, name
        Where the file goes.
    body, length
        The file, and its size in bytes.
    """

    def __init__(self, folder: str, name: str, body: Body, length: int) -> None:
        self.mark = f"fairsubmit-{secrets.token_hex(16)}"
        self._head = (
            f"--{self.mark}\r\n"
            'Content-Disposition: form-data; name="filePath"\r\n\r\n'
            f"{folder}\r\n"
            f"--{self.mark}\r\n"
            f'Content-Disposition: form-data; name="files"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode("ascii")
        self._tail = f"\r\n--{self.mark}--\r\n".encode("ascii")
        self._length = length
        self._rest = b""
        self._pieces = self._read_pieces(body)

    def __len__(self) -> int:
        return len(self._head) + self._length + len(self._tail)

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most `size` and at most about a block."""
        piece = self._rest or next(self._pieces, b"")
        if size < 0 or len(piece) <= size:
            self._rest = b""
            return piece
        self._rest = piece[size:]
        return piece[:size]

    def _read_pieces(self, body: Body) -> Iterator[bytes]:
        """Yield the form; a small file goes out in one piece with what is around it."""
        before, left = self._head, self._length
        around = len(self._head) + len(self._tail)
        for block in blocks(body, self._length, max(BLOCK - around, BLOCK // 2)):
            left -= len(block)
            yield before + block + (b"" if left else self._tail)
            before = b""
        if before:
            yield before + self._tail
