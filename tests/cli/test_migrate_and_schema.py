"""`fairsubmit migrate` and `fairsubmit schema`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator

from fairsubmit.cli.schema import NAMES
from fairsubmit.dataset import read_document
from fairsubmit.testing.schemas import SCHEMAS

Run = Callable[..., Result]
BASES = Path(__file__).parent.parent / "lint" / "bases"


def _nested(shared: Path) -> Path:
    return shared / "real_metadata/bia_pagetab_pairs/S-BIAD628_original.json"


def test_an_earlier_layout_becomes_a_submission(
    run: Run, shared: Path, tmp_path: Path
) -> None:
    found = run("migrate", _nested(shared), "submission.yaml")
    assert found.exit_code == 0, found.stderr
    assert "4 sections moved beside it, and 1 associations written" in found.stderr
    assert "not carried over: `Common name` of Organism" in found.stderr
    assert "next: `fairsubmit lint submission.yaml`" in found.stderr
    text = (tmp_path / "submission.yaml").read_text(encoding="utf-8")
    assert text.startswith("# From S-BIAD628_original.json.\n# Not carried over:\n")
    document = read_document(tmp_path / "submission.yaml")
    assert not document.problems
    assert len(document.tree["components"]) == 3
    report = json.loads(run("lint", "submission.yaml", "--format", "json").stdout)
    codes = {f["code"] for f in report["findings"] if f["severity"] == "error"}
    assert not {"DOC101", "DOC103", "REF101", "REF102", "REF103", "MIG001"} & codes


def test_or_pagetab_of_the_present_layout(
    run: Run, shared: Path, tmp_path: Path
) -> None:
    found = run("migrate", _nested(shared), "new.json", "--to", "pagetab", "--quiet")
    assert found.exit_code == 0
    before = run("lint", _nested(shared), "--select", "MIG")
    after = run("lint", "new.json", "--select", "MIG")
    assert (before.exit_code, after.exit_code) == (1, 0)


def test_without_a_target_it_is_printed(run: Run, tmp_path: Path) -> None:
    shutil.copy(BASES / "pagetab.json", tmp_path)
    found = run("migrate", "pagetab.json")
    assert found.exit_code == 0
    (tmp_path / "submission.yaml").write_text(found.stdout, encoding="utf-8")
    assert read_document(tmp_path / "submission.yaml").tree["study"]["title"]


def test_nothing_is_written_over(run: Run, tmp_path: Path) -> None:
    shutil.copy(BASES / "pagetab.json", tmp_path)
    (tmp_path / "submission.yaml").write_text("mine")
    found = run("migrate", "pagetab.json", "submission.yaml")
    assert found.exit_code == 2
    assert (tmp_path / "submission.yaml").read_text() == "mine"
    assert run("migrate", "pagetab.json", "submission.yaml", "--force").exit_code == 0
    assert (tmp_path / "submission.yaml").read_text() != "mine"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"fairsubmit": 1, "study": {}}', "has no layout that would be changed"),
        ("[]", "cannot be read"),
        ('{"experiment_type": 1, "imagesets": []}', "has no layout"),
    ],
)
def test_what_has_no_other_layout(
    run: Run, tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "x.json").write_text(text)
    found = run("migrate", "x.json")
    assert found.exit_code == 1
    assert words in found.stderr
    assert "next: " in found.stderr


def test_a_crate_is_no_pagetab(run: Run, tmp_path: Path) -> None:
    shutil.copy(BASES / "ro-crate-metadata.json", tmp_path)
    assert run("migrate", "ro-crate-metadata.json").exit_code == 0
    found = run("migrate", "ro-crate-metadata.json", "--to", "pagetab")
    assert found.exit_code == 2
    assert "is no PageTab" in found.stderr


@pytest.mark.parametrize("name", NAMES)
def test_every_public_schema_is_printed(run: Run, name: str) -> None:
    found = run("schema", name)
    assert found.exit_code == 0
    schema = json.loads(found.stdout)
    Draft202012Validator.check_schema(schema)
    assert schema == SCHEMAS[f"{name}-1.schema.json"]()


def test_the_schema_of_the_submission_unasked(run: Run) -> None:
    assert run("schema").stdout == run("schema", "submission").stdout
    assert run("schema", "nothing").exit_code == 2


def test_no_schema_is_forgotten() -> None:
    assert {f"{name}-1.schema.json" for name in NAMES} == set(SCHEMAS)
