"""Files with the same content, found without reading more than is needed."""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
    from pathlib import Path

    from fairsubmit.manifest import Manifest

__all__ = ["same_content"]

# Smaller files (markers, chunks of nothing) are often alike and never missed.
_SMALL = 64
_SAMPLE = 1 << 12
_BLOCK = 1 << 20


def same_content(
    root: Path, sizes: Mapping[str, int], manifest: Manifest | None = None
) -> Iterator[list[str]]:
    """Find files that are the same.

    Files of one size are compared by how they begin; those alike in it by their middle
    and end, and those alike in that by all their bytes. Chunks of an OME-Zarr are left
    out: many of one image are alike, as its background is.

    Parameters
    ----------
    root
        The dataset.
    sizes
        Bytes of each file, by path; groups come in the order of the paths.
    manifest
        Digests recorded earlier, used where size and path are the same.

    Yields
    ------
    list of str
        Two or more paths with the same content.
    """
    known = {}
    if manifest is not None:
        known = {e.path: e.sha256 for e in manifest.entries if e.path in sizes}
    compared = _Compared(root, sizes)
    for names in _of_one_size(sizes):
        if all(name in known for name in names):
            yield from _alike(names, known.__getitem__)
            continue
        for begun in _alike(names, compared.start):
            for alike in _alike(begun, compared.rest):
                yield from _alike(alike, lambda p: known.get(p) or compared.digest(p))


def _of_one_size(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Return the paths of each size that several files have, those worth comparing."""
    count = Counter(sizes.values())
    several = {size for size, files in count.items() if files > 1 and size >= _SMALL}
    names = (path for path, size in sizes.items() if size in several)
    whole = (path for path in names if ".zarr/" not in path)
    yield from _alike(whole, sizes.__getitem__)


def _alike(
    names: Iterable[str], key: Callable[[str], Hashable | None]
) -> Iterator[list[str]]:
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for name in names:
        found = key(name)
        if found is not None:
            groups[found].append(name)
    yield from (group for group in groups.values() if len(group) > 1)


class _Compared:
    """What files are compared by; ``None`` where one cannot be read."""

    def __init__(self, root: Path, sizes: Mapping[str, int]) -> None:
        self.root = os.fspath(root)
        self.sizes = sizes

    def start(self, path: str) -> int | None:
        """Return a number that tells how a file begins."""
        return self._read(path, 0)

    def rest(self, path: str) -> tuple[int | None, ...]:
        """Return numbers that tell the middle and the end of a file."""
        size = self.sizes[path]
        places = (size // 2 - _SAMPLE // 2, size - _SAMPLE)
        return tuple(self._read(path, max(0, place)) for place in places)

    def _read(self, path: str, place: int) -> int | None:
        try:
            # by a plain name and without a buffer: this is done for every image
            with open(f"{self.root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - see above
                if place:
                    file.seek(place)
                # what is alike by chance in this number is told apart by its digest
                return hash(file.read(_SAMPLE))
        except OSError:
            return None

    def digest(self, path: str) -> str | None:
        """Return the digest of a whole file."""
        digest = hashlib.sha256()
        try:
            with open(f"{self.root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - as above
                while block := file.read(_BLOCK):
                    digest.update(block)
        except OSError:
            return None
        return digest.hexdigest()
