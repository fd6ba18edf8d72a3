"""The start of what a gzip file holds, without reading the rest."""

from __future__ import annotations

import zlib

__all__ = ["inflated", "is_gzip"]

MAGIC = b"\x1f\x8b\x08"
_GZIP = 31  # zlib: the largest window, and a gzip header expected


def is_gzip(head: bytes) -> bool:
    """Whether a file starts as gzip does (RFC 1952)."""
    return head.startswith(MAGIC)


def inflated(head: bytes, count: int) -> bytes:
    """Return up to `count` bytes of what is compressed; fewer where it is damaged.

    Parameters
    ----------
    head
        The first bytes of the gzip file.
    count
        No more is ever decompressed, whatever the file promises.
    """
    try:
        return zlib.decompressobj(_GZIP).decompress(head, count)
    except zlib.error:
        return b""
