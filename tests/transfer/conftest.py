"""Local files, a server in memory, and a progress that remembers."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from fairsubmit.bundle import Item
from fairsubmit.errors import TransientTransferError, UploadExpiredError
from fairsubmit.manifest import hash_file
from fairsubmit.transfer import Action, Journal, Plan, Step
from fairsubmit.transports.base import Chunk, Properties, Stored
from fairsubmit.transports.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Server:
    """Keeps uploads in memory; a test may break it at any call.

    `broken` is called with the name of the call and the path before each call and
    may raise; `cut` bytes of the next write arrive, then the connection breaks;
    `lost` makes the answer of the next call of that name not arrive.
    """

    def __init__(self) -> None:
        self.properties = Properties()
        self.partial: dict[str, bytearray] = {}
        self.sizes: dict[str, int] = {}
        self.files: dict[str, bytes] = {}
        self.chunk_size: int | None = None
        self.broken: Callable[[str, str], object] = lambda call, path: None
        self.cut: list[int] = []
        self.lost: list[str] = []
        self.reported: Callable[[str, bytes], Stored] = lambda path, found: Stored(
            len(found), {"sha256": hashlib.sha256(found).hexdigest()}
        )
        self.calls: Counter[str] = Counter()
        self.received = 0
        self.offsets: list[tuple[str, int]] = []
        self.aborted: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self._made = 0
        self._lock = threading.Lock()

    def _called(self, call: str, handle: str) -> str:
        path = handle.partition("#")[2] or handle
        with self._lock:
            self.calls[call] += 1
        self.broken(call, path)
        return path

    def _answer(self, call: str) -> None:
        if call in self.lost:
            self.lost.remove(call)
            message = f"the answer to {call} was lost"
            raise TransientTransferError(message)

    def create(self, path: str, size: int) -> str:
        self._called("create", path)
        with self._lock:
            self._made += 1
            handle = f"{self._made}#{path}"
            self.partial[handle] = bytearray()
            self.sizes[handle] = size
        self.files.pop(path, None)
        self._answer("create")
        return handle

    def missing(self, handle: str) -> list[Chunk]:
        path = self._called("missing", handle)
        self._answer("missing")
        if handle not in self.partial:
            if path in self.files:
                return []
            message = f"no upload {handle}"
            raise UploadExpiredError(message)
        start, size = len(self.partial[handle]), self.sizes[handle]
        step = self.chunk_size or max(1, size - start)
        return [
            Chunk(offset, min(step, size - offset), offset // step)
            for offset in range(start, size, step)
        ]

    def write(self, handle: str, chunk: Chunk, body) -> None:
        path = self._called("write", handle)
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.offsets.append((path, chunk.offset))
            left = self.cut.pop(0) if self.cut else None
        try:
            target = self.partial[handle]
            assert len(target) == chunk.offset
            while block := body.read(1 << 16):
                self.received += len(block)
                target += block if left is None else block[: max(0, left)]
                if left is not None:
                    left -= len(block)
                    if left <= 0:
                        raise TransientTransferError("the connection broke")
        finally:
            with self._lock:
                self.at_once -= 1
        self._answer("write")

    def complete(self, handle: str) -> Stored:
        path = self._called("complete", handle)
        if handle in self.partial:
            self.files[path] = bytes(self.partial.pop(handle))
        self._answer("complete")
        return self.reported(path, self.files[path])

    def abort(self, handle: str) -> None:
        path = self._called("abort", handle)
        self.aborted.append(path)
        self.partial.pop(handle, None)
        self.files.pop(path, None)

    def close(self) -> None:
        self._called("close", "")


class Witness:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.started: tuple[int, int, int] | None = None
        self.shown: dict[str, int] = {}
        self.ended: list[str] = []
        self.said: list[str] = []
        self._lock = threading.Lock()

    def start(self, files: int, size: int, *, skipped: int = 0) -> None:
        self.started = (files, size, skipped)
        self.shown.clear()

    def begin(self, path: str, size: int, already: int) -> None:
        assert path not in self.shown
        self.shown[path] = already

    def advance(self, path: str, count: int) -> None:
        with self._lock:
            self.shown[path] += count

    def end(self, path: str) -> None:
        self.ended.append(path)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)


class Source:
    """A folder of local files and their manifest entries."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def item(self, path: str, content: bytes) -> Item:
        local = self.root / path
        local.parent.mkdir(parents=True, exist_ok=True)
        local.write_bytes(content)
        return self.known(path)

    def known(self, path: str) -> Item:
        entry = hash_file(self.root, path, advance=lambda count: None)
        return Item(entry, self.root / path)

    def items(self, files: dict[str, bytes]) -> list[Item]:
        return [self.item(path, content) for path, content in files.items()]


def make_send_plan(items) -> Plan:
    return Plan(tuple(Step(item, Action.SEND, "new") for item in items))


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def source(tmp_path: Path) -> Source:
    folder = tmp_path / "dataset"
    folder.mkdir()
    return Source(folder)


@pytest.fixture
def send_plan() -> Callable[..., Plan]:
    return make_send_plan


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "state" / "journal.jsonl") as journal:
        yield journal


@pytest.fixture
def quick() -> RetryPolicy:
    """As patient as the real one in tries, but not in seconds."""
    return RetryPolicy(first=0.001, longest=0.002, tries=5, patience=0.0)
