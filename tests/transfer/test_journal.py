"""The journal survives kills, tells who holds it, and says why it cannot go on."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from contextlib import contextmanager
from pathlib import Path

import pytest

from fairsubmit.errors import StateError
from fairsubmit.receipt import Draft
from fairsubmit.transfer import Journal, Upload
from fairsubmit.transfer import journal as journal_module

SHA = "0" * 63 + "1"
OTHER = "0" * 63 + "2"


def upload(journal: Journal, path: str = "a.tif", handle: str = "h1", sha: str = SHA):
    journal.append("upload", durable=True, path=path, handle=handle, sha256=sha, size=5)


def stored(journal: Journal, path: str = "a.tif", sha: str = SHA, **digests: str):
    journal.append("stored", path=path, sha256=sha, size=5, digests=digests)


@contextmanager
def reopened(journal: Journal):
    journal.close()
    with Journal.open(journal.path) as again:
        yield again


def test_everything_is_there_in_the_next_run(journal):
    journal.append("token", durable=True, token="t1")
    notes = {"folder": "f"}
    journal.append(
        "draft", durable=True, key="k", accession="S-1", root="r", notes=notes
    )
    upload(journal, "begun.tif", "h-begun")
    upload(journal, "done.tif", "h-done")
    stored(journal, "done.tif", md5="aa")
    journal.append("chunk", path="begun.tif", offset=0, length=2)
    journal.append("submitting", durable=True)
    journal.append("submitted", durable=True, accession="S-1", digest="d")
    with reopened(journal) as again:
        for seen in (journal, again):
            assert seen.token == "t1"
            assert seen.draft == Draft("k", "S-1", "r", notes)
            assert dict(seen.handles) == {"begun.tif": Upload("h-begun", SHA, 5)}
            assert dict(seen.sent) == {"begun.tif": "", "done.tif": SHA}
            assert seen.digests("done.tif") == {"md5": "aa"}
            assert seen.digests("begun.tif") == {}
            assert seen.chunks("begun.tif") == {(0, 2)}
            assert seen.submitting
            assert seen.submitted == {"accession": "S-1", "digest": "d"}


def test_a_new_journal_knows_nothing(journal):
    assert journal.token is None
    assert journal.draft is None
    assert journal.submitted is None
    assert not journal.submitting
    assert not journal.handles
    assert not journal.sent


def test_what_an_upload_given_up_leaves_behind_does_not_count_as_stored(journal):
    stored(journal, sha=SHA)
    upload(journal, sha=OTHER)
    assert journal.sent["a.tif"] == ""
    journal.append("dropped", path="a.tif")
    assert journal.sent["a.tif"] == ""
    assert not journal.handles
    stored(journal, sha=OTHER)
    assert journal.sent["a.tif"] == OTHER


def test_a_new_upload_forgets_the_chunks_of_the_old_one(journal):
    upload(journal)
    journal.append("chunk", path="a.tif", offset=0, length=2)
    upload(journal, handle="h2")
    assert journal.chunks("a.tif") == frozenset()


def test_a_kill_at_any_byte_loses_only_the_record_being_written(tmp_path):
    path = tmp_path / "journal.jsonl"
    with Journal.open(path) as journal:
        journal.append("token", token="t1")
        upload(journal)
        before = path.stat().st_size
        stored(journal)
    whole = path.read_bytes()
    for end in range(before, len(whole)):
        path.write_bytes(whole[:end])
        with Journal.open(path) as again:
            assert again.token == "t1"
            assert again.handles["a.tif"].handle == "h1"
            assert path.stat().st_size == before
            stored(again, sha=OTHER)
        with Journal.open(path) as third:
            assert third.sent["a.tif"] == OTHER


def test_a_kill_in_the_first_line_begins_anew(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"event":"journal","ver')
    with Journal.open(path) as journal:
        journal.append("token", token="t1")
    with Journal.open(path) as again:
        assert again.token == "t1"


@pytest.mark.parametrize(
    "damage",
    [
        b"\0" * 40 + b"\n",
        b"{not json}\n",
        b'{"event":"upload","path":"x"}\n',
        b'{"event":"something new","field":1}\n',
        b"[]\n",
        b"\xff\xfe\n",
    ],
)
def test_a_damaged_record_does_not_hide_the_others(tmp_path, damage):
    path = tmp_path / "journal.jsonl"
    with Journal.open(path) as journal:
        journal.append("token", token="t1")
    path.write_bytes(path.read_bytes() + damage)
    with Journal.open(path) as journal:
        upload(journal)
    with Journal.open(path) as again:
        assert again.token == "t1"
        assert set(again.handles) == {"a.tif"}


def test_zeros_before_a_record_do_not_hide_it(tmp_path):
    path = tmp_path / "journal.jsonl"
    with Journal.open(path):
        pass
    path.write_bytes(path.read_bytes() + b'\0\0{"event":"token","token":"t1"}\n')
    with Journal.open(path) as again:
        assert again.token == "t1"


@pytest.mark.parametrize(
    "content", [b'{"event":"journal","version":2}\n', b"my notes\n", b"[1]\n"]
)
def test_what_is_no_journal_of_ours_is_left_alone(tmp_path, content):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(content)
    with pytest.raises(StateError, match="not a journal that this version can read"):
        Journal.open(path)
    assert path.read_bytes() == content
    path.unlink()
    Journal.open(path).close()


def test_fresh_forgets_a_deposit_that_came_to_its_end(journal):
    journal.append("token", token="t1")
    upload(journal)
    stored(journal)
    journal.append("submitted", accession="S-1")
    journal.close()
    with Journal.open(journal.path, fresh=True) as again:
        assert again.token is None
        assert not again.sent
        again.append("token", token="t2")
    with Journal.open(journal.path, fresh=True) as third:
        assert third.token == "t2"  # under way: gone on with
        assert third.submitted is None


def test_names_that_are_no_unicode_come_back(journal):
    name = os.fsdecode(b"caf\xe9.tif") if os.name != "nt" else "café.tif"
    upload(journal, name)
    with reopened(journal) as again:
        assert set(again.handles) == {name}


@pytest.mark.skipif(os.name == "nt", reason="no such permissions on Windows")
def test_nobody_else_may_read_it(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.touch(0o644)
    with Journal.open(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_run_is_told_who_has_it(journal):
    with pytest.raises(StateError, match=f"process {os.getpid()} on ") as caught:
        Journal.open(journal.path)
    assert "same command again" in str(caught.value.hint)
    upload(journal)  # the first one is not disturbed
    with reopened(journal) as again:
        assert again.handles


HOLD = """
import sys, time
from pathlib import Path
from fairsubmit.transfer import Journal
journal = Journal.open(Path(sys.argv[1]))
journal.append("token", token="theirs")
print("held", flush=True)
time.sleep(60)
"""


def test_a_killed_run_lets_go(tmp_path):
    path = tmp_path / "journal.jsonl"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(StateError, match=f"process {other.pid} on "):
            Journal.open(path)
        other.kill()
        other.wait()
        with Journal.open(path) as journal:
            assert journal.token == "theirs"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_loses_nothing(tmp_path):
    path = tmp_path / "journal.jsonl"
    journal = Journal.open(path)
    upload(journal)
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, journal._file.fileno())
    os.close(full)
    with pytest.raises(StateError, match="is full") as caught:
        stored(journal)
    assert "free some space" in str(caught.value.hint)
    assert journal.sent["a.tif"] == ""
    with pytest.raises(StateError, match="is full"):
        journal.append("submitting")
    assert not journal.submitting
    journal.close()
    with Journal.open(path) as again:
        assert set(again.handles) == {"a.tif"}
        assert again.sent["a.tif"] == ""


LIMITED = """
import resource, sys
from pathlib import Path
from fairsubmit.errors import StateError
from fairsubmit.transfer import Journal
journal = Journal.open(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
count = 0
try:
    while True:
        journal.append("chunk", path="a.tif", offset=count, length=1)
        count += 1
except StateError as error:
    print(count, error)
"""


@pytest.mark.skipif(os.name == "nt", reason="no such limit on Windows")
def test_a_record_that_does_not_fit_is_not_there_in_part(tmp_path):
    path = tmp_path / "journal.jsonl"
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    count, _, words = ended.stdout.partition(" ")
    assert "is full" in words
    assert path.read_bytes().endswith(b"\n")
    with Journal.open(path) as journal:
        assert len(journal.chunks("a.tif")) == int(count) > 10
        journal.append("chunk", path="a.tif", offset=10**6, length=1)


@contextmanager
def ordinary_user():
    """Permissions do not stop root."""
    if os.name == "nt":
        pytest.skip("no such permissions on Windows")
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_read_only_state_folder_is_named():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        try:
            with (
                ordinary_user(),
                pytest.raises(StateError, match="cannot be written") as caught,
            ):
                Journal.open(folder / "journal.jsonl")
        finally:
            folder.chmod(0o755)
        assert "--state-dir" in str(caught.value.hint)
        assert str(folder) in str(caught.value)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "state").write_text("not a folder")
    with pytest.raises(StateError, match="cannot be written"):
        Journal.open(tmp_path / "state" / "journal.jsonl")


def test_a_closed_journal_takes_nothing(journal):
    journal.close()
    journal.close()
    with pytest.raises(StateError, match="closed"):
        journal.append("submitting")


def test_threads_that_wait_for_the_disk_share_the_wait(journal, monkeypatch):
    waits = []
    everyone = threading.Barrier(8)

    def slow_disk(descriptor: int) -> None:
        waits.append(descriptor)
        threading.Event().wait(0.02)

    def work(number: int) -> None:
        everyone.wait()
        for step in range(10):
            upload(journal, f"{number}-{step}")

    monkeypatch.setattr(journal_module, "_sync_file", slow_disk)
    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.handles) == 80
    assert len(waits) <= 60
    lines = [json.loads(line) for line in journal.path.read_bytes().splitlines()]
    assert len(lines) == 81


def test_a_durable_record_is_synced_after_it_was_written(journal, monkeypatch):
    sizes = []
    monkeypatch.setattr(
        journal_module,
        "_sync_file",
        lambda descriptor: sizes.append(os.fstat(descriptor).st_size),
    )
    upload(journal)
    assert sizes == [journal.path.stat().st_size]
    stored(journal)
    assert len(sizes) == 1


def test_twenty_thousand_files_need_little_memory(tmp_path):
    path = tmp_path / "journal.jsonl"
    with Journal.open(path) as journal:
        for number in range(20_000):
            upload_path = f"raw/plate-1/well-{number:05d}.ome.tif"
            sha = f"{number:064x}"
            journal.append(
                "upload", path=upload_path, handle=f"h{number}", sha256=sha, size=5
            )
            journal.append("stored", path=upload_path, sha256=sha, size=5)
    tracemalloc.start()
    try:
        with Journal.open(path) as again:
            assert len(again.sent) == 20_000
            used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < 10 << 20


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL")
def test_a_record_outlives_a_kill_right_after_it(tmp_path):
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from fairsubmit.transfer import Journal\n"
        "journal = Journal.open(Path(sys.argv[1]))\n"
        "journal.append('token', token='t1')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    path = tmp_path / "journal.jsonl"
    ended = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    with Journal.open(path) as journal:
        assert journal.token == "t1"
