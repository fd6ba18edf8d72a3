"""Names that break lines, and things in a folder that are no files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from click.testing import Result

from fairsubmit.readers import read_image

if TYPE_CHECKING:
    from pathlib import Path

Run = Callable[..., Result]

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names or pipes")


@posix
def test_a_pipe_is_a_finding_and_does_not_block(run: Run, dataset: Path) -> None:
    pipe = dataset / "raw" / "control" / "pipe.ome.tif"
    os.mkfifo(pipe)
    (finding,) = read_image(pipe).findings
    assert finding.code == "IMG101"
    assert "is no file but a pipe" in finding.message
    found = run("lint", dataset, "--format", "json")
    assert found.exit_code == 1
    codes = {f["code"] for f in json.loads(found.stdout)["findings"]}
    assert codes == {"FIL108", "IMG101", "ANN107"}  # no mask covers it
    assert run("extract", dataset).exit_code == 6


@posix
def test_a_line_break_in_a_name_breaks_no_line(run: Run, dataset: Path) -> None:
    raw = dataset / "raw" / "control"
    image = next(raw.glob("*.tif"))
    (raw / "two\nlines\x1b[31m.ome.tif").write_bytes(image.read_bytes())
    for command in ("lint", "extract"):
        shown = run(command, dataset).stdout
        assert "two\\u000alines\\u001b[31m" in shown
        assert "\x1b[31m.ome" not in shown
    found = run("lint", dataset, "--format", "json")
    errors = [
        f["code"]
        for f in json.loads(found.stdout)["findings"]
        if f["severity"] == "error"
    ]
    # what bundle would refuse is said by lint already, whatever the archive
    assert errors == ["FIL105"]


def test_where_a_submission_is_missing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "some folder").mkdir()
    found = run("lint", "some folder")
    assert found.exit_code == 1
    place = (tmp_path / "some folder").resolve()
    assert f"error: there is no submission.yaml in {place}\n" in found.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are Unicode")
def test_a_name_that_is_no_text_is_a_finding(run: Run, dataset: Path) -> None:
    raw = dataset / "raw" / "control"
    image = next(raw.glob("*.tif")).read_bytes()
    (raw / os.fsdecode(b"caf\xe9.ome.tif")).write_bytes(image)
    asked = (sys.executable, "-m", "fairsubmit", "lint", dataset, "--format")
    for style in ("json", "human", "github"):
        found = subprocess.run([*asked, style], capture_output=True, check=False)
        assert found.returncode == 1, found.stderr
        assert b"FIL105" in found.stdout
        assert b"caf\\udce9.ome.tif" in found.stdout
    records = (dataset / ".fairsubmit" / "image_metadata.jsonl").read_text("utf-8")
    paths = [json.loads(line)["path"] for line in records.splitlines()]
    assert os.fsdecode(b"raw/control/caf\xe9.ome.tif") in paths
    refused = run("submit", dataset, "--archive", "directory", "--to", "staging")
    assert refused.exit_code == 1


@posix
def test_a_closed_stdout_is_no_fault(dataset: Path) -> None:
    line = '"$0" -m fairsubmit lint "$1" >&-'
    found = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable, dataset],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
