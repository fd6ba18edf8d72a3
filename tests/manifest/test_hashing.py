"""Digests, and files that change."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from fairsubmit.errors import FileChangedError, ManifestError
from fairsubmit.manifest import (
    Entry,
    check_unchanged,
    hash_file,
    hash_files,
    stat_file,
    walk,
)
from fairsubmit.manifest.hashing import BLOCK, PARALLEL_FROM, Pace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIZES = (
    0,
    1,
    BLOCK - 1,
    BLOCK,
    BLOCK + 1,
    PARALLEL_FROM - 1,
    PARALLEL_FROM,
    PARALLEL_FROM + BLOCK,
    PARALLEL_FROM + BLOCK + 1,
)


def nothing(_: int) -> None:
    pass


def content(size: int) -> bytes:
    return (b"\x00\x01fairsubmit\xff" * (size // 13 + 1))[:size]


@pytest.mark.parametrize("size", SIZES)
def test_digests_are_those_of_the_whole_file(tmp_path: Path, size: int) -> None:
    raw = content(size)
    (tmp_path / "a.bin").write_bytes(raw)
    counted: list[int] = []
    entry = hash_file(tmp_path, "a.bin", advance=counted.append)
    assert entry.size == size == sum(counted)
    assert entry.md5 == hashlib.md5(raw).hexdigest()
    assert entry.sha256 == hashlib.sha256(raw).hexdigest()
    assert entry.stat == stat_file(tmp_path, "a.bin")


def test_small_and_large_files_come_in_the_order_given(tmp_path: Path) -> None:
    raws = {
        f"{index:02}": content(size)
        for index, size in enumerate([5, PARALLEL_FROM + 7, 6, PARALLEL_FROM, 0, 7] * 2)
    }
    for path, raw in raws.items():
        (tmp_path / path).write_bytes(raw)
    counted: list[int] = []
    found = list(hash_files(tmp_path, walk(tmp_path), advance=counted.append))
    assert [entry.path for entry in found] == list(raws)
    for entry in found:
        assert entry.sha256 == hashlib.sha256(raws[entry.path]).hexdigest()
    assert sum(counted) == sum(map(len, raws.values()))


def test_slow_storage_is_read_by_several_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(3 * Pace.FILES):
        (tmp_path / f"{index:03}").write_bytes(content(index))
    monkeypatch.setattr(Pace, "SLOW", -1.0)
    monkeypatch.setattr(Pace, "slow", property(lambda self: not self.measuring))
    names: set[str] = set()

    def advance(_: int) -> None:
        names.add(threading.current_thread().name)

    found = list(hash_files(tmp_path, walk(tmp_path), advance=advance))
    assert [entry.path for entry in found] == [f"{i:03}" for i in range(len(found))]
    for index, entry in enumerate(found):
        assert entry.md5 == hashlib.md5(content(index)).hexdigest()
    assert threading.main_thread().name in names
    assert len(names) > 1


def test_pace_tells_waiting_from_computing() -> None:
    waits, computes = Pace(), Pace()
    for _ in range(Pace.FILES):
        assert not waits.slow
        with waits:
            time.sleep(Pace.SLOW * 2)
        with computes:
            sum(range(2000))
    assert waits.slow
    assert not computes.slow
    assert not waits.measuring


def test_unchanged_files_are_not_read_again(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text("one")
    known = {e.path: e for e in hash_files(tmp_path, walk(tmp_path))}
    # Same size and time: only reading it would tell.
    stamp = (tmp_path / "a").stat().st_mtime_ns
    (tmp_path / "a").write_text("two")
    os.utime(tmp_path / "a", ns=(stamp, stamp))
    (tmp_path / "b").write_text("two")
    os.utime(tmp_path / "b", ns=(stamp, stamp + 1_000_000_000))
    (tmp_path / "c").write_text("longer")
    counted: list[int] = []
    found = {
        entry.path: entry
        for entry in hash_files(
            tmp_path, walk(tmp_path), known=known, advance=counted.append
        )
    }
    assert found["a"] is known["a"]
    assert found["b"].sha256 == hashlib.sha256(b"two").hexdigest()
    assert found["c"].size == 6
    assert sum(counted) == 3 + 3 + 6


def test_a_file_replaced_by_another_of_the_same_size_and_time_is_read_again(
    tmp_path: Path,
) -> None:
    (tmp_path / "a").write_text("one")
    (entry,) = hash_files(tmp_path, walk(tmp_path))
    (tmp_path / "new").write_text("two")
    os.utime(tmp_path / "new", ns=(entry.mtime_ns, entry.mtime_ns))
    (tmp_path / "new").replace(tmp_path / "a")
    (again,) = hash_files(tmp_path, walk(tmp_path), known={"a": entry})
    if stat_file(tmp_path, "a").inode != entry.inode:
        assert again.sha256 == hashlib.sha256(b"two").hexdigest()


def entry_of(root: Path) -> Entry:
    (root / "a").write_text("content")
    return hash_file(root, "a", advance=nothing)


def test_an_unchanged_file_is_unchanged(tmp_path: Path) -> None:
    check_unchanged(tmp_path, entry_of(tmp_path))


def grow(path: Path) -> None:
    with path.open("a") as file:
        file.write("!")


def rewrite(path: Path) -> None:
    stamp = path.stat().st_mtime_ns
    path.write_text("CONTENT")
    os.utime(path, ns=(stamp, stamp + 5_000_000_000))


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("change", [grow, rewrite, make_folder, os.unlink])
def test_a_changed_file_is_named(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    entry = entry_of(tmp_path)
    change(tmp_path / "a")
    with pytest.raises(FileChangedError) as caught:
        check_unchanged(tmp_path, entry)
    assert caught.value.path == "a"
    assert caught.value.exit_code == 6


def test_a_new_file_number_alone_is_no_change(tmp_path: Path) -> None:
    """Some network file systems give a file a new number whenever it is looked up."""
    entry = entry_of(tmp_path)
    copy = tmp_path / "copy"
    copy.write_text("content")
    os.utime(copy, ns=(entry.mtime_ns, entry.mtime_ns))
    copy.replace(tmp_path / "a")
    check_unchanged(tmp_path, entry)


def test_other_content_under_the_same_size_and_time_is_found(tmp_path: Path) -> None:
    entry = entry_of(tmp_path)
    copy = tmp_path / "copy"
    copy.write_text("CONTENT")
    os.utime(copy, ns=(entry.mtime_ns, entry.mtime_ns))
    copy.replace(tmp_path / "a")
    if stat_file(tmp_path, "a").inode == entry.inode:
        pytest.skip("the file system reuses numbers at once")
    with pytest.raises(FileChangedError):
        check_unchanged(tmp_path, entry)


@pytest.mark.parametrize("size", [3 * BLOCK, PARALLEL_FROM + 3 * BLOCK])
@pytest.mark.parametrize("change", ["grow", "shrink", "touch"])
def test_a_file_that_changes_while_it_is_read_is_named(
    tmp_path: Path, size: int, change: str
) -> None:
    path = tmp_path / "a"
    path.write_bytes(content(size))
    os.utime(path, ns=(0, 1_000_000_000))

    def advance(_: int) -> None:
        if change == "grow":
            with path.open("ab") as file:
                file.write(b"x")
        elif change == "shrink":
            os.truncate(path, BLOCK)
        else:
            os.utime(path)

    with pytest.raises(FileChangedError):
        hash_file(tmp_path, "a", advance=advance)


def test_a_file_that_never_stops_growing_does_not_hold_us(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(content(2 * BLOCK))

    def advance(_: int) -> None:
        with path.open("ab") as file:
            file.write(content(2 * BLOCK))

    with pytest.raises(FileChangedError):
        hash_file(tmp_path, "a", advance=advance)


@pytest.mark.parametrize("name", ["nowhere", "folder", "a\0b"])
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ManifestError) as caught:
        hash_file(tmp_path, name, advance=nothing)
    assert name in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders there")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ManifestError, match="not a regular file"):
        hash_file(tmp_path, "pipe", advance=nothing)
    with pytest.raises(ManifestError, match="not a regular file"):
        list(hash_files(tmp_path, walk(tmp_path)))


def test_a_caller_that_stops_does_not_wait_for_large_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    for name in ("b", "c", "d"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(2 << 30)
    before = threading.active_count()
    counted: list[int] = []
    work = hash_files(tmp_path, walk(tmp_path), advance=counted.append)
    next(work)

    def interrupt(size: int) -> None:
        raise KeyboardInterrupt

    del work
    with pytest.raises(KeyboardInterrupt):
        for _ in hash_files(tmp_path, walk(tmp_path), advance=interrupt):
            pass
    deadline = time.monotonic() + 30
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before
    assert sum(counted) < 2 << 30
