"""A local file that changes while it is sent is caught, whatever way it changes."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from pathlib import Path

import pytest

from fairsubmit.bundle import Item
from fairsubmit.errors import FileChangedError, ManifestError, TransferStoppedError
from fairsubmit.transfer import LocalFile
from fairsubmit.transports.base import Chunk

MIB = 1 << 20
CONTENT = random.Random(1).randbytes(3 * MIB + 17)
LARGE = random.Random(2).randbytes(9 * MIB)  # hashed in a thread


@pytest.fixture(params=[CONTENT, LARGE], ids=["inline", "threaded"])
def content(request) -> bytes:
    return bytes(request.param)


def whole(item) -> Chunk:
    return Chunk(0, item.entry.size)


def drain(body, got: list[bytes]) -> None:
    while block := body.read(MIB):
        got.append(block)


def read_all(local, chunk, *, in_order=True, size=1 << 18):
    got = []
    with local.body(chunk, in_order=in_order, advance=lambda n: None) as body:
        while block := body.read(size):
            got.append(block)
    return b"".join(got)


def test_the_bytes_of_a_chunk(source, content):
    item = source.item("a.tif", content)
    counted: list[int] = []
    with LocalFile(item) as local:
        chunk = Chunk(100, 2 * MIB)
        with local.body(chunk, in_order=True, advance=counted.append) as body:
            assert len(body) == 2 * MIB
            got = [body.read(1 << 30), body.read(10), body.read(0), body.read()]
            assert body.read() == b""
        assert b"".join(got) == content[100 : 100 + 2 * MIB]
        assert len(got[0]) == MIB
        assert sum(counted) == 2 * MIB
        assert max(counted) <= MIB


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1])
def test_sizes_around_a_block(source, size):
    item = source.item("a.tif", CONTENT[:size])
    with LocalFile(item) as local:
        assert read_all(local, whole(item)) == CONTENT[:size]
        local.verify()


def test_a_broken_chunk_is_read_again_from_where_it_broke(source, content):
    item = source.item("a.tif", content)
    size = len(content)
    with LocalFile(item) as local:
        for offset in (0, 2 * MIB + 5, MIB, 3, size - 1, 0):
            with local.body(
                Chunk(offset, size - offset), in_order=True, advance=lambda n: None
            ) as body:
                assert body.read(100) == content[offset : offset + 100]
        assert read_all(local, Chunk(MIB, size - MIB)) == content[MIB:]
        local.verify()


def test_chunks_sent_together_are_verified_at_the_end(source, content):
    item = source.item("a.tif", content)
    with LocalFile(item) as local:
        for start in (2 * MIB, 0, MIB):
            found = read_all(local, Chunk(start, MIB), in_order=False)
            assert found == content[start : start + MIB]
        local.verify()


def rewrite(path, content: bytes) -> None:
    """Change bytes so that no time or size tells."""
    stat = path.stat()
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def change_first_byte(path, content):
    rewrite(path, bytes([content[0] ^ 1]))


CHANGES = {
    "grows": lambda path, content: path.write_bytes(content + b"x"),
    "shrinks": lambda path, content: os.truncate(path, len(content) - 1),
    "emptied": lambda path, content: path.write_bytes(b""),
    "other bytes": lambda path, content: path.write_bytes(content[::-1]),
    "touched": lambda path, content: os.utime(path, ns=(1, 1)),
    "other bytes, same time": change_first_byte,
}


def replace(path, content):
    other = path.with_name("other")
    other.write_bytes(content[::-1])
    stat = path.stat()
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(path)


if os.name != "nt":  # there a file that is read cannot be removed or replaced
    CHANGES["deleted"] = lambda path, content: path.unlink()
    CHANGES["replaced"] = replace


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_before_the_start_is_found(source, content, change):
    item = source.item("a.tif", content)
    CHANGES[change](item.local, content)
    with LocalFile(item) as local, pytest.raises(FileChangedError) as caught:
        read_all(local, whole(item))
    assert caught.value.path == "a.tif"
    assert caught.value.exit_code == 6
    assert "nothing was submitted" in str(caught.value.hint)


# A change behind what was read, that nothing tells of: what went was as recorded.
SEEN = [change for change in CHANGES if change != "other bytes, same time"]


@pytest.mark.parametrize("change", SEEN)
def test_a_change_on_the_way_keeps_the_last_bytes_back(source, content, change):
    item = source.item("a.tif", content)
    got: list[bytes] = []
    with (
        LocalFile(item) as local,
        local.body(whole(item), in_order=True, advance=lambda n: None) as body,
    ):
        got.append(body.read(MIB))
        CHANGES[change](item.local, content)
        with pytest.raises(FileChangedError) as caught:
            drain(body, got)
    assert sum(map(len, got)) < len(content)
    assert caught.value.path == "a.tif"


def test_bytes_that_change_ahead_with_the_old_time_are_found(source, content):
    item = source.item("a.tif", content)
    with (
        LocalFile(item) as local,
        local.body(whole(item), in_order=True, advance=lambda n: None) as body,
    ):
        got = [body.read(MIB)]
        stat = item.local.stat()
        with item.local.open("r+b") as file:
            file.seek(len(content) - 1)
            file.write(bytes([content[-1] ^ 1]))
        os.utime(item.local, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        with pytest.raises(FileChangedError, match="sha256"):
            drain(body, got)
    assert sum(map(len, got)) < len(content)


def test_bytes_sent_by_an_earlier_run_are_proved_too(source, content):
    """The first half was sent before; since then it changed without a trace."""
    item = source.item("a.tif", content)
    change_first_byte(item.local, content)
    half = len(content) // 2
    with LocalFile(item) as local, pytest.raises(FileChangedError, match="sha256"):
        read_all(local, Chunk(half, len(content) - half))


def test_bytes_sent_again_after_a_break_are_proved_again(source, content):
    item = source.item("a.tif", content)
    with LocalFile(item) as local:
        with local.body(whole(item), in_order=True, advance=lambda n: None) as body:
            body.read(MIB)
        change_first_byte(item.local, content)
        with pytest.raises(FileChangedError, match="sha256"):
            read_all(local, whole(item))


def test_a_file_that_was_verified_is_verified_again_when_sent_again(source):
    item = source.item("a.tif", CONTENT)
    with LocalFile(item) as local:
        read_all(local, whole(item))
        local.verify()
        change_first_byte(item.local, CONTENT)
        with pytest.raises(FileChangedError, match="sha256"):
            read_all(local, whole(item))


@pytest.mark.parametrize("change", ["other bytes, same time", "touched", "grows"])
def test_verify_alone_finds_a_change(source, content, change):
    item = source.item("a.tif", content)
    CHANGES[change](item.local, content)
    with LocalFile(item) as local, pytest.raises(FileChangedError):
        local.verify()


def test_an_empty_file_that_is_not_empty_any_more(source):
    item = source.item("a.tif", b"")
    with LocalFile(item) as local:
        assert read_all(local, whole(item)) == b""
        item.local.write_bytes(b"x")
        with pytest.raises(FileChangedError):
            local.verify()


def test_a_stop_is_noticed_within_a_block(source, content):
    item = source.item("a.tif", content)
    stop = [False]
    with (
        LocalFile(item, halted=lambda: stop[0]) as local,
        local.body(whole(item), in_order=True, advance=lambda n: None) as body,
    ):
        body.read(MIB)
        stop[0] = True
        with pytest.raises(TransferStoppedError):
            body.read(MIB)
        with pytest.raises(TransferStoppedError):
            body.read()


@pytest.mark.skipif(os.name == "nt", reason="no such permissions on Windows")
def test_a_file_that_may_not_be_read_is_no_change(source):
    known = source.item("a.tif", CONTENT)
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        local_path = shutil.copy2(known.local, folder)
        Path(local_path).chmod(0)
        item = Item(known.entry, Path(local_path))
        if root:
            os.seteuid(65534)
        try:
            with (
                LocalFile(item) as local,
                pytest.raises(ManifestError, match=r"a\.tif cannot be read") as caught,
            ):
                local.body(whole(item), in_order=True, advance=lambda n: None)
        finally:
            if root:
                os.seteuid(0)
    assert not isinstance(caught.value, FileChangedError)
