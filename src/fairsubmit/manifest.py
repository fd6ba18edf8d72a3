"""The manifest: every file with its size and digests, each read once.

`walk` lists, `hash_files` reads, `Manifest` is the value that is written to disk
(``manifest.jsonl``: a header line, then one entry a line) and read back.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from fairsubmit.errors import FileChangedError, ManifestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future

__all__ = [
    "WORK_FOLDER",
    "Entry",
    "FileStat",
    "Manifest",
    "check_unchanged",
    "hash_file",
    "hash_files",
    "stat_file",
    "walk",
]

# What fairsubmit itself writes beside the data; never part of a dataset.
WORK_FOLDER = ".fairsubmit"
BLOCK = 1 << 20
# Below this a second thread costs more than it saves (measured on 2 cores).
PARALLEL_FROM = 4 << 20


class FileStat(NamedTuple):
    """What the file system says about a file.

    Attributes
    ----------
    path
        POSIX path relative to the dataset.
    size
        Bytes; -1 for a link that leads nowhere.
    mtime_ns
        Time of the last change, nanoseconds since 1970.
    inode
        File number; 0 where the file system has none.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A file with its digests.

    Attributes
    ----------
    path
        POSIX path relative to the dataset.
    size
        Bytes.
    mtime_ns, inode
        As `FileStat`, when the file was read.
    md5, sha256
        Lower-case hexadecimal digests of the whole content.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    md5: str
    sha256: str

    @property
    def stat(self) -> FileStat:
        """The file's state when it was read."""
        return FileStat(self.path, self.size, self.mtime_ns, self.inode)

    def to_json(self) -> dict[str, Any]:
        """Return the entry as a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True)
class Manifest:
    """All entries, sorted by path."""

    entries: tuple[Entry, ...]

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def size(self) -> int:
        """Sum of all sizes in bytes."""
        return sum(entry.size for entry in self.entries)

    def write(self, path: Path) -> None:
        """Write as JSON lines, atomically."""
        partial = path.with_name(path.name + ".part")
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            header = {"fairsubmit_manifest": 1, "files": len(self), "bytes": self.size}
            file.write(json.dumps(header) + "\n")
            for entry in self.entries:
                line = json.dumps(entry.to_json(), ensure_ascii=False)
                file.write(line + "\n")
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote.

        Raises
        ------
        ManifestError
            If `path` is not a manifest.
        """
        try:
            with path.open(encoding="utf-8") as file:
                header = json.loads(file.readline())
                if header.get("fairsubmit_manifest") != 1:
                    message = f"{path} is not a fairsubmit manifest"
                    raise ManifestError(message)
                return cls(tuple(Entry(**json.loads(line)) for line in file))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            message = f"{path} is not a fairsubmit manifest: {error}"
            raise ManifestError(message) from error


def walk(root: Path) -> Iterator[FileStat]:
    """List all files below a folder, sorted by path within each folder.

    Links to files are followed, links to folders too unless they lead back to a
    folder above; `WORK_FOLDER` is left out.

    Parameters
    ----------
    root
        The dataset.

    Raises
    ------
    ManifestError
        If a folder cannot be listed.
    """
    yield from _walk(root, "", frozenset())


def _walk(folder: Path, prefix: str, above: frozenset[tuple[int, int]]) -> Iterator:
    try:
        own = folder.stat()
        with os.scandir(folder) as listing:
            found = sorted(listing, key=lambda item: item.name)
    except OSError as error:
        message = f"{folder} cannot be listed: {error.strerror or error}"
        raise ManifestError(message) from error
    key = (own.st_dev, own.st_ino)
    if key in above and own.st_ino:
        return
    for item in found:
        path = prefix + item.name
        if _is_folder(item):
            if item.name != WORK_FOLDER:
                yield from _walk(Path(item.path), path + "/", above | {key})
        else:
            yield _stat_item(item, path)


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:
        return False


def _stat_item(item: os.DirEntry[str], path: str) -> FileStat:
    try:
        return _file_stat(path, item.stat())
    except OSError:
        return FileStat(path, -1, 0, 0)


def _file_stat(path: str, found: os.stat_result) -> FileStat:
    return FileStat(path, found.st_size, found.st_mtime_ns, found.st_ino)


def stat_file(root: Path, path: str) -> FileStat:
    """Ask the file system about one file.

    Raises
    ------
    ManifestError
        If there is no such regular file.
    """
    try:
        found = (root / path).stat()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise ManifestError(message) from error
    if not stat.S_ISREG(found.st_mode):
        message = f"{path} is not a regular file"
        raise ManifestError(message)
    return _file_stat(path, found)


def check_unchanged(root: Path, entry: Entry) -> None:
    """Compare a file's size, time and number with the manifest.

    Raises
    ------
    FileChangedError
        If any of them differs, or the file is gone.
    """
    try:
        now = stat_file(root, entry.path)
    except ManifestError as error:
        raise FileChangedError(
            entry.path, f"{entry.size:,} bytes", str(error)
        ) from None
    if now.size != entry.size:
        raise FileChangedError(
            entry.path, f"{entry.size:,} bytes", f"{now.size:,} bytes"
        )
    if now.mtime_ns != entry.mtime_ns or now.inode != entry.inode:
        raise FileChangedError(
            entry.path, "one modification time", "a later one (same size)"
        )


def hash_file(root: Path, path: str, *, advance: Callable[[int], object]) -> Entry:
    """Read a file once and return its entry.

    Parameters
    ----------
    root
        The dataset.
    path
        POSIX path relative to `root`.
    advance
        Called with the number of bytes of each block read.

    Raises
    ------
    ManifestError
        If the file cannot be read.
    FileChangedError
        If it changes while it is read.
    """
    before = stat_file(root, path)
    try:
        with (root / path).open("rb", buffering=0) as file:
            md5, sha256, count = _digests(file, before.size, advance)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise ManifestError(message) from error
    entry = Entry(path, count, before.mtime_ns, before.inode, md5, sha256)
    if count != before.size:
        raise FileChangedError(path, f"{before.size:,} bytes", f"{count:,} bytes")
    check_unchanged(root, entry)
    return entry


def _digests(
    file: Any,  # noqa: ANN401 - a raw file
    size: int,
    advance: Callable[[int], object],
) -> tuple[str, str, int]:
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    if size < PARALLEL_FROM:
        count = 0
        while block := file.read(BLOCK):
            md5.update(block)
            sha256.update(block)
            count += len(block)
            advance(len(block))
        return md5.hexdigest(), sha256.hexdigest(), count
    # hashlib releases the GIL: one digest in a second thread halves the time. Two
    # buffers in turn, so that one is read and hashed while the other is finished.
    buffers = (bytearray(BLOCK), bytearray(BLOCK))
    pending: list[Future[None] | None] = [None, None]
    count = turn = 0
    with ThreadPoolExecutor(1) as other:
        while True:
            waiting = pending[turn]
            if waiting is not None:
                waiting.result()
            filled = file.readinto(buffers[turn])
            if not filled:
                break
            block = memoryview(buffers[turn])[:filled]
            pending[turn] = other.submit(md5.update, block)
            sha256.update(block)
            count += filled
            advance(filled)
            turn ^= 1
    return md5.hexdigest(), sha256.hexdigest(), count


def hash_files(
    root: Path,
    files: Iterable[FileStat],
    *,
    known: Mapping[str, Entry] | None = None,
    advance: Callable[[int], object] = lambda _: None,
) -> Iterator[Entry]:
    """Hash files, each read once, in the order given.

    Parameters
    ----------
    root
        The dataset.
    files
        What to hash.
    known
        Entries of an earlier run; used where size, time and file number are still
        the same.
    advance
        Called with bytes hashed or known; from several threads.

    Raises
    ------
    ManifestError
        If a file cannot be read.
    FileChangedError
        If a file changes while it is read.
    """
    known = known or {}
    workers = max(1, (os.cpu_count() or 2) // 2)
    waiting: deque[Future[Entry]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for file in files:
            entry = known.get(file.path)
            if entry is not None and entry.stat == file:
                advance(file.size)
                yield from _finished(waiting, 0)
                yield entry
            elif file.size < PARALLEL_FROM:
                yield from _finished(waiting, 0)
                yield hash_file(root, file.path, advance=advance)
            else:
                waiting.append(pool.submit(hash_file, root, file.path, advance=advance))
                yield from _finished(waiting, 2 * workers)
        yield from _finished(waiting, 0)


def _finished(waiting: deque[Future[Entry]], leave: int) -> Iterator[Entry]:
    while len(waiting) > leave:
        yield waiting.popleft().result()
