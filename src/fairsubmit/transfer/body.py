"""A local file while it is sent: read in blocks, hashed, and watched for changes.

The manifest says what the file is. Before each block the file system is asked
whether it still is that, and the last block of a file is only handed out when the
digest of all that was read is the manifest's: a file that changes on the way never
arrives whole.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from fairsubmit.errors import FileChangedError, ManifestError, TransferStoppedError
from fairsubmit.transfer.digest import RunningDigest

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO
    from types import TracebackType

    from fairsubmit.bundle import Item
    from fairsubmit.manifest import Entry
    from fairsubmit.transports.base import Chunk

__all__ = ["FileBody", "LocalFile"]

# One read: large enough that the cost of a call vanishes, small enough that a stop
# is noticed at once and a few files in flight need little memory.
BLOCK = 1 << 20


def _go_on() -> bool:
    """Say that nobody asked to stop."""
    return False


class LocalFile:
    """One file of a bundle while it is sent.

    Parameters
    ----------
    item
        The file and what the manifest says of it.
    halted
        Asked before each block whether to stop.
    """

    def __init__(self, item: Item, *, halted: Callable[[], bool] = _go_on) -> None:
        self.entry = item.entry
        self._local = item.local
        self._halted = halted
        self._digest = RunningDigest(item.entry.size)
        self._verified = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._digest.close()

    def body(
        self, chunk: Chunk, *, in_order: bool, advance: Callable[[int], object]
    ) -> FileBody:
        """Return the bytes of one chunk, to be read while they are sent.

        Parameters
        ----------
        chunk
            Which bytes.
        in_order
            Whether no other chunk of this file is sent meanwhile. The bytes before
            the chunk are then hashed first, from disk where they were sent by an
            earlier run; else `verify` reads the file once more.
        advance
            Called with the number of bytes of each block.

        Raises
        ------
        FileChangedError
            If the file is not what the manifest says.
        ManifestError
            If it cannot be read.
        TransferStoppedError
            If somebody asked to stop.
        """
        if in_order:
            self._verified = False
            self._digest.step_back(chunk.offset)
            self._hash_up_to(chunk.offset)
        digest = self._digest if in_order else None
        return FileBody(self, chunk, digest=digest, advance=advance)

    def verify(self) -> None:
        """Compare the whole file with the manifest, reading what was not read yet.

        Raises
        ------
        FileChangedError
            If the file is not what the manifest says.
        ManifestError
            If it cannot be read.
        TransferStoppedError
            If somebody asked to stop.
        """
        if not self._verified:
            self._hash_up_to(self.entry.size)
            found = self._digest.hexdigest()
            if found != self.entry.sha256:
                recorded = f"sha256 {self.entry.sha256}"
                raise FileChangedError(self.entry.path, recorded, f"sha256 {found}")
            self._verified = True
        self.check()

    def check(self) -> None:
        """Compare what the file system says of the path with the manifest.

        Raises
        ------
        FileChangedError
            If the file is not what the manifest says.
        ManifestError
            If it cannot be asked.
        """
        try:
            found = self._local.stat()
        except OSError as error:
            raise self.unreadable(error) from error
        compare(self.entry, found)

    def open(self) -> FileIO:
        """Open the file, still the one of the manifest.

        Raises
        ------
        FileChangedError
            If it is not.
        ManifestError
            If it cannot be read.
        """
        try:
            file = self._local.open("rb", buffering=0)
        except OSError as error:
            raise self.unreadable(error) from error
        try:
            compare(self.entry, os.fstat(file.fileno()))
        except BaseException:
            file.close()
            raise
        return file

    def check_halted(self) -> None:
        """Stop if somebody asked to.

        Raises
        ------
        TransferStoppedError
            If so.
        """
        if self._halted():
            message = f"stopped while {self.entry.path} was being sent"
            raise TransferStoppedError(message)

    def unreadable(self, error: OSError) -> ManifestError:
        """Say that the file cannot be read; that it is gone counts as a change."""
        recorded = f"{self.entry.size:,} bytes"
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return FileChangedError(self.entry.path, recorded, "no such file")
        words = error.strerror or str(error)
        return ManifestError(
            f"{self.entry.path} cannot be read: {words}",
            hint="make it readable, then run the same command again",
        )

    def _hash_up_to(self, offset: int) -> None:
        """Hash from disk what was not hashed yet of the first `offset` bytes.

        Raises
        ------
        FileChangedError
            If there are fewer.
        ManifestError
            If they cannot be read.
        """
        if self._digest.position >= offset:
            return
        buffer = memoryview(bytearray(min(BLOCK, offset - self._digest.position)))
        with self.open() as file:
            file.seek(self._digest.position)
            while (left := offset - self._digest.position) > 0:
                self.check_halted()
                try:
                    count = file.readinto(buffer[:left])
                except OSError as error:
                    failure = self.unreadable(error)
                    raise failure from error
                if not count:
                    change = _shorter(self.entry, self._digest.position)
                    raise change
                self._digest.feed_now(buffer[:count])


class FileBody:
    """The bytes of one chunk of a local file; see `fairsubmit.transports.base.Body`.

    Parameters
    ----------
    source
        The file.
    chunk
        Which bytes of it.
    digest
        Fed with what is read, if it stands at the chunk's offset.
    advance
        Called with the number of bytes of each block.
    """

    def __init__(
        self,
        source: LocalFile,
        chunk: Chunk,
        *,
        digest: RunningDigest | None,
        advance: Callable[[int], object],
    ) -> None:
        self._source = source
        self._chunk = chunk
        self._digest = digest
        self._advance = advance
        self._done = 0
        self._file = source.open()
        self._file.seek(chunk.offset)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        """Bytes of the whole chunk, whatever was read already."""
        return self._chunk.length

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes.

        Parameters
        ----------
        size
            At most so many, and at most 1 MiB; all that is left if negative.

        Raises
        ------
        FileChangedError
            If the file is no longer what the manifest says.
        ManifestError
            If it cannot be read.
        TransferStoppedError
            If somebody asked to stop.
        """
        if size >= 0:
            return self._block(size)
        return b"".join(iter(lambda: self._block(BLOCK), b""))

    def _block(self, size: int) -> bytes:
        size = min(size, BLOCK, self._chunk.length - self._done)
        if size <= 0:
            return b""
        source = self._source
        source.check_halted()
        try:
            block = self._file.read(size)
            found = os.fstat(self._file.fileno())
        except OSError as error:
            raise source.unreadable(error) from error
        compare(source.entry, found)
        if not block:
            change = _shorter(source.entry, self._chunk.offset + self._done)
            raise change
        self._done += len(block)
        if self._digest is not None:
            self._digest.feed(block)
            if self._digest.position == source.entry.size:
                source.verify()
        self._advance(len(block))
        return block


def compare(entry: Entry, found: os.stat_result) -> None:
    """Compare size, time and number of a file with the manifest.

    Raises
    ------
    FileChangedError
        If one differs.
    """
    if found.st_size != entry.size:
        recorded, now = f"{entry.size:,} bytes", f"{found.st_size:,} bytes"
        raise FileChangedError(entry.path, recorded, now)
    if found.st_ino != entry.inode:
        raise FileChangedError(entry.path, "one file", "another in its place")
    if found.st_mtime_ns != entry.mtime_ns:
        recorded, now = "one modification time", "another (same size)"
        raise FileChangedError(entry.path, recorded, now)


def _shorter(entry: Entry, size: int) -> FileChangedError:
    """Say that a file ended before its recorded size."""
    return FileChangedError(entry.path, f"{entry.size:,} bytes", f"{size:,} bytes")
