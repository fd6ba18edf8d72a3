"""`fairsubmit lint` of a record that an archive holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import Result

from fairsubmit import read_document

if TYPE_CHECKING:
    from pathlib import Path

Run = Callable[..., Result]


def _record(**study: object) -> dict[str, Any]:
    title = {"name": "Title", "value": "Nuclei of HeLa cells in four conditions"}
    date = {"name": "ReleaseDate", "value": "2020-01-31"}
    author = {
        "type": "Author",
        "attributes": [
            {"name": "Name", "value": "Ada"},
            {"name": "E-mail", "value": "Ada <ada@example.org>"},
        ],
    }
    section = {"type": "Study", "attributes": [title], "subsections": [author], **study}
    return {"accno": "S-BIAD1", "attributes": [date], "section": section}


def _codes(found: Result) -> dict[str, str]:
    return {f["code"]: f["severity"] for f in json.loads(found.stdout)["findings"]}


def test_a_record_is_checked_as_a_record(run: Run, tmp_path: Path) -> None:
    (tmp_path / "S-BIAD1.json").write_text(json.dumps(_record(), indent=1))
    found = run("lint", "S-BIAD1.json", "--format", "json")
    assert found.exit_code == 1
    codes = _codes(found)
    # demands of the archive whose layout this is, and no fields of submission.yaml
    assert codes["PPL103"] == "error"
    assert codes["PPL105"] == "error"
    assert codes["STU105"] == "info"
    assert not {"DOC103", "DOC108", "FIL102", "FIL112"} & codes.keys()
    assert not (tmp_path / ".fairsubmit").exists()


def test_a_record_is_shown_with_its_own_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "r.json").write_text(json.dumps(_record(), indent=1))
    found = run("lint", "a/r.json", "--select", "PPL103")
    assert found.stdout.startswith("a/r.json:")
    assert "Ada <ada@example.org>" in found.stdout


@pytest.mark.parametrize("text", ["[]", '{"@context": "x", "@graph": []}', '"x"'])
def test_other_json_is_one_finding(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "other.json").write_text(text)
    found = run("lint", "other.json", "--format", "json")
    assert found.exit_code == 1
    assert _codes(found) == {"DOC101": "error"}


def test_a_record_cannot_be_deposited(run: Run, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(json.dumps(_record()))
    found = run("plan", "r.json", "--archive", "directory", "--to", "staging")
    assert found.exit_code == 1
    assert "is PageTab" in found.stderr
    assert "next: check it with `fairsubmit lint`" in found.stderr


def test_a_submission_in_json_stays_one(run: Run, dataset: Path) -> None:
    yaml = dataset / "submission.yaml"
    tree = read_document(yaml).tree
    yaml.unlink()
    (dataset / "submission.json").write_text(json.dumps(tree), encoding="utf-8")
    for path in (dataset, dataset / "submission.json"):
        assert run("lint", path).stdout == "Nothing to correct.\n"


def test_every_real_record(run: Run, shared: Path) -> None:
    records = sorted((shared / "real_metadata" / "bia_pagetab_pairs").glob("*.json"))
    assert records
    for path in records:
        found = run("lint", path, "--format", "json")
        assert not {"DOC101", "DOC103", "DOC108"} & _codes(found).keys(), path.name
