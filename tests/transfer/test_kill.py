"""A run that is killed at any moment goes on where it stopped, byte for byte."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time

import pytest

from fairsubmit.manifest import WORK_FOLDER
from fairsubmit.transfer import Journal

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="no process can be killed like that here"
)

MIB = 1 << 20
KILLS = 20

# Sends the files named on its command line into a folder, slowly enough to be killed
# on the way, and says where each file goes on.
SCRIPT = """
import json, os, sys, time
from pathlib import Path
from fairsubmit.bundle import Item
from fairsubmit.manifest import Manifest
from fairsubmit.transfer import Action, Journal, Plan, Silent, Step, transfer
from fairsubmit.transports.folder import FolderTransport

dataset, store, state = map(Path, sys.argv[1:4])

class Slow:
    def __init__(self, body):
        self.body = body
    def __len__(self):
        return len(self.body)
    def read(self, size=-1, /):
        time.sleep(0.001)
        return self.body.read(min(size, 1 << 17) if size > 0 else size)

class SlowFolder(FolderTransport):
    def write(self, handle, chunk, body):
        super().write(handle, chunk, Slow(body))

class Tell(Silent):
    def begin(self, path, size, already):
        os.write(1, json.dumps([path, already]).encode() + b"\\n")

manifest = Manifest.read(state / "manifest.jsonl")
items = [Item(entry, dataset / entry.path) for entry in manifest.entries]
with Journal.open(state / "journal.jsonl") as journal:
    left = [item for item in items if not journal.sent.get(item.entry.path)]
    plan = Plan(tuple(Step(item, Action.SEND, "") for item in left))
    transfer(
        plan, SlowFolder(store, chunk_size=8 << 20), journal=journal, progress=Tell()
    )
"""


def start(*folders):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *map(str, folders)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def arrived(store) -> int:
    """Bytes in the store, finished or not."""
    total = 0
    for path in store.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # renamed meanwhile
            continue
    return total


def kill_at(process, store, target: int) -> bool:
    """Kill a run once so many bytes arrived; say whether it was still running."""
    while arrived(store) < target:
        if process.poll() is not None:
            return False
        time.sleep(0.002)
    process.kill()
    return bool(process.wait() == -signal.SIGKILL)


@pytest.mark.slow
def test_twenty_kills_leave_the_same_bytes(tmp_path, source):
    from fairsubmit.manifest import Manifest

    chance = random.Random(11)
    sizes = {"large.tif": 64 * MIB, "twin-1.tif": 3 * MIB, "twin-2.tif": 3 * MIB}
    start_alike = chance.randbytes(64 << 10)
    items = [
        source.item(path, start_alike + chance.randbytes(size - len(start_alike)))
        for path, size in sizes.items()
    ]
    state, store = tmp_path / "state", tmp_path / "store"
    state.mkdir()
    store.mkdir()
    Manifest(tuple(item.entry for item in items)).write(state / "manifest.jsonl")
    total = sum(sizes.values())
    kills = 0
    held: dict[str, int] = {}
    for number in range(KILLS + 10):
        process = start(source.root, store, state)
        target = int(total * (number + chance.random()) / KILLS)
        if kills < KILLS and kill_at(process, store, target):
            kills += 1
            output = process.communicate()[0]
        else:
            output, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
            break
        for line in output.splitlines():
            path, already = json.loads(line)
            # What had arrived when the run before was killed is not sent again.
            assert already >= held.get(path, 0), path
        parts = store / WORK_FOLDER / "partial"
        held = {
            path.relative_to(parts).as_posix().removesuffix(".part"): (
                path.stat().st_size
            )
            for path in parts.rglob("*.part")
        }
    assert kills >= KILLS // 2
    for item in items:
        assert (store / item.entry.path).read_bytes() == item.local.read_bytes()
    with Journal.open(state / "journal.jsonl") as journal:
        assert dict(journal.sent) == {i.entry.path: i.entry.sha256 for i in items}
        assert not journal.handles


def test_one_kill_at_a_random_place(tmp_path, source):
    from fairsubmit.manifest import Manifest

    chance = random.Random()
    item = source.item("a.tif", chance.randbytes(8 * MIB))
    state, store = tmp_path / "state", tmp_path / "store"
    state.mkdir()
    store.mkdir()
    Manifest((item.entry,)).write(state / "manifest.jsonl")
    process = start(source.root, store, state)
    assert kill_at(process, store, chance.randrange(1, 7 * MIB))
    process.communicate()
    before = arrived(store)
    process = start(source.root, store, state)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert json.loads(output) == ["a.tif", before]
    assert (store / "a.tif").read_bytes() == item.local.read_bytes()
