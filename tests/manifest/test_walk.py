"""Listing a dataset."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from fairsubmit.errors import ManifestError
from fairsubmit.manifest import walk


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)


def test_files_come_sorted_by_name_within_each_folder(tmp_path: Path) -> None:
    write(tmp_path, "b/2", "b/1/x", "a", "c", "B", ".hidden", "b-1")
    found = [file.path for file in walk(tmp_path)]
    assert found == [".hidden", "B", "a", "b/1/x", "b/2", "b-1", "c"]


def test_sizes_and_times_are_those_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, "a")
    os.utime(tmp_path / "a", ns=(0, 1_700_000_000_123_456_700))
    (file,) = walk(tmp_path)
    assert file.size == 1
    assert file.mtime_ns == (tmp_path / "a").stat().st_mtime_ns


def test_our_own_folder_is_left_out_at_any_depth(tmp_path: Path) -> None:
    write(tmp_path, ".fairsubmit/manifest.jsonl", "x/.fairsubmit/y", "x/z")
    assert [file.path for file in walk(tmp_path)] == ["x/z"]


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    assert list(walk(tmp_path)) == []


@pytest.mark.skipif(sys.platform == "win32", reason="paths are shorter there")
def test_folders_may_be_nested_deeper_than_python_recurses(tmp_path: Path) -> None:
    here, depth = Path.cwd(), 1100
    os.chdir(tmp_path)
    try:
        for _ in range(depth):
            Path("d").mkdir()
            os.chdir("d")
        Path("leaf").touch()
        found = [file.path for file in walk(tmp_path)]
    finally:
        # Nobody else could remove so deep a tree.
        Path("leaf").unlink(missing_ok=True)
        while Path.cwd() != tmp_path:
            os.chdir("..")
            Path("d").rmdir()
        os.chdir(here)
    assert found == ["d/" * depth + "leaf"]


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_what_cannot_be_listed_is_an_error(tmp_path: Path, name: str) -> None:
    write(tmp_path, "file")
    with pytest.raises(ManifestError, match="cannot be listed"):
        list(walk(tmp_path / name))


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="nothing is closed to root"
)
def test_a_folder_below_that_may_not_be_listed_is_not_a_file(tmp_path: Path) -> None:
    write(tmp_path, "closed/a", "open/b")
    (tmp_path / "closed").chmod(0)
    try:
        found = {file.path: file.size for file in walk(tmp_path)}
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert found == {"closed": -1, "open/b": len("open/b")}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have Unicode names")
def test_names_that_are_not_utf_8_are_listed(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.tif")
    try:
        (tmp_path / name).touch()
    except OSError:
        pytest.skip("the file system takes Unicode names only")
    (file,) = walk(tmp_path)
    assert file.path == name
