"""Whatever breaks, in whatever order: what arrives is the source, or it is said why.

A schedule of faults is drawn at random, and one fault hits each call to the server
until the schedule is used up. A run that ends with an error is simply started again,
as a person would.
"""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from fairsubmit.bundle import Item
from fairsubmit.errors import (
    AuthenticationError,
    FairsubmitError,
    PermanentTransferError,
    TransientTransferError,
    UploadExpiredError,
)
from fairsubmit.manifest import hash_file
from fairsubmit.transfer import Action, Journal, Plan, Silent, Step, transfer
from fairsubmit.transports.memory import MemoryTransport
from fairsubmit.transports.retry import RetryPolicy

if TYPE_CHECKING:
    from fairsubmit.transports.base import Body, Chunk, Properties, Stored

TRIES = 4
POLICY = RetryPolicy(first=0, longest=0, tries=TRIES, patience=0)


class DiedError(BaseException):
    """The process ends here; nothing may be done any more."""


class BrokenBody:
    """A body whose connection breaks, or damages a byte, on the way."""

    def __init__(self, body: Body, *, cut: int | None, flip: bool) -> None:
        self._body, self._left, self._flip = body, cut, flip

    def __len__(self) -> int:
        return len(self._body)

    def read(self, size: int = -1, /) -> bytes:
        if self._left is not None:
            if self._left <= 0:
                raise TransientTransferError("the connection broke")
            size = self._left if size < 0 else min(size, self._left)
        block = self._body.read(size)
        if self._left is not None:
            self._left -= len(block)
        if self._flip and block:
            self._flip = False
            block = bytes([block[0] ^ 1]) + block[1:]
        return block


class Faulty:
    """A server in memory with a schedule of faults, one for each call."""

    def __init__(self, real: MemoryTransport, schedule: list[str]) -> None:
        self._real, self._schedule = real, list(schedule)
        self._lock = threading.Lock()
        self.calls = 0
        self.dead = False

    @property
    def properties(self) -> Properties:
        return self._real.properties

    def _fault(self) -> str:
        with self._lock:
            if self.dead:
                raise DiedError
            self.calls += 1
            fault = self._schedule.pop(0) if self._schedule else "ok"
            self.dead = fault == "die"
        if fault == "refuse":
            raise TransientTransferError("connection refused")
        if fault == "busy":
            raise TransientTransferError("too many requests", retry_after=0.001)
        if fault == "forbid":
            raise PermanentTransferError("the server does not want it")
        if fault == "log out":
            raise AuthenticationError("the token is not known any more")
        if fault == "die":
            raise DiedError
        return fault

    def _after(self, fault: str) -> None:
        if fault == "lose":
            raise TransientTransferError("the answer was lost")
        if fault == "die after":
            self.dead = True
            raise DiedError

    def create(self, path: str, size: int) -> str:
        fault = self._fault()
        handle = self._real.create(path, size)
        self._after(fault)
        return handle

    def missing(self, handle: str):
        fault = self._fault()
        if fault == "expire":
            self._real.abort(handle)
            raise UploadExpiredError("no such upload")
        found = self._real.missing(handle)
        self._after(fault)
        return found

    def write(self, handle: str, chunk: Chunk, body: Body) -> None:
        fault = self._fault()
        cut = chunk.length // 2 if fault == "cut" else None
        self._real.write(handle, chunk, BrokenBody(body, cut=cut, flip=fault == "flip"))
        self._after(fault)

    def complete(self, handle: str) -> Stored:
        fault = self._fault()
        stored = self._real.complete(handle)
        self._after(fault)
        return stored

    def abort(self, handle: str) -> None:
        self._after(self._fault())
        self._real.abort(handle)

    def close(self) -> None:
        self._real.close()


FAULTS = st.sampled_from(
    ["ok"] * 6
    + ["refuse", "busy", "lose", "cut", "flip", "expire"] * 2
    + ["forbid", "log out", "die", "die after"]
)
CONTENTS = st.lists(
    st.integers(0, 3000).map(lambda size: bytes(n * size % 251 for n in range(size))),
    min_size=1,
    max_size=6,
)


def items_in(folder: Path, contents: list[bytes]) -> list[Item]:
    found = []
    for number, content in enumerate(contents):
        path = f"{number}.tif"
        (folder / path).write_bytes(content)
        entry = hash_file(folder, path, advance=lambda count: None)
        found.append(Item(entry, folder / path))
    return found


def attempt(journal_path: Path, transport: Faulty, items: list[Item], jobs: int):
    """Run once, as the command does; return what it ended with."""
    with Journal.open(journal_path) as journal:
        sent = journal.sent
        left = [item for item in items if not sent.get(item.entry.path)]
        plan = Plan(tuple(Step(item, Action.SEND, "") for item in left))
        try:
            transfer(
                plan,
                transport,
                journal=journal,
                jobs=jobs,
                progress=Silent(),
                policy=POLICY,
            )
        except (FairsubmitError, DiedError) as error:
            return error
        return None


@settings(max_examples=120, deadline=None)
@given(
    contents=CONTENTS,
    schedule=st.lists(FAULTS, max_size=40),
    chunk_size=st.sampled_from([None, 400, 1024]),
    resumable=st.booleans(),
    concurrency=st.sampled_from([1, 1, 3]),
    jobs=st.integers(1, 3),
)
def test_any_schedule_of_faults(
    contents, schedule, chunk_size, resumable, concurrency, jobs
):
    real = MemoryTransport(
        chunk_size=chunk_size, concurrency=concurrency, resumable=resumable
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        items = items_in(folder, contents)
        source = {item.entry.path: item.local.read_bytes() for item in items}
        journal_path = folder / "state" / "journal.jsonl"
        transport = Faulty(real, schedule)
        runs = 0
        while True:
            runs += 1
            error = attempt(journal_path, transport, items, jobs)
            transport.dead = False
            with Journal.open(journal_path) as journal:
                stored = {path for path, sha in journal.sent.items() if sha}
            # What is said to be stored is stored, byte for byte.
            assert {path: real.files[path] for path in stored} == {
                path: source[path] for path in stored
            }
            if error is None:
                break
            assert isinstance(error, DiedError) or str(error)
            # Each run that ends early has used up at least one fault.
            assert runs <= len(schedule) + 1
        assert stored == set(source)
        assert real.files == source
        # No endless loop: so many calls a file without a fault, and a bounded
        # number more for each fault.
        chunks = sum(1 + len(content) // (chunk_size or 4096) for content in contents)
        smooth = 3 * len(items) + chunks
        assert transport.calls <= smooth + len(schedule) * (smooth + 4)


@settings(max_examples=40, deadline=None)
@given(
    fault=st.sampled_from(["refuse", "lose", "cut", "flip", "expire", "forbid"]),
    contents=CONTENTS,
    jobs=st.integers(1, 3),
)
def test_a_server_that_never_works_is_given_up_with_a_reason(fault, contents, jobs):
    real = MemoryTransport()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        items = items_in(folder, contents)
        transport = Faulty(real, [fault] * 10_000)
        error = attempt(folder / "journal.jsonl", transport, items, jobs)
        if any(contents) or fault != "flip":
            assert isinstance(error, FairsubmitError)
            assert str(error)
        else:  # there is no byte to damage
            assert error is None
            assert set(real.files) == {item.entry.path for item in items}
        # At most so many tries of four calls, three new starts, and twice for damage.
        assert transport.calls <= len(items) * (TRIES + 4) * 5 * 2
