"""The reference: an upload protocol whose server is a dictionary.

It does all that the port allows, chunks, resuming and digests, and shows what each
call has to mean; tests of everything that sends use it.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.errors import TransientTransferError, UploadExpiredError
from fairsubmit.transports.base import Chunk, Properties, Stored
from fairsubmit.transports.body import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.transports.base import Body

__all__ = ["MemoryTransport"]


@dataclass
class _Upload:
    path: str
    size: int
    step: int
    content: bytearray
    # Bytes that arrived of each chunk, by its number; no entry: not begun.
    arrived: dict[int, int] = field(default_factory=dict)

    def chunks(self) -> Iterator[Chunk]:
        for number, offset in enumerate(range(0, max(self.size, 1), self.step)):
            yield Chunk(offset, min(self.step, self.size - offset), number)


class MemoryTransport:
    """Files to memory.

    Parameters
    ----------
    chunk_size
        Bytes of a chunk; ``None`` takes a file in one.
    concurrency
        How many chunks of a file may be written at a time.
    resumable
        Whether what arrived of a broken chunk is kept.

    Attributes
    ----------
    files
        What was stored, by path.
    """

    def __init__(
        self,
        *,
        chunk_size: int | None = None,
        concurrency: int = 1,
        resumable: bool = True,
    ) -> None:
        self.files: dict[str, bytes] = {}
        self._properties = Properties(
            chunk_size=chunk_size,
            concurrency=concurrency,
            checksum="sha256",
            resumable=resumable,
        )
        self._uploads: dict[str, _Upload] = {}
        self._count = 0
        self._lock = threading.Lock()

    @property
    def properties(self) -> Properties:
        """What this protocol can do."""
        return self._properties

    def create(self, path: str, size: int) -> str:
        """Begin an upload; the earlier file stays until this one is complete."""
        step = self._properties.chunk_size or max(size, 1)
        with self._lock:
            self._count += 1
            handle = f"upload-{self._count}"
            self._uploads[handle] = _Upload(path, size, step, bytearray(size))
        return handle

    def missing(self, handle: str) -> Sequence[Chunk]:
        """Return what did not arrive; an empty file is one empty chunk."""
        upload = self._find(handle)
        with self._lock:
            return tuple(
                Chunk(chunk.offset + have, chunk.length - have, chunk.number)
                for chunk in upload.chunks()
                for have in (upload.arrived.get(chunk.number, 0),)
                if have < chunk.length or chunk.number not in upload.arrived
            )

    def write(self, handle: str, chunk: Chunk, body: Body) -> None:
        """Take a chunk.

        Raises
        ------
        TransientTransferError
            If it does not begin where the last one ended.
        """
        upload = self._find(handle)
        start = chunk.number * upload.step
        have = upload.arrived.get(chunk.number, 0)
        if chunk.offset != start + have:
            message = f"chunk {chunk.number} goes on at {start + have}"
            raise TransientTransferError(message)
        position = chunk.offset
        try:
            for block in blocks(body, chunk.length):
                upload.content[position : position + len(block)] = block
                position += len(block)
        except BaseException:
            if self._properties.resumable and position > start:
                upload.arrived[chunk.number] = position - start
            raise
        with self._lock:
            upload.arrived[chunk.number] = position - start

    def complete(self, handle: str) -> Stored:
        """End the upload.

        Raises
        ------
        TransientTransferError
            If something is missing.
        """
        upload = self._find(handle)
        if self.missing(handle):
            message = f"{upload.path} is not complete"
            raise TransientTransferError(message)
        content = bytes(upload.content)
        with self._lock:
            self.files[upload.path] = content
        return Stored(len(content), {"sha256": hashlib.sha256(content).hexdigest()})

    def abort(self, handle: str) -> None:
        """Forget the upload."""
        with self._lock:
            self._uploads.pop(handle, None)

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def _find(self, handle: str) -> _Upload:
        """Return an upload.

        Raises
        ------
        UploadExpiredError
            If there is none of that handle.
        """
        try:
            return self._uploads[handle]
        except KeyError:
            message = "the upload is not known"
            raise UploadExpiredError(message) from None
