"""The engine against a server that does as it should, and one that does not."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
import tracemalloc

import pytest

from fairsubmit.errors import (
    AuthenticationError,
    ChecksumMismatchError,
    FileChangedError,
    PermanentTransferError,
    QuotaExceededError,
    StateError,
    TransferStoppedError,
    TransientTransferError,
    UploadExpiredError,
)
from fairsubmit.transfer import Action, Journal, Plan, Silent, Step, transfer
from fairsubmit.transfer import journal as journal_module
from fairsubmit.transports.base import Chunk, Properties, Stored
from fairsubmit.transports.retry import RetryPolicy

KIB = 1 << 10
MIB = 1 << 20
CHANCE = random.Random(5)
BIG = CHANCE.randbytes(3 * MIB)
FILES = {
    "raw/a.tif": BIG,
    "raw/b.tif": CHANCE.randbytes(70 * KIB),
    "c.tif": b"c",
    "empty.txt": b"",
}


@pytest.fixture
def send(server, journal, witness, send_plan, quick):
    """Send items with what the test was given."""

    def call(items, **changed):
        settings = {"journal": journal, "progress": witness, "policy": quick}
        return transfer(send_plan(items), server, **settings | changed)

    return call


def contents(items):
    return {item.entry.path: item.local.read_bytes() for item in items}


def hashes(items):
    return {item.entry.path: item.entry.sha256 for item in items}


def test_all_files_arrive(send, source, server, journal, witness):
    items = source.items(FILES)
    result = send(items)
    size = sum(map(len, FILES.values()))
    assert server.files == FILES
    assert dict(journal.sent) == hashes(items)
    assert not journal.handles
    assert journal.digests("c.tif") == {"sha256": items[2].entry.sha256}
    assert (result.files, result.bytes_sent, result.bytes_again) == (4, size, 0)
    assert result.stored["raw/a.tif"].size == 3 * MIB
    assert set(result.stored) == set(FILES)
    assert json.loads(json.dumps(result.to_json()))["files"] == 4
    assert witness.started == (4, size, 0)
    assert witness.shown == {path: len(content) for path, content in FILES.items()}
    assert sorted(witness.ended) == sorted(FILES)
    assert witness.said == []
    assert server.calls["create"] == server.calls["complete"] == 4
    assert server.calls["abort"] == server.calls["close"] == 0


def test_what_the_plan_skips_is_not_touched(server, journal, witness, source):
    items = source.items(FILES)
    steps = [Step(items[0], Action.SKIP, "there")]
    steps += [Step(item, Action.SEND, "new") for item in items[1:]]
    result = transfer(Plan(tuple(steps)), server, journal=journal, progress=witness)
    assert set(server.files) == {"raw/b.tif", "c.tif", "empty.txt"}
    assert (result.files, result.skipped) == (3, 1)
    assert witness.started == (3, 70 * KIB + 1, 1)


def test_an_empty_plan_is_done(send, server):
    assert send([]).files == 0
    assert not server.calls


def test_the_handle_is_on_disk_before_the_first_byte(send, source, server, journal):
    on_disk = {}

    def look(call, path):
        if call == "write":
            on_disk[path] = f'"path":"{path}"' in journal.path.read_text()

    server.broken = look
    send(source.items(FILES))
    assert on_disk == dict.fromkeys(["raw/a.tif", "raw/b.tif", "c.tif"], True)


def test_many_small_files_share_the_wait_for_the_disk(
    send, source, server, monkeypatch
):
    durable = {"upto": 0}
    waits = []

    def sync(descriptor: int) -> None:
        waits.append(1)
        durable["upto"] = os.fstat(descriptor).st_size

    monkeypatch.setattr(journal_module, "_sync_file", sync)
    journal_size = {}
    made = server.create

    def create(path, size):
        handle = made(path, size)
        journal_size[path] = durable["upto"]
        return handle

    def written(call, path):
        if call == "write":  # the disk has taken a record since the handle was made
            assert durable["upto"] > journal_size[path]

    server.create, server.broken = create, written
    items = source.items({f"{number:04}.tif": b"x" * 10 for number in range(600)})
    assert send(items).files == 600
    assert len(waits) < 150


# Going on


def begun(journal, server, item, have: int, sha: str | None = None) -> str:
    """An earlier run sent `have` bytes of a file and was killed."""
    entry = item.entry
    handle = server.create(entry.path, entry.size)
    server.partial[handle] += item.local.read_bytes()[:have]
    record = {"handle": handle, "sha256": sha or entry.sha256, "size": entry.size}
    journal.append("upload", durable=True, path=entry.path, **record)
    server.calls.clear()
    return str(handle)


@pytest.mark.parametrize("have", [0, 1, MIB, 3 * MIB - 1])
def test_a_killed_upload_goes_on_where_the_server_is(
    send, source, server, journal, witness, have
):
    item = source.item("a.tif", BIG)
    begun(journal, server, item, have)
    result = send([item])
    assert server.files == {"a.tif": BIG}
    assert server.calls["create"] == 0
    assert result.bytes_sent == server.received == 3 * MIB - have
    assert server.offsets == [("a.tif", have)]
    assert witness.shown == {"a.tif": 3 * MIB}


def test_what_is_complete_on_the_server_is_not_sent_again(
    send, source, server, journal
):
    item = source.item("a.tif", BIG)
    begun(journal, server, item, len(BIG))
    result = send([item])
    assert server.files == {"a.tif": BIG}
    assert result.bytes_sent == 0
    assert server.calls == {"missing": 1, "complete": 1}
    assert journal.sent["a.tif"] == item.entry.sha256


def test_a_finished_upload_whose_answer_was_lost(send, source, server, journal):
    item = source.item("a.tif", BIG)
    handle = begun(journal, server, item, len(BIG))
    server.complete(handle)
    assert send([item]).bytes_sent == 0
    assert journal.sent["a.tif"] == item.entry.sha256


def test_an_upload_of_other_content_is_not_gone_on_with(send, source, server, journal):
    """The same name and size, and the same first 64 KiB, but another file."""
    start = CHANCE.randbytes(64 * KIB)
    old = source.item("a.tif", start + b"old" * 1000)
    begun(journal, server, old, 65 * KIB)
    server.reported = lambda path, found: Stored(len(found))
    new = source.item("a.tif", start + b"new" * 1000)
    send([new])
    assert server.files == {"a.tif": start + b"new" * 1000}
    assert server.aborted == ["a.tif"]


def test_files_that_begin_alike_are_kept_apart(send, source, server, journal, quick):
    start = CHANCE.randbytes(64 * KIB)
    files = {f"{n}.tif": start + bytes([n]) * MIB for n in range(4)}
    items = source.items(files)
    for item in items:
        begun(journal, server, item, 100 * KIB)
    send(items)
    assert server.files == files


def test_an_upload_that_expires_on_the_way_is_said_to_begin_anew(
    send, source, server, witness
):
    item = source.item("a.tif", BIG)
    expire = ["complete"]

    def once(call, path):
        if call in expire:
            expire.clear()
            server.partial.clear()
            raise UploadExpiredError("the upload is gone")

    server.broken = once
    result = send([item])
    assert server.files == {"a.tif": BIG}
    assert result.bytes_again == len(BIG)
    assert witness.said[0].startswith("a.tif: the upload is gone; sending it anew")


def test_an_upload_that_expired_begins_anew(send, source, server, journal):
    item = source.item("a.tif", BIG)
    handle = begun(journal, server, item, MIB)
    del server.partial[handle]
    send([item])
    assert server.files == {"a.tif": BIG}
    assert server.calls["create"] == 1


def test_a_handle_that_the_server_refuses_is_replaced(send, source, server, journal):
    """Begun by another protocol, or another account."""
    item = source.item("a.tif", BIG)
    first = begun(journal, server, item, MIB)
    real = server.missing

    def missing(handle):
        if handle == first:
            raise PermanentTransferError("what is that?")
        return real(handle)

    server.missing = missing
    send([item])
    assert server.files == {"a.tif": BIG}
    assert journal.handles == {}


def test_a_server_without_a_list_of_chunks(send, source, server, journal, quick):
    """What the journal says was written is not sent again; the rest is."""
    item = source.item("a.tif", BIG)
    server.properties = Properties(chunk_size=MIB, concurrency=2, keeps_account=False)
    parts: dict[int, bytes] = {}
    chunks = [Chunk(offset, MIB, offset // MIB) for offset in range(0, 3 * MIB, MIB)]
    refuse = [True]

    def write(handle, chunk, body):
        if chunk.number == 2 and refuse[0]:
            raise TransientTransferError("busy")
        parts[chunk.number] = b"".join(iter(lambda: body.read(MIB), b""))
        server.received += len(parts[chunk.number])

    server.missing = lambda handle: chunks
    server.write = write
    server.complete = lambda handle: Stored(sum(map(len, parts.values())))
    with pytest.raises(TransientTransferError):
        send([item])
    assert journal.chunks("a.tif") == {(0, MIB), (MIB, MIB)}
    journal.close()
    refuse[0] = False
    with Journal.open(journal.path) as again:
        result = send([item], journal=again, progress=Silent())
    assert b"".join(parts[n] for n in range(3)) == BIG
    assert result.bytes_sent == MIB
    assert server.received == 3 * MIB


# Breaks


def test_a_broken_connection_goes_on_at_the_servers_byte(
    send, source, server, witness, journal
):
    item = source.item("a.tif", BIG)
    server.cut = [MIB + 7, 12345]
    result = send([item])
    assert server.files == {"a.tif": BIG}
    assert server.offsets == [("a.tif", n) for n in (0, MIB + 7, MIB + 7 + 12345)]
    assert server.calls["create"] == 1
    assert len(witness.said) == 2
    assert witness.said[0].startswith("a.tif: the connection broke; going on at 3")
    assert witness.said[0].endswith((" % now", " s"))
    assert result.bytes_sent == len(BIG) + result.bytes_again == server.received
    assert witness.shown == {"a.tif": len(BIG)}


@pytest.mark.parametrize("call", ["create", "missing", "write", "complete"])
def test_a_lost_answer(send, source, server, call):
    server.lost = [call]
    items = source.items(FILES)
    result = send(items, jobs=1)
    assert server.files == FILES
    assert result.bytes_again == 0
    assert server.received == sum(map(len, FILES.values()))


def test_a_long_bad_line_that_moves_is_not_given_up(send, source, server):
    item = source.item("a.tif", BIG)
    server.cut = [1000] * 100  # far more breaks than tries
    send([item])
    assert server.files == {"a.tif": BIG}


def test_a_server_that_is_gone_ends_it(send, source, server, journal):
    def gone(call, path):
        if call == "write":
            raise TransientTransferError("connection refused")

    server.broken = gone
    items = source.items(FILES)
    with pytest.raises(TransientTransferError, match="gave up after 5 tries") as caught:
        send(items)
    assert caught.value.exit_code == 5
    assert server.calls["write"] <= 5 * 4
    assert set(journal.handles) >= {"raw/a.tif"}
    server.broken = lambda call, path: None
    send(items)
    assert server.files == FILES


def test_a_server_that_stores_nothing_ends_it(send, source, server):
    """Each write is said to have worked, and nothing is there."""
    item = source.item("a.tif", b"x" * 1000)
    server.write = lambda handle, chunk, body: body.read(1000)
    with pytest.raises(ChecksumMismatchError, match=r"0 bytes of a\.tif"):
        send([item])
    assert server.calls["create"] == 2


def test_one_file_that_the_server_stumbles_over_does_not_stop_the_others(
    send, source, server, journal
):
    def stumble(call, path):
        if call == "complete" and path == "c.tif":
            raise TransientTransferError("internal error")
        if call == "write" and path != "c.tif":
            time.sleep(0.02)

    server.broken = stumble
    others = {f"{n}.tif": b"x" * MIB for n in range(60)}
    files = {"c.tif": b"x" * (2 * MIB)} | others
    policy = RetryPolicy(first=0.02, longest=0.02, tries=3, patience=0.3)
    with pytest.raises(TransientTransferError, match=r"^c\.tif: gave up after"):
        send(source.items(files), jobs=2, policy=policy)
    assert {path for path, sha in journal.sent.items() if sha} == set(others)
    assert "c.tif" in journal.handles


def test_the_time_the_server_asks_for_is_waited_by_all(send, source, server):
    asked: list[float] = []
    calls: list[float] = []

    def busy(call, path):
        if asked and call == "create":
            calls.append(time.monotonic() - asked[0])
        if call == "write" and not asked:
            asked.append(time.monotonic())
            raise TransientTransferError("too many requests", retry_after=0.3)

    server.broken = busy
    items = source.items({f"{n}.tif": b"x" * (2 * MIB) for n in range(6)})
    send(items, jobs=2)
    assert len(server.files) == 6
    # One lane may have been past the question when the answer came.
    assert sum(elapsed < 0.29 for elapsed in calls) <= 1


def test_an_upload_that_always_expires_ends(send, source, server):
    def expire(call, path):
        if call == "complete":
            raise UploadExpiredError("no such upload")

    server.broken = expire
    with pytest.raises(PermanentTransferError, match="sending the file anew 3 times"):
        send([source.item("a.tif", b"12345")])
    assert server.calls["create"] == 4


# What the server says it stored


def damaged(server, times: int):
    """Flip a bit of the next uploads of `a.tif` on the line."""
    real = server.complete
    left = [times]

    def complete(handle):
        if left[0] and handle.endswith("a.tif"):
            left[0] -= 1
            server.partial[handle][0] ^= 1
        return real(handle)

    server.complete = complete


def test_damage_on_the_way_is_mended_once(send, source, server, witness, journal):
    damaged(server, 1)
    item = source.item("a.tif", BIG)
    result = send([item])
    assert server.files == {"a.tif": BIG}
    assert server.aborted == ["a.tif"]
    assert result.bytes_again == len(BIG)
    assert len(witness.said) == 1
    assert "sending it once more" in witness.said[0]
    assert journal.sent["a.tif"] == item.entry.sha256


def test_damage_that_stays_is_final(send, source, server, journal):
    damaged(server, 9)
    items = source.items({"a.tif": BIG, "b.tif": b"b"})
    real = server.reported
    server.reported = lambda path, found: (
        Stored(1) if path == "b.tif" else real(path, found)
    )
    with pytest.raises(ChecksumMismatchError, match=r"stored a\.tif with sha256"):
        send(items)
    assert journal.sent["a.tif"] == ""
    assert "a.tif" not in journal.handles
    assert journal.sent["b.tif"] == items[1].entry.sha256


@pytest.mark.parametrize(
    "wrong",
    [Stored(5), Stored(3, {"md5": "0" * 32}), Stored(None, {"sha256": "0" * 64})],
)
def test_another_size_or_digest_is_not_believed(send, source, server, wrong, journal):
    server.reported = lambda path, found: wrong
    with pytest.raises(ChecksumMismatchError):
        send([source.item("a.tif", b"abc")])
    assert journal.sent["a.tif"] == ""


def test_a_server_that_says_nothing_or_something_unknown(send, source, server):
    server.reported = lambda path, found: Stored(None, {"crc64nvme": "77"})
    assert send([source.item("a.tif", b"abc")]).files == 1


# Errors that last


def test_what_is_wrong_with_one_file_does_not_stop_the_others(
    send, source, server, journal
):
    def refuse(call, path):
        if call == "create" and path in {"raw/b.tif", "c.tif"}:
            raise QuotaExceededError("the quota is used up", hint="ask for more")

    server.broken = refuse
    with pytest.raises(QuotaExceededError) as caught:
        send(source.items(FILES))
    message = str(caught.value)
    assert "2 files were not sent" in message
    assert "the quota is used up" in message
    assert "raw/b.tif" in message or "c.tif" in message
    assert caught.value.hint == "ask for more"
    assert set(server.files) == {"raw/a.tif", "empty.txt"}
    assert set(journal.sent) == {"raw/a.tif", "empty.txt"}


def test_one_refused_file_is_named_alone(send, source, server):
    def refuse(call, path):
        if call == "write":
            raise PermanentTransferError("the name is not allowed")

    server.broken = refuse
    with pytest.raises(
        PermanentTransferError, match=r"^a\.tif: the name is not allowed$"
    ):
        send([source.item("a.tif", b"abc")])
    assert server.calls["write"] == 1


def test_a_rejected_token_stops_all(send, source, server, journal):
    def reject(call, path):
        if call == "write" and path == "3.tif":
            raise AuthenticationError("the token is not known")

    server.broken = reject
    items = source.items({f"{n}.tif": b"x" * (2 * MIB) for n in range(30)})
    with pytest.raises(AuthenticationError):
        send(items, jobs=2)
    assert len(server.files) < 30
    server.broken = lambda call, path: None
    left = [item for item in items if journal.sent.get(item.entry.path) in {None, ""}]
    send(left)
    assert server.files == contents(items)


def test_a_fault_of_ours_is_not_hidden(send, source, server):
    def fail(call, path):
        if call == "write":
            raise ZeroDivisionError

    server.broken = fail
    with pytest.raises(ZeroDivisionError):
        send(source.items(FILES))


def test_nothing_is_sent_when_a_file_is_refused(server, journal, source):
    items = source.items(FILES)
    steps = [Step(item, Action.SEND, "new") for item in items[1:]]
    plan = Plan((*steps, Step(items[0], Action.REFUSE, "its name is too long")))
    with pytest.raises(PermanentTransferError, match=r"raw/a\.tif.*too long"):
        transfer(plan, server, journal=journal)
    assert not server.calls


def test_nothing_is_sent_when_a_file_is_too_large(send, server, source):
    server.properties = Properties(max_size=MIB)
    with pytest.raises(QuotaExceededError, match=r"raw/a\.tif is larger than the 1,04"):
        send(source.items(FILES))
    assert not server.calls


def test_a_full_state_disk_stops_all_and_loses_nothing(send, source, server, journal):
    if not os.path.exists("/dev/full"):  # noqa: PTH110 - a device
        pytest.skip("needs /dev/full")
    items = source.items({f"{n}.tif": b"x" * (2 * MIB) for n in range(20)})

    def fill(call, path):
        if call == "complete" and server.calls["complete"] == 5:
            full = os.open("/dev/full", os.O_WRONLY)
            os.dup2(full, journal._file.fileno())
            os.close(full)

    server.broken = fill
    with pytest.raises(StateError):  # whichever comes first, writing or waiting
        send(items, jobs=2)
    assert len(server.files) < 20
    journal.close()
    server.broken = lambda call, path: None
    with Journal.open(journal.path) as again:
        stored = {path for path, sha in again.sent.items() if sha}
        assert stored <= set(server.files)
        assert len(stored) >= 3
        left = [item for item in items if item.entry.path not in stored]
        send(left, journal=again, progress=Silent())
    assert server.files == contents(items)


# Local files that change


def test_a_file_that_changed_before_is_not_begun(send, source, server, journal):
    item = source.item("a.tif", BIG)
    item.local.write_bytes(BIG[:-1])
    with pytest.raises(FileChangedError, match=r"^a\.tif changed"):
        send([item])
    assert server.calls["create"] == 0
    assert not journal.sent


CHANGES = {
    "grows": lambda path: path.open("ab").close() or path.write_bytes(BIG + b"x"),
    "shrinks": lambda path: os.truncate(path, len(BIG) - 10),
    "other bytes": lambda path: path.write_bytes(BIG[::-1]),
}
if os.name != "nt":
    CHANGES["deleted"] = lambda path: path.unlink()
    CHANGES["replaced"] = lambda path: path.with_name("other").replace(path)


@pytest.mark.parametrize("call", ["write", "complete"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_on_the_way_ends_it(
    send, source, server, journal, call, change
):
    """Not even when the change comes after its last byte."""
    items = source.items({"a.tif": BIG, "b.tif": BIG[::-1]})
    source.item("other", BIG)
    both, arrived = threading.Barrier(2, timeout=10), threading.Event()

    def change_now(called, path):
        if called == "write":
            both.wait()
        if called == call and path == "a.tif":
            CHANGES[change](source.root / "a.tif")
            arrived.set()
        if called == "write" and path == "b.tif":
            assert arrived.wait(10)

    server.broken = change_now
    with pytest.raises(FileChangedError) as caught:
        send(items, jobs=2)
    assert caught.value.path == "a.tif"
    assert caught.value.exit_code == 6
    assert server.files == {"b.tif": BIG[::-1]}  # in flight, and sent to its end
    assert server.aborted == ["a.tif"]
    assert dict(journal.sent) == {"a.tif": "", "b.tif": items[1].entry.sha256}
    assert not journal.handles


def test_no_file_is_begun_after_one_changed(send, source, server):
    def change_now(called, path):
        if called == "write" and path == "0.tif":
            (source.root / path).write_bytes(b"changed")

    server.broken = change_now
    items = source.items({f"{n}.tif": bytes([n]) * (2 * MIB) for n in range(8)})
    with pytest.raises(FileChangedError):
        send(items, jobs=1)
    assert not server.files


# Several at a time


def test_files_are_sent_at_the_same_time(send, source, server):
    everyone = threading.Barrier(3, timeout=10)

    def meet(call, path):
        if call == "write":
            everyone.wait()

    server.broken = meet
    send(source.items({f"{n}.tif": b"x" * (2 * MIB) for n in range(3)}), jobs=3)
    assert len(server.files) == 3


@pytest.mark.parametrize(("jobs", "connections"), [(1, 4), (8, 2), (None, 1)])
def test_no_more_at_a_time_than_asked_for(send, source, server, jobs, connections):
    server.properties = Properties(connections=connections)
    server.broken = lambda call, path: time.sleep(0.001)
    send(source.items({f"{n}.tif": b"x" * MIB for n in range(8)}), jobs=jobs)
    assert 1 <= server.most_at_once <= min(jobs or connections, connections)


def parallel(server, *, broken=()):
    """Make the server take chunks in any order; the given ones fail once."""
    server.properties = Properties(chunk_size=MIB, concurrency=3)
    left, got = list(broken), dict[int, bytes]()
    meeting = threading.Barrier(3, timeout=10)
    lock = threading.Lock()

    def missing(handle):
        size = server.sizes[handle]
        return [
            Chunk(offset, min(MIB, size - offset), offset // MIB)
            for offset in range(0, size, MIB)
            if offset not in got
        ]

    def write(handle, chunk, body):
        if chunk.number < 3 and not got:
            meeting.wait()
        if chunk.number in left:
            left.remove(chunk.number)
            raise TransientTransferError("the connection broke")
        found = b"".join(iter(lambda: body.read(MIB), b""))
        with lock:
            server.received += len(found)
            got[chunk.offset] = found

    def complete(handle):
        server.files["a.tif"] = b"".join(got[offset] for offset in sorted(got))
        return server.reported("a.tif", server.files["a.tif"])

    server.missing, server.write, server.complete = missing, write, complete


def test_chunks_of_a_file_are_sent_at_the_same_time(send, source, server):
    parallel(server)
    content = CHANCE.randbytes(7 * MIB + 3)
    result = send([source.item("a.tif", content)])
    assert server.files == {"a.tif": content}
    assert result.bytes_sent == len(content)


def test_only_chunks_that_did_not_arrive_are_sent_again(send, source, server):
    parallel(server, broken=[1, 5])
    content = CHANCE.randbytes(7 * MIB + 3)
    result = send([source.item("a.tif", content)])
    assert server.files == {"a.tif": content}
    assert result.bytes_sent == server.received == len(content)


def test_a_change_is_found_among_chunks_too(send, source, server, journal):
    parallel(server)
    item = source.item("a.tif", CHANCE.randbytes(7 * MIB))
    stat = item.local.stat()
    with item.local.open("r+b") as file:
        file.write(b"other bytes")
    os.utime(item.local, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(FileChangedError, match="sha256"):
        send([item])
    assert not server.files
    assert journal.sent["a.tif"] == ""


# Stopping


def test_a_stop_is_quick_and_can_be_gone_on_with(send, source, server, journal):
    stop = threading.Event()
    server.broken = lambda call, path: stop.set() if call == "complete" else None
    items = source.items({f"{n}.tif": b"x" * (2 * MIB) for n in range(40)})
    begun_at = time.monotonic()
    with pytest.raises(TransferStoppedError, match="of 40 files") as caught:
        send(items, stop=stop)
    assert time.monotonic() - begun_at < 5
    assert caught.value.exit_code == 130
    assert "same command again" in str(caught.value.hint)
    server.broken = lambda call, path: None
    left = [item for item in items if not journal.sent.get(item.entry.path)]
    assert 0 < len(left) < 40
    send(left)
    assert server.files == contents(items)


def test_a_stop_does_not_wait_for_the_network(send, source, server):
    stop, release = threading.Event(), threading.Event()

    def hang(call, path):
        if call == "write":
            stop.set()
            release.wait(30)

    server.broken = hang
    begun_at = time.monotonic()
    with pytest.raises(TransferStoppedError):
        send(source.items(FILES), stop=stop)
    assert time.monotonic() - begun_at < 10
    release.set()


def test_a_stop_ends_a_long_wait(send, source, server):
    stop = threading.Event()

    def busy(call, path):
        if call == "write":
            threading.Timer(0.2, stop.set).start()
            raise TransientTransferError("come back later", retry_after=600)

    server.broken = busy
    begun_at = time.monotonic()
    with pytest.raises(TransferStoppedError):
        send([source.item("a.tif", b"abc")], stop=stop)
    assert time.monotonic() - begun_at < 10


def test_a_stop_set_before_sends_nothing(send, source, server):
    stop = threading.Event()
    stop.set()
    with pytest.raises(TransferStoppedError, match="0 of 4"):
        send(source.items(FILES), stop=stop)
    assert server.calls["write"] == 0


@pytest.mark.skipif(os.name == "nt", reason="signals work otherwise on Windows")
def test_ctrl_c_ends_it(send, source, server, journal):
    once = [signal.SIGINT]

    def interrupt(call, path):
        if call == "write" and server.files and once:
            os.kill(os.getpid(), once.pop())

    server.broken = interrupt
    items = source.items({f"{n}.tif": b"x" * (4 * MIB) for n in range(30)})
    with pytest.raises(KeyboardInterrupt):
        send(items, jobs=2)
    assert len(server.files) < 30
    server.broken = lambda call, path: None
    send([item for item in items if not journal.sent.get(item.entry.path)])
    assert server.files == contents(items)


# Memory


def test_memory_does_not_grow_with_the_file(source, journal, send_plan):
    path = source.root / "large.tif"
    with path.open("wb") as file:
        file.truncate(256 * MIB)
    item = source.known("large.tif")

    class Sink:
        properties = Properties()

        def create(self, path, size):
            return path

        def missing(self, handle):
            return [Chunk(0, 256 * MIB)]

        def write(self, handle, chunk, body):
            while body.read(1 << 20):
                pass

        def complete(self, handle):
            return Stored(256 * MIB)

        def abort(self, handle):
            pass

        def close(self):
            pass

    tracemalloc.start()
    try:
        transfer(send_plan([item]), Sink(), journal=journal)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 16 * MIB
