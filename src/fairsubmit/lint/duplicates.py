"""Files with the same content, found without reading more than is needed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
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

    Files of one size are compared by a sample from their start, middle and end; those
    alike in it by all their bytes.

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
    by_size = _alike((p for p in sizes if sizes[p] >= _SMALL), lambda p: sizes[p])
    for names in by_size:
        if all(name in known for name in names):
            yield from _alike(names, known.__getitem__)
            continue
        # A zarr's chunks are told apart by their folder; reading each costs a seek
        for alike in _alike(names, lambda p: _sample(root / p, sizes[p])):
            yield from _alike(alike, lambda p: known.get(p) or _digest(root / p))


def _alike(
    names: Iterable[str], key: Callable[[str], Hashable | None]
) -> Iterator[list[str]]:
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for name in names:
        found = key(name)
        if found is not None:
            groups[found].append(name)
    yield from (group for group in groups.values() if len(group) > 1)


def _sample(path: Path, size: int) -> bytes | None:
    """Return bytes from three places; ``None`` where the file cannot be read."""
    try:
        with path.open("rb") as file:
            parts = []
            for place in (0, max(0, size // 2 - _SAMPLE // 2), max(0, size - _SAMPLE)):
                file.seek(place)
                parts.append(file.read(_SAMPLE))
    except OSError:
        return None
    return hashlib.blake2b(b"".join(parts), digest_size=16).digest()


def _digest(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()
