"""Real images, as microscopes and converters wrote them, are deposited whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fairsubmit.testing.dataset import write_submission

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

FOLDERS = ("ome-tiff", "imagej", "ome-zarr", "em-tiff")
# Rules that some of these images break by nature; a person would answer them so.
WAIVERS = """\
ignore:
  IMG102: some of these images were never calibrated
  IMG107: converters disagree with their own pixels
  IMG109: parts of larger OME-Zarr containers
"""


@pytest.mark.parametrize("upload", ["ftp", "form"])
def test_real_images_are_deposited(
    shared: Path, tmp_path: Path, run: Callable[..., Result], upload: str
) -> None:
    dataset = tmp_path / "real"
    for name in FOLDERS:
        shutil.copytree(
            shared / "samples" / name, dataset / "raw" / name, copy_function=shutil.copy
        )
    submission = write_submission(dataset)
    submission.write_text(submission.read_text() + WAIVERS)
    found = run("rehearse", dataset, "--upload", upload, "--format", "json")
    assert found.exit_code == 0, found.output
    result = json.loads(found.stdout)
    files = [p for p in (dataset / "raw").rglob("*") if p.is_file()]
    # One file list and the RO-Crate go with them.
    assert result["files"] == len(files) + 2
    assert result["verified"]["findings"] == []
    receipt = json.loads(Path(result["receipt"]).read_text())
    assert {file["path"] for file in receipt["files"]} >= {
        path.relative_to(dataset).as_posix() for path in files
    }
