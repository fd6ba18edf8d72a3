"""Whether the chunks of an array are there.

A chunk that is absent reads as the fill value, and programs may leave out chunks that
hold nothing else: legal, but what an unfinished copy looks like, too. An array without
a single chunk holds no pixels. A chunk is never empty, and where chunks are stored as
they are, each has the same number of bytes.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.readers.zarr.node import Array, Chunks
    from fairsubmit.readers.zarr.store import Store

__all__ = ["ChunkCheck"]

# Looked up one by one for one array, and for all arrays of a hierarchy.
MAX_LOOKED_UP = 512
MAX_LOOKUPS = 8_192
# Counted by listing the folders that hold them.
MAX_COUNTED = 1 << 17
MAX_FOLDERS = 256


class _Count(NamedTuple):
    """How many chunks are there, and the first whose size cannot be."""

    there: int
    short: str | None = None
    size: int = 0


class ChunkCheck:
    """Checks arrays of one hierarchy; what it may look up is limited.

    Parameters
    ----------
    store
        Where the arrays are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._left = MAX_LOOKUPS

    def problems(self, array: Array, prefix: str, path: str) -> Iterator[Problem]:
        """Say what is wrong with the chunks of an array.

        Parameters
        ----------
        array
            Its header.
        prefix
            Where it is.
        path
            How the image names it.

        Yields
        ------
        Problem
            At most two.
        """
        chunks = array.chunks
        if chunks is None:
            if not self._any(prefix):
                yield _none(path, prefix)
            return
        total = prod(chunks.grid)
        if total == 0:
            message = f"the full resolution ({path!r}) has the shape {array.shape}"
            yield Problem(
                "array-empty", message, prefix.rstrip("/") or None, error=True
            )
            return
        found = self._count(chunks, prefix, total)
        if found is None:
            yield from self._sampled(chunks, prefix, path)
            return
        if found.there == 0:
            yield _none(path, prefix)
        elif found.there < total:
            missing = f"{total - found.there} of {total} chunks"
            yield _absent(missing, path, prefix, chunks)
        if found.short is not None:
            yield _short(found, path, prefix, chunks)

    def _any(self, prefix: str) -> bool:
        """Whether there is anything that may be a chunk."""
        names = self._store.names(prefix, MAX_FOLDERS)
        return names is None or any(
            not name.startswith(".") and name != "zarr.json" for name in names
        )

    def _count(self, chunks: Chunks, prefix: str, total: int) -> _Count | None:
        separators = (chunks.separator,) if chunks.separator else (".", "/")
        counts = [self._count_by(chunks, prefix, total, s) for s in separators]
        known = [count for count in counts if count is not None]
        return max(known) if known else None

    def _count_by(
        self, chunks: Chunks, prefix: str, total: int, separator: str
    ) -> _Count | None:
        """Count the chunks whose keys have this separator, if that is cheap."""
        if total <= min(MAX_LOOKED_UP, self._left):
            self._left -= total
            ranges = [range(n) for n in chunks.grid]
            keys = (_key(chunks, separator, place) for place in product(*ranges))
            return self._look_up(keys, prefix, chunks.bytes)
        last = chunks.grid[-1] if separator == "/" else total
        folders = total // last
        if total > MAX_COUNTED or folders > min(MAX_FOLDERS, self._left):
            return None
        self._left -= folders
        return self._list(chunks, prefix, separator)

    def _look_up(
        self, keys: Iterator[str], prefix: str, expected: int | None
    ) -> _Count:
        size_of, there = self._store.size, 0
        short, short_size = None, 0
        least = 1 if expected is None else expected
        for key in keys:
            size = size_of(prefix + key)
            if size is None:
                continue
            there += 1
            if size < least and short is None:
                short, short_size = key, size
        return _Count(there, short, short_size)

    def _list(self, chunks: Chunks, prefix: str, separator: str) -> _Count | None:
        grid = chunks.grid
        if separator == ".":
            start, _, most = prefix, 0, prod(grid)
            dots = len(grid) - 1 + bool(chunks.start)
            names = self._store.names(start, 4 * most)
            if names is None:
                return None
            return _Count(sum(_is_key(name, chunks.start, dots) for name in names))
        there = 0
        for place in product(*(range(n) for n in grid[:-1])):
            parts = (
                [chunks.start, *map(str, place)] if chunks.start else map(str, place)
            )
            names = self._store.names(f"{prefix}{'/'.join(parts)}/", 4 * grid[-1])
            there += sum(map(str.isdecimal, names or ()))
        return _Count(there)

    def _sampled(self, chunks: Chunks, prefix: str, path: str) -> Iterator[Problem]:
        """Look at the first and the last chunk of many."""
        corners = [(0,) * len(chunks.grid), tuple(n - 1 for n in chunks.grid)]
        separators = (chunks.separator,) if chunks.separator else (".", "/")
        there = {
            place
            for place in corners
            for separator in separators
            if self._store.has(prefix + _key(chunks, separator, place))
        }
        if not there and not self._any_chunk(chunks, prefix):
            yield _none(path, prefix)
        elif len(there) < len(corners):
            which = "the last chunk" if corners[0] in there else "the first chunk"
            yield _absent(which, path, prefix, chunks)

    def _any_chunk(self, chunks: Chunks, prefix: str) -> bool:
        below = f"{prefix}{chunks.start}/" if chunks.start else prefix
        return self._any(below) if chunks.separator != "." else self._any(prefix)


def _key(chunks: Chunks, separator: str, place: tuple[int, ...]) -> str:
    """Return a chunk's key: ``0.0`` or ``0/0``, and ``c/0/0`` by default in Zarr 3."""
    parts = [chunks.start, *map(str, place)] if chunks.start else [*map(str, place)]
    return separator.join(parts) or "0"


def _is_key(name: str, start: str, dots: int) -> bool:
    if name.count(".") != dots:
        return False
    numbers = name.removeprefix(f"{start}.") if start else name
    return numbers.replace(".", "").isdecimal()


def _none(path: str, prefix: str) -> Problem:
    message = f"the full resolution ({path!r}) holds no chunk: no pixels are there"
    return Problem("missing-chunks", message, prefix.rstrip("/") or None, error=True)


def _absent(what: str, path: str, prefix: str, chunks: Chunks) -> Problem:
    verb = "are" if what.endswith("chunks") else "is"
    message = (
        f"{what} of the full resolution ({path!r}) {verb} not there and will read as "
        f"the fill value {chunks.fill_value!r}: right where the writer left out empty "
        "chunks, but a copy that was not finished looks the same"
    )
    return Problem("missing-chunks", message, prefix.rstrip("/") or None)


def _short(found: _Count, path: str, prefix: str, chunks: Chunks) -> Problem:
    wanted = "" if chunks.bytes is None else f" of {chunks.bytes}"
    message = (
        f"chunk {found.short} of the full resolution ({path!r}) has {found.size}"
        f"{wanted} bytes: it was not written or copied to its end"
    )
    return Problem("truncated", message, f"{prefix}{found.short}", error=True)
