"""The example is what its script writes, says so, and never ages."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from ome_types import from_tiff

from fairsubmit.cli.demo import copy_example, example_folder
from fairsubmit.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]


@pytest.fixture(scope="module")
def written(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the script has written once more."""
    folder = tmp_path_factory.mktemp("example")
    script = project / "examples" / "make_example.py"
    subprocess.run([sys.executable, "-W", "error", script, folder], check=True)
    return folder


IMAGES = sorted(
    p.relative_to(example_folder()) for p in example_folder().rglob("*.tif")
)


@pytest.mark.parametrize("path", IMAGES, ids=str)
def test_an_image_is_what_the_script_writes(written: Path, path: Path) -> None:
    ours, again = example_folder() / path, written / path
    with tifffile.TiffFile(ours) as one, tifffile.TiffFile(again) as two:
        assert one.ome_metadata == two.ome_metadata
        assert np.array_equal(one.asarray(), two.asarray())


@pytest.mark.parametrize("path", IMAGES, ids=str)
def test_an_image_is_valid_ome_and_says_it_is_simulated(path: Path) -> None:
    ome = from_tiff(example_folder() / path, validate=True)
    image = ome.images[0]
    assert "Simulated" in str(image.description)
    assert image.pixels.physical_size_x == 0.325
    assert image.pixels.time_increment == 120


def test_a_mask_has_the_size_of_its_movie() -> None:
    for path in IMAGES:
        if path.parts[0] == "masks":
            name = path.name.replace("_nuclei", "")
            movie = next(example_folder().rglob(f"raw/*/{name}"))
            labels = tifffile.imread(example_folder() / path)
            frames = tifffile.imread(movie)
            assert labels.shape == (frames.shape[0], *frames.shape[2:])
            assert labels.max() == 5


def test_there_are_movies_and_masks() -> None:
    assert [path.parts[0] for path in IMAGES].count("raw") == 4
    assert [path.parts[0] for path in IMAGES].count("masks") == 4


def test_the_copy_has_a_date_that_lies_ahead(tmp_path: Path) -> None:
    copied, release = copy_example(tmp_path)
    now = datetime.now(UTC).date()
    assert 28 <= (release - now).days <= 32  # wherever the clock is set to
    text = (copied / "submission.yaml").read_text(encoding="utf-8")
    assert f'  release_date: "{release}"\n' in text
    ours = (example_folder() / "submission.yaml").read_text(encoding="utf-8")
    assert len(text.splitlines()) == len(ours.splitlines())
    assert copy_example(tmp_path) == (copied, release)


@pytest.mark.parametrize("name", ["submission.yaml", "notes.txt"])
def test_nobody_s_dataset_is_written_over(tmp_path: Path, name: str) -> None:
    theirs = tmp_path / "time-lapse" / name
    theirs.parent.mkdir()
    theirs.write_text("precious")
    with pytest.raises(ConfigError, match="in the way"):
        copy_example(tmp_path)
    assert theirs.read_text() == "precious"


def test_the_example_passes_every_check_as_it_stands(run: Run) -> None:
    """Without the date, which may have passed when somebody reads this."""
    copy_example(Path())
    found = run("lint", "time-lapse")
    assert found.stdout == "Nothing to correct.\n"
