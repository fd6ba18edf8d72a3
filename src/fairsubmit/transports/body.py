"""Reading a body while it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.errors import ManifestError, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.transports.base import Body

__all__ = ["BLOCK", "blocks"]

# Larger gains nothing, smaller costs processor time.
BLOCK = 1 << 20


def blocks(body: Body, length: int, size: int = BLOCK) -> Iterator[bytes]:
    """Yield a body piece by piece.

    Parameters
    ----------
    body
        What is read.
    length
        Bytes that it has to have.
    size
        Largest piece in bytes.

    Raises
    ------
    ReadError
        If the local file cannot be read; a network protocol must not take that for
        a broken connection.
    ManifestError
        If there are fewer or more bytes than `length`.
    """
    read = 0
    while True:
        try:
            block = body.read(size)
        except OSError as error:
            message = f"a file cannot be read: {error.strerror or error}"
            raise ReadError(message) from error
        read += len(block)
        if not block or read > length:
            break
        yield block
    if read != length:
        message = f"a file gave {read} bytes where {length} were expected"
        raise ManifestError(message, hint="run the same command again")
