"""The manifest on disk, and the log of a run that was broken off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairsubmit.errors import ManifestError
from fairsubmit.manifest import Entry, HashLog, Manifest
from fairsubmit.manifest.value import entry_line

if TYPE_CHECKING:
    from pathlib import Path

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def entry(path: str, size: int = 0) -> Entry:
    return Entry(path, size, 1_700_000_000_000_000_001, 7, MD5, SHA256)


# Names as a file system may hold them: anything but NUL and the slash, and bytes that
# are no UTF-8 as lone surrogates.
paths = st.text(st.characters(exclude_characters="\0/"), min_size=1, max_size=20)


@settings(deadline=None)
@given(paths, st.integers(0, 2**63))
def test_a_line_is_the_json_of_the_entry(path: str, size: int) -> None:
    one = entry(path, size)
    line = entry_line(one)
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert json.loads(line) == one.to_json()
    assert Entry.from_json(json.loads(line)) == one


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    names = ["a.tif", "µ/é 😀.tif", 'q"\\\n.tif', "caf\udce9.tif"]
    manifest = Manifest(tuple(entry(name, i) for i, name in enumerate(names)))
    manifest.write(tmp_path / "m.jsonl")
    assert Manifest.read(tmp_path / "m.jsonl") == manifest
    assert len(manifest) == 4
    assert manifest.size == 6
    assert [path.name for path in tmp_path.iterdir()] == ["m.jsonl"]
    header, *lines = (tmp_path / "m.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(header) == {"fairsubmit_manifest": 1, "files": 4, "bytes": 6}
    assert len(lines) == 4


def test_an_empty_manifest(tmp_path: Path) -> None:
    Manifest(()).write(tmp_path / "m.jsonl")
    assert Manifest.read(tmp_path / "m.jsonl") == Manifest(())


def test_what_a_later_version_adds_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text(
        lines({**HEADER, "made_by": "x"}, {**ENTRY, "blake3": "y"})
    )
    assert Manifest.read(tmp_path / "m.jsonl").entries == (entry("a"),)


def lines(*values: object) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


HEADER = {"fairsubmit_manifest": 1, "files": 1, "bytes": 0}
ENTRY = entry("a").to_json()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "no json",
        "[]\n",
        "[" * 100_000,
        lines({"fairsubmit_manifest": 2, "files": 0, "bytes": 0}),
        lines(HEADER),
        lines(HEADER, ENTRY, ENTRY),
        lines(HEADER, {**ENTRY, "size": "0"}),
        lines(HEADER, {**ENTRY, "path": None}),
        lines(HEADER, {**ENTRY, "size": True}),
        lines(HEADER, {key: ENTRY[key] for key in ("path", "size")}),
        lines(HEADER, ENTRY)[:-20],
        lines(HEADER, []),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.jsonl").write_text(text)
    with pytest.raises(ManifestError, match="is not a fairsubmit manifest"):
        Manifest.read(tmp_path / "m.jsonl")


def test_bytes_and_nothing_are_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_bytes(b"\xff\xfe")
    for name in ("m.jsonl", "nowhere"):
        with pytest.raises(ManifestError):
            Manifest.read(tmp_path / name)


def test_a_log_is_known_to_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    Manifest((entry("a", 1), entry("b", 1))).write(path)
    with HashLog(path) as log:
        log.add(entry("b", 2))
        log.add(entry("c", 2))
    assert {p: e.size for p, e in HashLog(path).known().items()} == {
        "a": 1,
        "b": 2,
        "c": 2,
    }
    HashLog(path).remove()
    assert set(HashLog(path).known()) == {"a", "b"}
    HashLog(path).remove()


def test_a_torn_line_costs_one_entry(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    log_path = tmp_path / "m.jsonl.log"
    with HashLog(path) as log:
        log.add(entry("a"))
        log.add(entry("b"))
    log_path.write_bytes(log_path.read_bytes()[:-30])
    with HashLog(path) as log:
        log.add(entry("c"))
    assert set(HashLog(path).known()) == {"a", "c"}


def test_a_log_of_nonsense_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    (tmp_path / "m.jsonl.log").write_bytes(b"\xff\xfe\n{}\n[]\n" + b"[" * 100_000)
    assert HashLog(path).known() == {}
    assert HashLog(tmp_path / "no" / "folder").known() == {}


def test_entries_are_on_disk_before_the_log_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    with HashLog(path) as log:
        log.add(entry("a"))
        assert "a" in HashLog(path).known()


def test_a_log_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl.log").mkdir()
    with HashLog(tmp_path / "m.jsonl") as log:
        log.add(entry("a"))
    assert HashLog(tmp_path / "m.jsonl").known() == {}
