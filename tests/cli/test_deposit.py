"""The whole line on the command line: from images to a verified receipt."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from fairsubmit.rehearsal import EmbeddedArchive

    Run = Callable[..., Result]

ARCHIVE = ("--archive", "bioimage-archive")


def as_json(result: Result) -> Any:
    """Return what stdout says; it must be JSON and nothing else."""
    return json.loads(result.stdout)


@pytest.mark.parametrize("upload", ["ftp", "form"])
def test_submit_ends_with_an_accession_and_a_receipt(
    run: Run, dataset: Path, logged_in: EmbeddedArchive, upload: str
) -> None:
    found = run("submit", dataset, *ARCHIVE, "--upload", upload)
    assert found.exit_code == 0, found.output
    accession = re.search(r"^accession +(S-BIAD\d+)$", found.stdout, re.MULTILINE)
    receipt = re.search(r"^receipt +(.+)$", found.stdout, re.MULTILINE)
    assert accession
    assert receipt
    written = json.loads(Path(receipt[1]).read_text())
    assert written["accession"] == accession[1]
    assert len(written["files"]) == 12
    for file in written["files"]:
        assert file["held"]["size"] == file["size"]
    stored = logged_in.stored(accession[1])
    local = dataset / "raw/control/control_01.ome.tif"
    assert (
        stored / "raw/control/control_01.ome.tif"
    ).read_bytes() == local.read_bytes()
    verified = run("verify", receipt[1], "--read-back")
    assert verified.exit_code == 0
    assert verified.stdout == (
        "verify: 12 of 12 files held with the same size and digest\n"
    )


def test_submitting_again_changes_nothing(
    run: Run, dataset: Path, logged_in: EmbeddedArchive
) -> None:
    first = as_json(run("submit", dataset, *ARCHIVE, "--format", "json"))
    again = run("submit", dataset, *ARCHIVE, "--format", "json")
    assert as_json(again) == first
    assert "submitted already" in again.stderr
    changed = dataset / "raw/control/control_01.ome.tif"
    changed.write_bytes(changed.read_bytes() + b"\0")
    refused = run("submit", dataset, *ARCHIVE)
    assert refused.exit_code == 3
    assert "has changed since" in refused.stderr
    assert "--again" in refused.stderr
    anew = run("submit", dataset, *ARCHIVE, "--again", "--format", "json")
    assert as_json(anew)["accession"] != first["accession"]


def test_status_and_verify_in_json(
    run: Run, dataset: Path, logged_in: EmbeddedArchive
) -> None:
    made = as_json(
        run(
            *("submit", dataset, *ARCHIVE, "--format", "json"),
            *("--receipt", "receipt.json", "--jobs", 2),
        )
    )
    assert made["status"] == "PROCESSED"
    assert made["receipt"] == "receipt.json"
    status = as_json(run("status", made["accession"], *ARCHIVE, "--format", "json"))
    assert status["accepted"]
    assert status["final"]
    listed = as_json(run("status", "--format", "json"))
    assert [item["accession"] for item in listed] == [made["accession"]]
    assert made["accession"] in run("status").stdout
    report = as_json(run("verify", "receipt.json", "--format", "json"))
    assert report == {
        "findings": [],
        "waived": [],
        "summary": {"error": 0, "warning": 0, "info": 0},
    }


def test_verify_names_what_the_archive_lost(
    run: Run, dataset: Path, logged_in: EmbeddedArchive
) -> None:
    run("submit", dataset, "--to", "staging", "--receipt", "receipt.json")
    kept = next(Path("staging").rglob("control_02.ome.tif"))
    kept.unlink()
    found = run("verify", "receipt.json")
    assert found.exit_code == 1
    assert "raw/control/control_02.ome.tif" in found.stderr
    assert found.stdout.startswith("verify: 11 of 12 files held")
    report = as_json(run("verify", "receipt.json", "--format", "json"))
    assert [f["code"] for f in report["findings"]] == ["VER101"]


def test_the_directory_archive(run: Run, dataset: Path) -> None:
    found = run("submit", dataset, "--archive", "directory", "--to", "staging")
    assert found.exit_code == 0, found.output
    kept = next(Path("staging").rglob("control_02.ome.tif"))
    local = dataset / "raw/control/control_02.ome.tif"
    assert kept.read_bytes() == local.read_bytes()


def test_plan_before_and_after(
    run: Run, dataset: Path, configured: EmbeddedArchive
) -> None:
    """Nobody has to log in to see what would be sent."""
    before = run("plan", dataset, *ARCHIVE, "--files")
    assert before.exit_code == 0, before.output
    assert "to send: 12 files" in before.stdout
    assert "raw/control/control_01.ome.tif" in before.stdout
    summary = as_json(run("plan", dataset, *ARCHIVE, "--format", "json"))["summary"]
    assert summary["send"]["files"] == 12
    assert summary["skip"] == summary["refuse"] == {"files": 0, "bytes": 0}


def test_plan_skips_what_is_there(
    run: Run, dataset: Path, logged_in: EmbeddedArchive
) -> None:
    run("submit", dataset, *ARCHIVE)
    found = run("plan", dataset, *ARCHIVE)
    assert "there already: 12 files" in found.stdout
    assert "to send: 0 files" in found.stdout


def test_bundle_copies_nothing(run: Run, dataset: Path) -> None:
    found = as_json(run("bundle", dataset, "--folder", "out", "--format", "json"))
    assert found["files"] == 8
    assert [listed["rows"] for listed in found["file_lists"]] == [2, 2, 4]
    assert json.loads(Path(found["rendered"]).read_text())["section"]["type"] == "Study"
    assert not list(Path("out").rglob("*.tif"))
    assert "described in" in run("bundle", dataset).stdout


def test_extract_tables_lines_and_arrays(run: Run, dataset: Path) -> None:
    table = run("extract", dataset)
    assert table.exit_code == 0
    assert "time-lapse/raw/control/control_01.ome.tif" in table.stdout
    assert "0.325×0.325 µm" in table.stdout
    array = as_json(run("extract", dataset, "--format", "json"))
    lines = run("extract", dataset, "--format", "jsonl", "--workers", 2).stdout
    assert [json.loads(line) for line in lines.splitlines()] == array
    assert len(array) == 8
    assert array[0]["size"] == {"x": 64, "y": 64, "z": 1, "c": 1, "t": 5}
    assert as_json(run("extract", dataset / "filelists", "--format", "json")) == []


def test_lint_in_every_format(run: Run, dataset: Path) -> None:
    assert run("lint", dataset, *ARCHIVE).stdout == "Nothing to correct.\n"
    document = dataset / "submission.yaml"
    text = document.read_text()
    document.write_text(text.replace("0000-0002-1825-0097", "0000-0002-1825-0098"))
    human = run("lint", dataset)
    assert human.exit_code == 1
    assert re.search(r"time-lapse/submission.yaml:\d+:\d+: PPL102", human.stdout)
    github = run("lint", dataset, "--format", "github")
    assert github.stdout.startswith("::error ")
    assert "file=time-lapse/submission.yaml" in github.stdout
    report = as_json(run("lint", dataset, "--format", "json"))
    assert report["summary"]["error"] == 1
    assert report["findings"][0]["path"] == "submission.yaml"
    both = as_json(run("lint", dataset, document, "--format", "json"))
    assert [f["path"] for f in both["findings"]] == ["time-lapse/submission.yaml"] * 2
    assert run("lint", dataset, "--ignore", "PPL").exit_code == 0
    assert run("lint", dataset, "--select", "IMG,STU").exit_code == 0
    refused = run("submit", dataset, "--to", "staging")
    assert refused.exit_code == 1
    assert "PPL102" in refused.stderr
    assert "fairsubmit lint time-lapse" in refused.stderr
    assert not Path("staging").exists()


def test_rules_are_listed_and_explained(run: Run) -> None:
    listed = run("rule").stdout
    assert "PPL102" in listed
    page = run("rule", "PPL102").stdout
    assert page.startswith("# PPL102 orcid-invalid")
    assert run("rule", "orcid-invalid").stdout == page
    assert run("rule", "ppl102").stdout == page
    assert "PPL101" in run("rule", "PPL1").stdout
    assert as_json(run("rule", "PPL102", "--format", "json"))["code"] == "PPL102"
    codes = [rule["code"] for rule in as_json(run("rule", "--format", "json"))]
    assert len(codes) == len(set(codes)) >= 42
    unknown = run("rule", "zzzzzzzz")
    assert unknown.exit_code == 2
    assert "`fairsubmit rule` lists all rules" in unknown.stderr
    assert "did you mean orcid-invalid?" in run("rule", "orcid-invald").stderr


def test_the_schema_describes_the_example(run: Run, dataset: Path) -> None:
    import yaml
    from jsonschema import Draft202012Validator

    schema = as_json(run("schema"))
    tree = yaml.safe_load((dataset / "submission.yaml").read_text())
    Draft202012Validator.check_schema(schema)
    assert not list(Draft202012Validator(schema).iter_errors(tree))


def test_rehearse(run: Run, dataset: Path) -> None:
    found = run("rehearse", dataset, "--format", "json")
    assert found.exit_code == 0, found.output
    made = as_json(found)
    assert made["verified"]["findings"] == []
    assert Path(made["receipt"]).is_file()


def test_a_kept_rehearsal_goes_on(run: Run, dataset: Path) -> None:
    first = as_json(run("rehearse", dataset, "--keep", "kept", "--format", "json"))
    again = run("rehearse", dataset, "--keep", "kept", "--format", "json")
    assert as_json(again)["accession"] == first["accession"]
    assert "submitted already" in again.stderr


def test_demo(run: Run, tmp_path: Path) -> None:
    found = run("demo")
    assert found.exit_code == 0, found.output
    assert "accession  S-BIAD" in found.stdout
    assert "receipt    demo-output/receipt.json" in found.stdout.replace("\\", "/")
    assert "verify: 12 of 12 files held with the same size and digest" in found.stdout
    assert (tmp_path / "demo-output" / "receipt.json").is_file()
    assert run("demo").exit_code == 0  # a second time over the first


def test_accounts(run: Run, configured: EmbeddedArchive, home: Path) -> None:
    anonymous = run("whoami")
    assert anonymous.exit_code == 2
    assert "fairsubmit login" in anonymous.stderr
    found = run(
        *("login", "--user", configured.email, "--password-stdin"),
        text=configured.account_password + "\n",
    )
    assert found.exit_code == 0, found.output
    assert configured.account_password not in found.output
    token = json.loads((home / "tokens.json").read_text())[configured.api_url]
    assert token not in found.output
    who = as_json(run("whoami", "--format", "json"))
    assert configured.email in who["account"]
    assert configured.email in run("whoami").stdout
    gone = run("logout")
    assert gone.exit_code == 0
    assert not (home / "tokens.json").exists()
    assert run("whoami").exit_code == 2
    assert "not logged in" in run("logout").stderr


def test_a_token_that_was_ended_elsewhere(
    run: Run, logged_in: EmbeddedArchive, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = (home / "tokens.json").read_text()
    run("logout")
    (home / "tokens.json").write_text(tokens)
    found = run("whoami")
    assert found.exit_code == 4
    assert "fairsubmit login" in found.stderr
    monkeypatch.setenv("FAIRSUBMIT_TOKEN", json.loads(tokens)[logged_in.api_url])
    ended = run("logout")
    assert ended.exit_code == 0
    assert "environment" in ended.stderr
