"""All that `fairsubmit lint` is given: folders, documents, tables, images, others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
BASES = Path(__file__).parent.parent / "lint" / "bases"


def _findings(found: Result) -> dict[str, str]:
    listed = json.loads(found.stdout)["findings"]
    return {finding["code"]: finding["severity"] for finding in listed}


@pytest.mark.parametrize("name", ["rdf.yaml", "bioimageio.yaml", "mine.yml"])
def test_a_model_is_not_for_us(run: Run, tmp_path: Path, name: str) -> None:
    text = "format_version: 0.5.3\ntype: model\nname: U-Net\n"
    (tmp_path / name).write_text(text)
    found = run("lint", name)
    assert found.exit_code == 1
    assert "BioImage Model Zoo" in found.stderr
    assert "bioimageio.spec" in found.stderr


@pytest.mark.parametrize("name", ["notes.docx", "program.exe", "README"])
def test_what_nobody_can_check_is_one_sentence(
    run: Run, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(b"\x00\x01 nothing known")
    found = run("lint", name)
    assert found.exit_code == 1
    assert found.stdout == ""
    assert f"{name} is nothing that is checked" in found.stderr
    assert "next: give a dataset's folder, submission.yaml" in found.stderr


def test_a_deposition_of_empiar(run: Run, tmp_path: Path) -> None:
    text = (BASES / "empiar.json").read_text(encoding="utf-8")
    (tmp_path / "d.json").write_text(text)
    assert run("lint", "d.json").stdout == "Nothing to correct.\n"
    (tmp_path / "d.json").write_text(text.replace('"country": "GB"', '"country": "UK"'))
    found = run("lint", "d.json", "--format", "json")
    assert found.exit_code == 1
    listed = json.loads(found.stdout)["findings"]
    assert [f["code"] for f in listed] == ["EMP102", "EMP102"]
    assert listed[0]["pointer"] == "/corresponding_author/country"
    assert listed[0]["line"] == 12
    assert "GB" in listed[0]["help"]


def test_the_example_of_empiar_has_nothing_to_correct(run: Run, shared: Path) -> None:
    path = shared / "contracts/archive_examples/empiar/entry_working_example.json"
    assert run("lint", path).stdout == "Nothing to correct.\n"


def test_pagetab_in_tsv(run: Run, shared: Path, tmp_path: Path) -> None:
    source = shared / "contracts/biostudies_examples/contract/submission.tsv"
    text = source.read_text(encoding="utf-8").replace(
        "ada@example.org", "Ada <a@b.org>"
    )
    (tmp_path / "study.tsv").write_text(text)
    found = run("lint", "study.tsv", "--select", "PPL103")
    assert found.exit_code == 1
    assert found.stdout.startswith("study.tsv:21:8: ")
    assert "Ada <a@b.org>" in found.stdout


def test_a_file_table_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "raw.tsv").write_text("Files\tGene\nC:\\a.tif\tx\nb.tif\ty\nb.tif\tz\n")
    found = run("lint", "raw.tsv", "--format", "json")
    assert found.exit_code == 1
    # whether the files are there is not asked: nobody knows where they would be
    assert set(_findings(found)) == {"FIL103", "FIL105"}
    (tmp_path / "good.tsv").write_text("Files\tGene\na.tif\tx\n")
    assert run("lint", "good.tsv").stdout == "Nothing to correct.\n"


def test_a_file_table_that_is_no_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "raw.tsv").write_bytes(b"Files\n\xff\xfe\xfa\n")
    found = run("lint", "raw.tsv")
    assert found.exit_code == 1
    assert "it is not UTF-8 text" in found.stderr


def test_an_image_alone(run: Run, dataset: Path) -> None:
    image = next(path for path in sorted(dataset.rglob("*.ome.tif*")))
    found = run("lint", image, "--format", "json")
    assert found.exit_code == 0, found.stdout
    assert all(code.startswith(("IMG", "SET")) for code in _findings(found))
    image.write_bytes(image.read_bytes()[:200])
    found = run("lint", image, "--format", "json")
    assert found.exit_code == 1
    assert _findings(found)["IMG101"] == "error"


def test_a_crate_is_checked_with_its_folder(run: Run, tmp_path: Path) -> None:
    crate = tmp_path / "crate"
    (crate / "raw").mkdir(parents=True)
    (crate / "file-lists").mkdir()
    shutil.copy(BASES / "ro-crate-metadata.json", crate)
    (crate / "raw" / "a.tif").write_bytes(b"x")
    table = "Files\tSize\tmd5\tsha256\nraw/a.tif\t1\t\t\n"
    (crate / "file-lists" / "c1.tsv").write_text(table)
    for path in ("crate", "crate/ro-crate-metadata.json"):
        found = run("lint", path, "--format", "json")
        assert found.exit_code == 0, found.stdout
        assert set(_findings(found).values()) <= {"info"}
    (crate / "raw" / "a.tif").write_bytes(b"changed")
    found = run("lint", "crate", "--format", "json")
    assert _findings(found)["CRT107"] == "error"
    assert run("lint", "crate", "--diff").exit_code == 0
    assert not (crate / ".fairsubmit").exists()


def test_others_documents_are_no_datasets(run: Run, tmp_path: Path) -> None:
    shutil.copy(BASES / "empiar.json", tmp_path / "d.json")
    found = run("plan", "d.json", "--archive", "directory", "--to", "staging")
    assert found.exit_code == 1
    assert "is a deposition of EMPIAR and no dataset" in found.stderr


def test_several_at_once(run: Run, tmp_path: Path) -> None:
    for name in ("empiar.json", "pagetab.json"):
        shutil.copy(BASES / name, tmp_path)
    found = run("lint", "empiar.json", "pagetab.json", "--format", "json")
    assert found.exit_code == 0
    assert set(_findings(found).values()) <= {"info"}
