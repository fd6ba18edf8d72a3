"""Ctrl-C in the middle of `fairsubmit extract`: what was read is written, and whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="Windows sends Ctrl-C to consoles"
)

FILES = 400
# A reader of another package, as slow as a busy disk: all files take 40 seconds.
READER = """
import time
from fairsubmit.metadata.image import ImageMetadata

class Slow:
    name = "slow"
    suffixes = (".slow",)

    def recognises(self, path, head):
        return head.startswith(b"SLOW")

    def read(self, path):
        time.sleep(float(path.read_bytes()[4:]))
        name = path.as_posix()
        return [ImageMetadata(name, 0, name="x" * 5000, format="Slow", reader="slow",
                              files=(name,))]
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which the slow reader is installed."""
    about = tmp_path / "site" / "slow_reader-1.dist-info"
    about.mkdir(parents=True)
    (about.parent / "slow_reader.py").write_text(READER)
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: slow-reader\nVersion: 1\n"
    )
    (about / "entry_points.txt").write_text(
        "[fairsubmit.readers]\nslow = slow_reader:Slow\n"
    )
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(about.parent), *([before] if before else [])])
    return {**os.environ, "PYTHONPATH": path}


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    for index in range(FILES):
        (folder / f"{index:04}.slow").write_bytes(b"SLOW0.1")
    return folder


def interrupted(
    folder: Path, environment: dict[str, str], *options: str, number: int
) -> tuple[str, str]:
    """Ask the command and all its processes to end once it has printed something."""
    program = [sys.executable, "-m", "fairsubmit", "extract", str(folder), *options]
    with subprocess.Popen(
        program,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        first = os.read(process.stdout.fileno(), 1)
        os.killpg(process.pid, number)
        began = time.monotonic()
        # Ends with the last process that holds stdout, workers included.
        rest, said = process.communicate(timeout=30)
        # Within a second, or a few where others use the computer: far from 40.
        assert time.monotonic() - began < 10
        assert process.returncode == 130, said
    return (first + rest).decode(), said.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("options", [(), ("--workers", "1"), ("--workers", "2")])
def test_lines_are_whole_and_in_order(
    slow: Path, environment: dict[str, str], options: tuple[str, ...], number: int
) -> None:
    format_ = ("--format", "jsonl")
    printed, said = interrupted(slow, environment, *format_, *options, number=number)
    assert printed.endswith("\n")
    paths = [Path(json.loads(line)["path"]).name for line in printed.splitlines()]
    assert 0 < len(paths) < FILES
    assert paths == [f"{index:04}.slow" for index in range(len(paths))]
    assert "error: interrupted" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("options", [("--workers", "1"), ("--workers", "2")])
def test_the_array_is_closed(
    slow: Path, environment: dict[str, str], options: tuple[str, ...]
) -> None:
    format_ = ("--format", "json")
    number = signal.SIGINT
    printed, _ = interrupted(slow, environment, *format_, *options, number=number)
    assert 0 < len(json.loads(printed)) < FILES


def test_findings_so_far_are_told(slow: Path, environment: dict[str, str]) -> None:
    (slow / "0000.ome.tif").write_bytes(b"")
    format_ = ("--format", "jsonl")
    number = signal.SIGINT
    _, said = interrupted(slow, environment, *format_, number=number)
    assert "IMG101" in said


def test_many_lines_are_whole_when_the_reader_is_slow(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """Ctrl-C while a write waits for whoever reads the pipe."""
    folder = tmp_path / "quick"
    folder.mkdir()
    for index in range(FILES):
        (folder / f"{index:04}.slow").write_bytes(b"SLOW0")
    program = [sys.executable, "-m", "fairsubmit", "extract", str(folder)]
    with subprocess.Popen(
        [*program, "--format", "jsonl"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        first = os.read(process.stdout.fileno(), 1)
        time.sleep(0.5)  # the pipe is full by now, in the middle of a line
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=30)
        assert process.returncode == 130, said
    for line in (first + rest).splitlines():
        json.loads(line)
