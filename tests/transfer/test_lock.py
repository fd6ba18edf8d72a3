"""Where the file system has no locks, a file with process and host stands in."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from fairsubmit.errors import StateError
from fairsubmit.transfer import lock as lock_module
from fairsubmit.transfer.lock import Holder, Lock


@pytest.fixture
def no_locks(monkeypatch):
    def refuse(file):
        raise lock_module._NoLocksError

    monkeypatch.setattr(lock_module, "_lock", refuse)


@pytest.fixture
def ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def stand_in(path, pid: int, host: str) -> None:
    holder = {"pid": pid, "host": host, "since": "2026-01-01T00:00:00+00:00"}
    path.with_name(path.name + ".pid").write_text(json.dumps(holder))


@pytest.mark.usefixtures("no_locks")
def test_the_stand_in_keeps_a_second_run_out(tmp_path):
    path = tmp_path / "j.lock"
    first = Lock(path)
    with pytest.raises(StateError, match=f"process {os.getpid()}"):
        Lock(path)
    first.release()
    Lock(path).release()
    assert {item.name for item in tmp_path.iterdir()} == {"j.lock"}


@pytest.mark.skipif(os.name == "nt", reason="cannot be told on Windows")
@pytest.mark.usefixtures("no_locks")
def test_the_stand_in_of_a_process_that_ended_is_taken_over(tmp_path, ended_process):
    path = tmp_path / "j.lock"
    stand_in(path, ended_process, Holder.me().host)
    lock = Lock(path)
    with pytest.raises(StateError, match=f"process {os.getpid()}"):
        Lock(path)
    lock.release()


@pytest.mark.usefixtures("no_locks")
def test_another_computer_may_still_hold_it(tmp_path, ended_process):
    path = tmp_path / "j.lock"
    stand_in(path, ended_process, "another-computer")
    with pytest.raises(StateError, match="on another-computer") as caught:
        Lock(path)
    assert "j.lock" in str(caught.value.hint)


@pytest.mark.usefixtures("no_locks")
def test_a_stand_in_that_says_nothing_is_respected(tmp_path):
    path = tmp_path / "j.lock"
    path.with_name("j.lock.pid").touch()
    with pytest.raises(StateError, match="cannot be told"):
        Lock(path)


def test_releasing_twice_does_no_harm(tmp_path):
    lock = Lock(tmp_path / "j.lock")
    lock.release()
    lock.release()
    Lock(tmp_path / "j.lock").release()
