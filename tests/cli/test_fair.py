"""`fairsubmit fair`: verdicts with evidence, counts, and nothing that is not known."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

Run = Callable[..., Result]
BASES = Path(__file__).parent.parent / "lint" / "bases"
YES, NO, ARCHIVE = "yes", "no", "only the archive can tell"
NOTHING = "nothing to judge"


def _json(found: Result) -> dict[str, Any]:
    assert found.exit_code == 0, found.stderr
    value: dict[str, Any] = json.loads(found.stdout)
    return value


def _verdicts(value: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["verdict"] for each in value["rda_indicators"]}


def test_the_example(run: Run, dataset: Path) -> None:
    value = _json(run("fair", dataset, "--format", "json"))
    verdicts = _verdicts(value)
    assert len(verdicts) == 41
    assert verdicts["RDA-F2-01M"] == YES
    assert verdicts["RDA-R1.3-01M"] == YES
    assert verdicts["RDA-I1-01D"] == YES
    assert verdicts["RDA-I3-01D"] == YES
    # what an archive does with data is not known before
    for name in ("F1-01M", "F4-01M", "A1-02M", "A1-03D", "A1.2-01D", "A2-01M"):
        assert verdicts[f"RDA-{name}"] == ARCHIVE
    assert Counter(verdicts.values())[ARCHIVE] == 16
    assert all(each["evidence"] for each in value["rda_indicators"])
    counted = Counter[str]()
    for found in value["rda_summary"].values():
        counted.update(found)
    assert counted == Counter(verdicts.values())


def test_indicators_are_those_of_rda(run: Run, dataset: Path, shared: Path) -> None:
    table = shared / "standards" / "schemas" / "rda_fair_indicators.tsv"
    lines = table.read_text(encoding="utf-8").splitlines()[1:]
    rows = {row["indicator"]: row for row in csv.DictReader(lines, delimiter="\t")}
    value = _json(run("fair", dataset, "--format", "json"))
    found = {each["id"]: each for each in value["rda_indicators"]}
    assert list(found) == list(rows)
    for name, row in rows.items():
        assert found[name]["text"] == row["text"]
        assert found[name]["priority"] == row["priority"]
        later = row["evaluable"] in {"post", "target"}
        assert (found[name]["verdict"] == ARCHIVE) == later, name


def test_metrics_are_those_of_f_uji(run: Run, dataset: Path, shared: Path) -> None:
    path = shared / "standards" / "schemas" / "fuji_metrics_v0.8.yaml"
    metrics = yaml.safe_load(path.read_text(encoding="utf-8"))["metrics"]
    value = _json(run("fair", dataset, "--format", "json"))
    results = value["results"]
    assert [each["metric_identifier"] for each in results] == [
        metric["metric_identifier"] for metric in metrics
    ]
    for result, metric in zip(results, metrics, strict=True):
        assert result["metric_name"] == metric["metric_name"]
        assert set(result["metric_tests"]) == {
            test["metric_test_identifier"] for test in metric["metric_tests"]
        }
        assert "score" not in json.dumps(result)
    assert sum(value["summary"].values()) == value["total_metrics"] == 17


def test_what_is_missing_is_said_with_its_place(run: Run, dataset: Path) -> None:
    path = dataset / "submission.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("  license:")]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), encoding="utf-8")
    value = _json(run("fair", dataset, "--format", "json"))
    found = {each["id"]: each for each in value["rda_indicators"]}
    for name in ("RDA-R1.1-01M", "RDA-R1.1-02M", "RDA-A1-01M"):
        assert found[name]["verdict"] == NO
        assert found[name]["evidence"][0]["field"] == "/study/license"
    assert found["RDA-R1.3-01M"]["evidence"][0]["field"] == "LIC101"
    assert found["RDA-I1-01M"]["verdict"] == NO  # no crate while there are errors
    metric = next(
        r for r in value["results"] if r["metric_identifier"] == "FsF-R1.1-01M"
    )
    assert metric["test_status"] == "fail"
    study = next(m for m in value["completeness"] if m["standard"] == "MIFA")
    assert study["missing"] == ["/study/license"]


def test_images_that_cannot_be_read_count_against_it(run: Run, dataset: Path) -> None:
    image = next(path for path in sorted(dataset.rglob("*.ome.tif*")))
    image.write_bytes(image.read_bytes()[:100])
    value = _json(run("fair", dataset, "--format", "json"))
    assert _verdicts(value)["RDA-R1.3-01D"] == NO


@pytest.mark.parametrize("name", ["pagetab.json", "ro-crate-metadata.json"])
def test_a_document_alone_says_nothing_of_its_data(
    run: Run, tmp_path: Path, name: str
) -> None:
    shutil.copy(BASES / name, tmp_path)
    value = _json(run("fair", name, "--format", "json"))
    verdicts = _verdicts(value)
    for each in ("RDA-I1-01D", "RDA-I1-02D", "RDA-R1.3-01D"):
        assert verdicts[each] == NOTHING
    assert verdicts["RDA-I3-01D"] == NOTHING  # nothing was annotated
    assert {m["standard"] for m in value["completeness"]} == {"REMBI"}
    biosample = next(m for m in value["completeness"] if m["module"] == "Biosample")
    assert biosample["required"] == [2, 2]


def test_for_a_person(run: Run, dataset: Path) -> None:
    found = run("fair", dataset)
    assert found.exit_code == 0
    assert "F2-01M" in found.stdout
    assert "Essential: " in found.stdout
    assert "%" not in found.stdout
    assert "Image acquisition" in found.stdout
    assert "MIFA" in found.stdout
