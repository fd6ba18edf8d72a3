"""The options of `fairsubmit lint`: what is changed, what is told, how it ends."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import click
import jsonschema
import pytest
from click.testing import Result

from fairsubmit.cli import cli
from fairsubmit.cli.demo import copy_example
from fairsubmit.findings import Report
from fairsubmit.lint.reports import REPORTS
from fairsubmit.metadata.load import parse

Run = Callable[..., Result]
SARIF = Path(__file__).parent.parent / "lint" / "sarif-2.1.0.json"
COLOUR = "\033["


def slipped(dataset: Path) -> Path:
    """Make slips that are cured safely, one that is unsafely, and some that are not."""
    document = dataset / "submission.yaml"
    text = document.read_text(encoding="utf-8")
    for old, new in {
        "  license: CC0-1.0": "  license: CC0  # as the funder asks",
        "  title: Simulated time-lapse": '  title: "Simulated  time-lapse',
        "with and without nocodazole\n": 'with and without nocodazole"  # long\n',
        "https://orcid.org/0000-0002-1825-0097": "0000-0002-1825-0097",
        "  keywords: [simulated data, ": "  keywords: [simulated data; ",
        "    address: Providence, Rhode Island, United States of America\n": "",
        "    email: josiah.carberry@example.org\n": "",
        "    biological_entity: HeLa Kyoto cells\n": "",
        "  publications:\n": "",
        "    - {title: Nuclei that stay where they are, status: in preparation}\n": "",
    }.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    document.write_text(text, encoding="utf-8", newline="")
    return document


def kept(root: Path) -> dict[str, bytes]:
    """All bytes of a dataset, without what fairsubmit keeps for itself."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in files
        if ".fairsubmit" not in path.parts
    }


def findings(found: Result) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(found.stdout)["findings"]
    return listed


def codes(found: Result) -> set[str]:
    return {finding["code"] for finding in findings(found)}


def comments(text: str) -> list[str]:
    return re.findall(r"(?m)(?:^|\s)#.*", text)


# -- cures -----------------------------------------------------------------------------


def test_diff_shows_what_fix_does_and_writes_nothing(run: Run, dataset: Path) -> None:
    document = slipped(dataset)
    before = kept(dataset)
    shown = run("lint", dataset, "--diff")
    assert shown.exit_code == 1
    assert kept(dataset) == before
    assert "-  license: CC0  # as the funder asks\n" in shown.stdout
    assert "+  license: CC0-1.0  # as the funder asks\n" in shown.stdout
    old = document.read_text(encoding="utf-8")
    fixed = run("lint", dataset, "--fix")
    assert fixed.exit_code == 1, "what is missing has no cure"
    assert "cures applied to submission.yaml" in fixed.stderr
    new = document.read_text(encoding="utf-8")
    lines = shown.stdout.splitlines()[2:]
    added = [line[1:] for line in lines if line.startswith("+")]
    removed = [line[1:] for line in lines if line.startswith("-")]
    assert added
    assert set(added) == {*new.splitlines()} - {*old.splitlines()}
    assert set(removed) == {*old.splitlines()} - {*new.splitlines()}
    again = run("lint", dataset, "--diff")
    assert (again.exit_code, again.stdout) == (0, "")


def test_fix_touches_one_file_and_keeps_its_comments(run: Run, dataset: Path) -> None:
    document = slipped(dataset)
    before, old = kept(dataset), document.read_text(encoding="utf-8")
    run("lint", dataset, "--fix", "--fail-on", "never")
    after, new = kept(dataset), document.read_text(encoding="utf-8")
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert changed == {"submission.yaml"}
    assert comments(new) == comments(old)
    run("lint", dataset, "--fix", "--fail-on", "never")
    assert kept(dataset) == after, "twice is as good as once"


def test_what_may_change_the_meaning_is_changed_when_asked(
    run: Run, dataset: Path
) -> None:
    document = slipped(dataset)
    run("lint", dataset, "--fix", "--fail-on", "never")
    left = run("lint", dataset, "--format", "json")
    unsafe = {f["code"] for f in findings(left) if f["fix"] == "unsafe"}
    assert not any(f["fix"] == "safe" for f in findings(left))
    assert unsafe
    found = run("lint", dataset, "--fix", "--unsafe-fixes", "--format", "json")
    assert not unsafe & codes(found)
    tree = parse(document.read_bytes(), "x").tree
    assert tree["study"]["keywords"][:2] == ["simulated data", "time-lapse microscopy"]


def test_cures_are_of_the_rules_that_are_chosen(run: Run, dataset: Path) -> None:
    document = slipped(dataset)
    run("lint", dataset, "--fix", "--select", "LIC", "--fail-on", "never")
    text = document.read_text(encoding="utf-8")
    assert "license: CC0-1.0" in text
    assert "Simulated  time-lapse" in text
    run("lint", dataset, "--fix", "--ignore", "PPL", "--fail-on", "never")
    text = document.read_text(encoding="utf-8")
    assert "Simulated time-lapse" in text
    assert "orcid: 0000-0002-1825-0097" in text


def test_nothing_to_cure(run: Run, dataset: Path) -> None:
    before = kept(dataset)
    assert run("lint", dataset, "--diff").exit_code == 0
    found = run("lint", dataset, "--fix")
    assert (found.exit_code, found.stdout) == (0, "Nothing to correct.\n")
    assert kept(dataset) == before


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not refused so there")
def test_a_document_that_cannot_be_written_is_said(
    run: Run, dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = slipped(dataset)
    before = document.read_bytes()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", refuse)
    found = run("lint", dataset, "--fix")
    assert found.exit_code == 6
    assert "submission.yaml cannot be written: Permission denied" in found.stderr
    assert document.read_bytes() == before
    assert not list(dataset.glob(".*.new"))


def test_a_table_of_many_slips_is_cured_at_once(run: Run, dataset: Path) -> None:
    """One finding stands for all of them; its cure is of all of them."""
    folder = dataset / "raw" / "control"
    pattern = (folder / "control_01.ome.tif").read_bytes()
    names = [f"raw/control/extra_{number:02}.ome.tif" for number in range(20)]
    for number, name in enumerate(names):
        (dataset / name).write_bytes(pattern + bytes([number]))
    table = dataset / "more.tsv"
    rows = [f"{name.upper()}\t{number}" for number, name in enumerate(names)]
    table.write_text("\n".join(["Files\tNumber", *rows, ""]), encoding="utf-8")
    document = dataset / "submission.yaml"
    text = document.read_text(encoding="utf-8")
    written = text.replace("[raw/control]}", "[raw/control], table: more.tsv}")
    assert written != text
    document.write_text(written, encoding="utf-8")
    chosen = ("lint", dataset, "--select", "FIL101", "--format", "json")
    (one,) = findings(run(*chosen))
    assert (one["count"], one["fix"]) == (20, "unsafe")
    assert run(*chosen, "--fix", "--unsafe-fixes").exit_code == 0
    lines = table.read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[0] for line in lines[1:]] == names


# -- what is told ----------------------------------------------------------------------


def test_statistics_count_places(run: Run, dataset: Path) -> None:
    slipped(dataset)
    listed = findings(run("lint", dataset, "--format", "json"))
    expected: dict[str, int] = {}
    for finding in listed:
        expected[finding["code"]] = expected.get(finding["code"], 0) + finding["count"]
    counted = json.loads(
        run("lint", dataset, "--statistics", "--format", "json").stdout
    )
    assert {row["code"]: row["places"] for row in counted} == expected
    assert [row["places"] for row in counted] == sorted(expected.values(), reverse=True)
    table = run("lint", dataset, "--statistics")
    assert table.exit_code == 1
    for code in expected:
        assert code in table.stdout


def test_statistics_of_several_datasets_are_one_table(
    run: Run, dataset: Path, tmp_path: Path
) -> None:
    slipped(dataset)
    (tmp_path / "more").mkdir()
    copy_example(tmp_path / "more")
    other = tmp_path / "more" / "time-lapse"
    slipped(other)
    arguments = ("--statistics", "--format", "json")
    one = json.loads(run("lint", dataset, *arguments).stdout)
    two = json.loads(run("lint", dataset, other, *arguments).stdout)
    double = {row["code"]: 2 * row["places"] for row in one}
    assert {row["code"]: row["places"] for row in two} == double


@pytest.mark.parametrize(
    ("level", "codes_by_severity"),
    [
        ("error", {"error": 1, "warning": 0, "info": 0}),
        ("warning", {"error": 1, "warning": 1, "info": 0}),
        ("info", {"error": 1, "warning": 1, "info": 1}),
        ("never", {"error": 0, "warning": 0, "info": 0}),
    ],
)
def test_how_bad_it_must_be_to_fail(
    run: Run, dataset: Path, level: str, codes_by_severity: dict[str, int]
) -> None:
    slipped(dataset)
    listed = findings(run("lint", dataset, "--format", "json"))
    for severity, code in codes_by_severity.items():
        rule = next((f["code"] for f in listed if f["severity"] == severity), None)
        assert rule, f"the slips have no {severity}"
        found = run("lint", dataset, "--select", rule, "--fail-on", level)
        assert found.exit_code == code, (severity, found.stdout)


def test_a_baseline_leaves_what_is_new(run: Run, dataset: Path, tmp_path: Path) -> None:
    document = slipped(dataset)
    first = run("lint", dataset, "--format", "json")
    assert first.exit_code == 1
    baseline = tmp_path / "baseline.json"
    baseline.write_text(first.stdout, encoding="utf-8")
    then = run("lint", dataset, "--baseline", baseline, "--format", "json")
    assert (then.exit_code, findings(then)) == (0, [])
    waived = json.loads(then.stdout)["waived"]
    assert {w["reason"] for w in waived} == {"in the baseline"}
    text = document.read_text(encoding="utf-8")
    # lines move, and what is known stays known
    text = "# one\n# two\n" + text.replace("CVCL_1922", "CVCL_192X")
    text = text.replace("NCBITaxon:9606", "NCBITaxon:10090")
    document.write_text(text, encoding="utf-8")
    new = run("lint", dataset, "--baseline", baseline, "--format", "json")
    assert codes(new)
    assert not codes(new) & {w["code"] for w in waived}


@pytest.mark.parametrize("text", ["", "[]", '{"findings": 7}', "\xff", "null"])
def test_what_is_no_baseline_is_said(
    run: Run, dataset: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "no.json").write_bytes(text.encode("latin-1"))
    found = run("lint", dataset, "--baseline", tmp_path / "no.json")
    assert found.exit_code == 2
    assert "no.json is no lint report" in found.stderr
    assert "--format json" in found.stderr


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_a_code_that_is_none_is_said(run: Run, dataset: Path, option: str) -> None:
    found = run("lint", dataset, option, "PPL102,LIC1O2")
    assert found.exit_code == 2
    assert "'LIC1O2'" in found.stderr
    assert "did you mean LIC102?" in found.stderr


def test_the_archive_of_the_settings_is_asked_too(
    run: Run, dataset: Path, home: Path
) -> None:
    slipped(dataset)
    alone = codes(run("lint", dataset, "--format", "json"))
    named = run("lint", dataset, "--format", "json", "--archive", "bioimage-archive")
    assert alone < codes(named)
    (home / "config.toml").write_text('archive = "bioimage-archive"\n')
    assert codes(run("lint", dataset, "--format", "json")) == codes(named)


# -- formats ---------------------------------------------------------------------------


def whole(text: str, style: str) -> int:
    """Insist that a report is whole, and return how many findings it has."""
    if style == "json":
        return len(Report.from_json(json.loads(text)).findings)
    if style == "jsonl":
        return len([json.loads(line) for line in text.splitlines()])
    if style == "gitlab":
        listed = json.loads(text)
        assert len({one["fingerprint"] for one in listed}) == len(listed)
        return len(listed)
    if style == "sarif":
        value = json.loads(text)
        jsonschema.validate(value, json.loads(SARIF.read_text(encoding="utf-8")))
        return sum(len(run["results"]) for run in value["runs"])
    if style == "junit":
        root = ET.fromstring(text)
        told = root.findall(".//testcase")
        assert len(told) == int(root.get("tests", ""))
        return len([one for one in told if one.get("name") != "lint"])
    if style == "github":
        return len(re.findall(r"(?m)^::(?:error|warning|notice) ", text))
    if style == "html":
        assert text.count("<html") == text.count("</html>") == 1
        return -1
    return len(re.findall(r"(?m)^[^\s:]\S*: [A-Z]{3}\d{3} ", text))


def test_every_format_is_offered_and_known(run: Run) -> None:
    option = next(p for p in _command("lint").params if "--format" in p.opts)
    offered = {str(choice) for choice in getattr(option.type, "choices", ())}
    assert offered == {*REPORTS}


def _command(name: str) -> click.Command:

    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


@pytest.mark.parametrize("style", REPORTS)
def test_every_format_of_one_and_of_several_datasets(
    run: Run, dataset: Path, tmp_path: Path, style: str
) -> None:
    slipped(dataset)
    (tmp_path / "more").mkdir()
    copy_example(tmp_path / "more")
    other = tmp_path / "more" / "time-lapse"
    slipped(other)
    number = len(findings(run("lint", dataset, "--format", "json")))
    one = run("lint", dataset, "--format", style)
    two = run("lint", dataset, other, "--format", style)
    assert one.exit_code == two.exit_code == 1
    assert whole(one.stdout, style) in {number, -1}
    assert whole(two.stdout, style) in {2 * number, -1}
    assert COLOUR not in one.stdout


@pytest.mark.parametrize("style", REPORTS)
def test_every_format_where_nothing_is_wrong(
    run: Run, dataset: Path, style: str
) -> None:
    found = run("lint", dataset, "--format", style)
    assert found.exit_code == 0
    assert whole(found.stdout, style) in {0, -1}


@pytest.mark.parametrize("style", ["human", "concise"])
def test_colours_are_for_terminals_that_want_them(
    dataset: Path, style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slipped(dataset)

    def shown(*options: str) -> str:
        class Screen(io.StringIO):
            def isatty(self) -> bool:
                return True

        screen = Screen()
        monkeypatch.setattr(sys, "stdout", screen)
        arguments = ["lint", str(dataset), "--format", style, *options]
        cli.main(arguments, prog_name="fairsubmit", standalone_mode=False)
        return screen.getvalue()

    coloured = shown()
    assert COLOUR in coloured
    plain = re.sub(r"\033\[[\d;]*m", "", coloured)
    assert shown("--no-color") == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown() == plain
