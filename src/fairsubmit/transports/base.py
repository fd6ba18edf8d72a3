"""The port of upload protocols: bytes go out, and know no archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Body", "Chunk", "Properties", "Stored", "Transport"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of bytes of one file.

    Attributes
    ----------
    offset
        First byte, counted from 0.
    length
        Number of bytes.
    number
        0-based number among the chunks of the file, for protocols that count.
    """

    offset: int
    length: int
    number: int = 0


@dataclass(frozen=True, slots=True)
class Properties:
    """What a protocol can do.

    Attributes
    ----------
    chunk_size
        Largest number of bytes of one `Transport.write`; ``None`` for the whole rest
        at once.
    concurrency
        How many chunks of one file may be written at a time; 1 means in order.
    connections
        How many files may be sent at a time over this transport.
    max_size
        Largest file in bytes, if there is a limit.
    checksum
        Algorithm that the server reports after an upload, if it does.
    resumable
        Whether a broken file goes on inside; otherwise the unit is one file.
    keeps_account
        Whether `Transport.missing` knows which chunks arrived. Where the server
        keeps no list of them, it returns all, and those that our own journal says
        were written are not sent again.
    """

    chunk_size: int | None = None
    concurrency: int = 1
    connections: int = 4
    max_size: int | None = None
    checksum: str | None = None
    resumable: bool = True
    keeps_account: bool = True


@dataclass(frozen=True, slots=True)
class Stored:
    """What the server says of a finished upload.

    Attributes
    ----------
    size
        Bytes, or ``None`` where the protocol does not tell.
    digests
        Lower-case hexadecimal digests by algorithm (``sha256``, ``md5``).
    """

    size: int | None = None
    digests: Mapping[str, str] = field(default_factory=dict)


class Body(Protocol):
    """The bytes of one chunk, read from the local file as they are sent.

    It counts and hashes what is read and raises
    `fairsubmit.errors.FileChangedError` from `read` when the file no longer holds
    what the manifest says.
    """

    def __len__(self) -> int:
        """Bytes of the whole body, whatever was read already."""
        ...

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, ``b""`` at the end."""
        ...


class Transport(Protocol):
    """One upload protocol to one server; safe to use from several threads.

    Errors are `TransientTransferError` (try again), `PermanentTransferError` (do
    not), `UploadExpiredError` (make a new upload) and `AuthenticationError`; a
    transport never retries by itself.
    """

    @property
    def properties(self) -> Properties:
        """What this protocol can do on this server."""
        ...

    def create(self, path: str, size: int) -> str:
        """Begin a new upload and return its handle, replacing any earlier one.

        Parameters
        ----------
        path
            POSIX path relative to the deposit's folder.
        size
            Bytes.

        Returns
        -------
        str
            Everything needed to go on in another process; holds no secret.
        """
        ...

    def missing(self, handle: str) -> Sequence[Chunk]:
        """Ask the server what it still needs.

        Raises
        ------
        UploadExpiredError
            If the server no longer knows the upload.
        """
        ...

    def write(self, handle: str, chunk: Chunk, body: Body) -> None:
        """Send one chunk."""
        ...

    def complete(self, handle: str) -> Stored:
        """End the upload and return what the server says it stored."""
        ...

    def abort(self, handle: str) -> None:
        """Give the upload up and remove what was sent, if the server can."""
        ...

    def close(self) -> None:
        """Close connections; the transport may not be used afterwards."""
        ...
