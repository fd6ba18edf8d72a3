"""A reader that another package brings works in the real command, as ours do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Fairsubmit = Callable[..., subprocess.CompletedProcess[str]]

TOY = '''
"""Images of the toy format: TOY1, then width and height as text."""

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import ImageMetadata, ImageSize
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened


class Toy:
    name = "toy"
    suffixes = (".toy",)
    about = About(
        "Toy images", (".toy",), "width and height", "1 real file",
        library="toy_reader", licence="MIT",
    )

    def recognises(self, path, head):
        return head.startswith(b"TOY1 ")

    def read(self, path):
        with opened(path) as source:
            parts = source.head.split()
        if len(parts) != 3:
            raise DamagedFileError(path.as_posix(), "width and height", offset=5)
        if parts[1] == b"0":
            return ["no record"]
        size = ImageSize(int(parts[1]), int(parts[2]), 1, 1, 1)
        name = path.as_posix()
        return [ImageMetadata(name, 0, format="Toy images", reader="toy", size=size,
                              pixel_type="uint8", files=(name,))]
'''
PROJECT = """
[project]
name = "toy-reader"
version = "1.2"
[project.entry-points."fairsubmit.readers"]
toy = "toy_reader:Toy"
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.hatch.build.targets.wheel]
packages = ["toy_reader.py"]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the toy package as pip lays it out."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "toy_reader.py").write_text(TOY, encoding="utf-8")
    facts = folder / "toy_reader-1.2.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: toy-reader\nVersion: 1.2\n", encoding="utf-8"
    )
    (facts / "entry_points.txt").write_text(
        "[fairsubmit.readers]\ntoy = toy_reader:Toy\n", encoding="utf-8"
    )
    return folder


@pytest.fixture
def fairsubmit(site: Path, tmp_path: Path) -> Fairsubmit:
    """Run the program in a process of its own, with the toy package on its path."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "fairsubmit", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_its_images_are_read(fairsubmit: Fairsubmit, tmp_path: Path) -> None:
    (tmp_path / "a.toy").write_bytes(b"TOY1 40 30")
    (tmp_path / "named_otherwise.bin").write_bytes(b"TOY1 5 6")
    found = fairsubmit("extract", ".", "--format", "jsonl", "--workers", "2")
    assert found.returncode == 0, found.stderr
    records = [json.loads(line) for line in found.stdout.splitlines()]
    assert [r["path"] for r in records] == ["a.toy", "named_otherwise.bin"]
    assert {r["reader"] for r in records} == {"toy"}
    assert records[0]["size"] == {"x": 40, "y": 30, "z": 1, "c": 1, "t": 1}


def test_its_images_have_ome_xml(fairsubmit: Fairsubmit, tmp_path: Path) -> None:
    (tmp_path / "a.toy").write_bytes(b"TOY1 40 30")
    found = fairsubmit("extract", "a.toy", "--ome-xml")
    assert found.returncode == 0, found.stderr
    assert 'SizeX="40"' in found.stdout
    assert '<M K="format">Toy images</M>' in found.stdout


def test_its_damaged_images_are_findings(
    fairsubmit: Fairsubmit, tmp_path: Path
) -> None:
    (tmp_path / "bad.toy").write_bytes(b"TOY1 40")
    (tmp_path / "empty.toy").write_bytes(b"")
    (tmp_path / "other.toy").write_bytes(b"anything")
    (tmp_path / "wrong.toy").write_bytes(b"TOY1 0 0")
    found = fairsubmit("extract", ".", "--format", "json")
    assert found.returncode == 6
    assert json.loads(found.stdout) == []
    for words in (
        "bad.toy is damaged at byte 5: expected width and height",
        "empty.toy is damaged at byte 0: expected an image, but the file is empty",
        "other.toy is damaged at byte 0: expected the header of Toy images",
        "wrong.toy cannot be read: the reader 'toy' of toy-reader gave no record",
    ):
        assert words in found.stderr


def test_it_has_a_row_in_the_table(fairsubmit: Fairsubmit) -> None:
    found = fairsubmit("formats", "--format", "json")
    (row,) = [r for r in json.loads(found.stdout) if r["package"] == "toy-reader"]
    assert (row["format"], row["suffixes"]) == ("Toy images", [".toy"])
    assert (row["licence"], row["installed"]) == ("MIT", True)
    assert "toy-reader" in fairsubmit("formats").stdout


@pytest.mark.slow
def test_pip_installs_it(tmp_path: Path) -> None:
    """The layout above is that of a package as people make one."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (source / "toy_reader.py").write_text(TOY, encoding="utf-8")
    target = tmp_path / "target"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    if subprocess.run(
        [*pip[:3], "--version"], capture_output=True, check=False
    ).returncode:
        pytest.skip("this environment has no pip")
    made = subprocess.run(
        [*pip, "--target", str(target), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"pip cannot fetch hatchling: {made.stderr[-200:]}")
    (tmp_path / "a.toy").write_bytes(b"TOY1 40 30")
    found = subprocess.run(
        [sys.executable, "-m", "fairsubmit", "extract", "a.toy", "--format", "json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(found.stdout)[0]["reader"] == "toy"
