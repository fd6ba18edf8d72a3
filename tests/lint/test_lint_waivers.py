"""Findings that are answered in advance: in the document, in comments, by path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fairsubmit.dataset import open_dataset
from fairsubmit.errors import ConfigError
from fairsubmit.lint import lint
from fairsubmit.lint.baseline import read_baseline, without_known
from fairsubmit.metadata.image import Extraction, ImageMetadata

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.findings import Report


def images(*paths: str) -> list[Extraction]:
    """Images without a pixel size."""
    return [
        Extraction(path, (ImageMetadata(path, 0, format="TIFF", files=(path,)),))
        for path in paths
    ]


def checked(folder: Path, text: str, *paths: str) -> Report:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"x")
    (folder / "submission.yaml").write_text(text, encoding="utf-8")
    return lint(open_dataset(folder), images(*paths), select=["IMG102", "STU103"])


def test_a_waiver_by_path_leaves_the_others(
    tmp_path: Path, composed: Callable[..., str]
) -> None:
    (tmp_path / "fairsubmit.toml").write_text(
        '[[waivers]]\ncodes = "img102"\npaths = ["raw/old"]\nreason = "pilot"\n'
    )
    paths = [f"raw/{folder}/{n}.tif" for folder in ("old", "new") for n in range(9)]
    report = checked(tmp_path, composed(""), *paths)
    (finding,) = report.findings
    assert (finding.count, finding.path) == (9, "raw/new/0.tif")
    (waiver,) = report.waived
    assert (waiver.finding.count, waiver.reason) == (9, "pilot")


def test_a_comment_waives_its_line_alone(
    tmp_path: Path, composed: Callable[..., str]
) -> None:
    study = (
        "study:\n"
        "  title: Nuclear pore density in HeLa cells after Nup133 depletion\n"
        "  description: Spinning disk confocal images of HeLa cells with no Nup133.\n"
        "  license: CC0-1.0\n"
        "  keywords: []{}\n"
    )
    why = "  # fairsubmit: ignore[STU103, IMG102] - a test of mine"
    without = checked(tmp_path, composed(study.replace("{}", "")), "raw/a.tif")
    assert {f.code for f in without.findings} == {"IMG102", "STU103"}
    report = checked(tmp_path, composed(study.replace("{}", why)), "raw/a.tif")
    assert [f.code for f in report.findings] == ["IMG102"]
    assert [(w.finding.code, w.reason) for w in report.waived] == [
        ("STU103", "a test of mine")
    ]


def test_a_comment_in_a_text_is_no_comment(
    tmp_path: Path, composed: Callable[..., str]
) -> None:
    study = (
        "study:\n"
        "  title: Nuclear pore density in HeLa cells after Nup133 depletion\n"
        "  description: |\n"
        "    # fairsubmit: ignore[STU103] these are words of the description\n"
        "    and nothing else\n"
        "  license: CC0-1.0\n"
    )
    report = checked(tmp_path, composed(study))
    assert {f.code for f in report.findings} == {"STU103"}


def test_what_the_baseline_has_is_not_told_again(
    tmp_path: Path, composed: Callable[..., str]
) -> None:
    paths = [f"raw/{n}.tif" for n in range(9)]
    then = checked(tmp_path, composed(""), *paths)
    file = tmp_path / "baseline.json"
    file.write_text(then.dumps(), encoding="utf-8")
    baseline = read_baseline(file)
    assert without_known(then, baseline).findings == ()
    fewer = checked(tmp_path, "\n\n" + composed(""), *paths[:5])
    assert without_known(fewer, baseline).findings == ()
    more = checked(tmp_path, composed(""), *paths, "raw/9.tif")
    (finding,) = without_known(more, baseline).findings
    assert finding.count == 10


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": [1], "waived": []}'])
def test_a_baseline_that_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match="no lint report"):
        read_baseline(file)
