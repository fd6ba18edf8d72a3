"""Read files once, for their digests, and see whether they changed since."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from io import FileIO
from typing import TYPE_CHECKING

from fairsubmit.errors import FileChangedError, ManifestError
from fairsubmit.manifest.value import Entry, FileStat
from fairsubmit.manifest.walking import file_stat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["check_unchanged", "hash_file", "hash_files", "stat_file"]

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_HINT = "make the file readable or leave it out, then run the same command again"
BLOCK = 1 << 20
# Below this a second thread costs more than it saves (measured on 2 cores).
PARALLEL_FROM = 4 << 20
# Large files at a time. Each takes two threads and two blocks; more would only make
# a disk jump about.
LARGE_AT_A_TIME = 4
# Small files at a time where the storage answers slowly (NFS, SMB, a sleeping disk).
SMALL_AT_A_TIME = 8


def stat_file(root: Path, path: str) -> FileStat:
    """Ask the file system about one file.

    Raises
    ------
    ManifestError
        If there is no such regular file.
    """
    try:
        found = (root / path).stat()
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {_words(error)}"
        raise ManifestError(message, hint=_HINT) from error
    if not stat.S_ISREG(found.st_mode):
        message = f"{path} is not a regular file"
        raise ManifestError(message)
    return file_stat(path, found)


def _words(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)


def check_unchanged(root: Path, entry: Entry) -> None:
    """Compare a file with what the manifest says; it is read only in doubt.

    Raises
    ------
    FileChangedError
        If its size or time differs, or the file is gone.
    """
    recorded = f"{entry.size:,} bytes"
    try:
        now = stat_file(root, entry.path)
    except ManifestError as error:
        raise FileChangedError(entry.path, recorded, str(error)) from None
    if now.size != entry.size:
        raise FileChangedError(entry.path, recorded, f"{now.size:,} bytes")
    if now.mtime_ns != entry.mtime_ns:
        raise FileChangedError(
            entry.path, "one modification time", "a later one (same size)"
        )
    # Another number alone proves nothing: some network file systems give out new ones.
    if not now.same(entry.stat) and _differs(root, entry):
        raise FileChangedError(entry.path, "one content", "another (same size)")


def _differs(root: Path, entry: Entry) -> bool:
    again = hash_file(root, entry.path, advance=lambda _: None)
    return again.sha256 != entry.sha256


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
    # A pipe would be waited for when it is opened.
    stat_file(root, path)
    return _hash_regular(root, path, advance)


def _hash_regular(root: Path, path: str, advance: Callable[[int], object]) -> Entry:
    try:
        # Not `root / path`: with small files, joining takes as long as opening.
        file = os.open(f"{root}/{path}", _READ)
        try:
            before = os.fstat(file)
            if before.st_size < PARALLEL_FROM:
                md5, sha256, count = _digests(file, before.st_size, advance)
            else:
                md5, sha256, count = _parallel_digests(file, before.st_size, advance)
            after = os.fstat(file)
        finally:
            os.close(file)
    except OSError as error:
        message = f"{path} cannot be read: {_words(error)}"
        raise ManifestError(message, hint=_HINT) from error
    if count != before.st_size:
        recorded, found = f"{before.st_size:,} bytes", f"{count:,} bytes"
        raise FileChangedError(path, recorded, found)
    if after.st_mtime_ns != before.st_mtime_ns:
        raise FileChangedError(path, "one modification time", "a later one")
    return Entry(path, count, before.st_mtime_ns, before.st_ino, md5, sha256)


def _digests(
    file: int, size: int, advance: Callable[[int], object]
) -> tuple[str, str, int]:
    # One byte more than there is: a short answer is the end, without a second read.
    block = os.read(file, min(BLOCK, size + 1))
    md5, sha256 = hashlib.md5(block, usedforsecurity=False), hashlib.sha256(block)
    count = len(block)
    advance(count)
    while block and count < size:
        block = os.read(file, min(BLOCK, size - count + 1))
        md5.update(block)
        sha256.update(block)
        count += len(block)
        advance(len(block))
    return md5.hexdigest(), sha256.hexdigest(), count


def _parallel_digests(
    file: int, size: int, advance: Callable[[int], object]
) -> tuple[str, str, int]:
    """Hash with a second thread: hashlib lets go of the GIL.

    Two buffers in turn, so that one is read and hashed while the other is finished.
    """
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    buffers = (bytearray(BLOCK), bytearray(BLOCK))
    pending: list[Future[None] | None] = [None, None]
    count = turn = 0
    with FileIO(file, closefd=False) as raw, ThreadPoolExecutor(1) as other:
        while count <= size:
            waiting = pending[turn]
            if waiting is not None:
                waiting.result()
            filled = raw.readinto(buffers[turn])
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
    work = _Work(root, advance)
    try:
        for file in files:
            entry = known.get(file.path)
            if entry is not None and entry.stat.same(file):
                advance(file.size)
            elif file.size >= PARALLEL_FROM or work.slow:
                work.begin(file)
                yield from work.finished(2 * SMALL_AT_A_TIME)
                continue
            else:
                entry = work.hash_now(file)
            if work.waiting:
                yield from work.finished(0)
            yield entry
        yield from work.finished(0)
    finally:
        work.stop()


class _StoppedError(Exception):
    """The caller no longer wants the digests."""


class _Work:
    """Files that are being hashed, large ones beside each other."""

    def __init__(self, root: Path, advance: Callable[[int], object]) -> None:
        self._root = root
        self._advance = advance
        self._stopped = threading.Event()
        workers = max(1, min(LARGE_AT_A_TIME, (os.cpu_count() or 2) // 2))
        self._large = ThreadPoolExecutor(workers)
        self._small = ThreadPoolExecutor(SMALL_AT_A_TIME)
        self._pace = Pace()
        self.waiting: deque[Future[Entry]] = deque()
        self.slow = False

    def hash_now(self, file: FileStat) -> Entry:
        """Hash a file in this thread."""
        if not self._pace.measuring:
            return _hash_listed(self._root, file, self._advance)
        with self._pace:
            entry = _hash_listed(self._root, file, self._advance)
        self.slow = self._pace.slow
        return entry

    def begin(self, file: FileStat) -> None:
        """Hash a file in another thread."""
        pool = self._large if file.size >= PARALLEL_FROM else self._small
        self.waiting.append(pool.submit(_hash_listed, self._root, file, self._count))

    def _count(self, size: int) -> None:
        if self._stopped.is_set():
            raise _StoppedError
        self._advance(size)

    def finished(self, leave: int) -> Iterator[Entry]:
        """Yield entries in order until only `leave` files are being hashed."""
        while len(self.waiting) > leave:
            future = self.waiting.popleft()
            # Windows hears Ctrl-C only between waits.
            while not wait([future], 0.5).done:
                pass
            yield future.result()

    def stop(self) -> None:
        """End all threads within a block's time, whether they are done or not."""
        self._stopped.set()
        for pool in (self._large, self._small):
            pool.shutdown(cancel_futures=True)


def _hash_listed(root: Path, file: FileStat, advance: Callable[[int], object]) -> Entry:
    """Hash a file as `walk` listed it: what is no file was found out already."""
    if file.size < 0:
        return hash_file(root, file.path, advance=advance)
    return _hash_regular(root, file.path, advance)


class Pace:
    """Whether reading small files waits for the storage more than it computes.

    Threads help then, and hinder where files come from memory: hashing 8 KiB takes
    less than handing it to another thread. Decided once, from the first files.
    """

    FILES = 64
    # Seconds a file. A local disk answers well within this, and so does a busy
    # computer; a network or a sleeping disk does not.
    SLOW = 0.003

    def __init__(self) -> None:
        self._left = self.FILES
        self._wall = self._busy = 0.0
        self._since = (0.0, 0.0)

    @property
    def measuring(self) -> bool:
        """Whether it is too early to tell."""
        return self._left > 0

    @property
    def slow(self) -> bool:
        """Whether the first files waited for most of their time."""
        waited = self._wall - self._busy
        return not self.measuring and waited > max(
            2 * self._busy, self.FILES * self.SLOW
        )

    def __enter__(self) -> None:
        self._since = (time.perf_counter(), time.thread_time())

    def __exit__(self, *_: object) -> None:
        wall, busy = self._since
        self._wall += time.perf_counter() - wall
        self._busy += time.thread_time() - busy
        self._left -= 1
