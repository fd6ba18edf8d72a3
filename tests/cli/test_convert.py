"""``fairsubmit convert``: every form into every other, nothing lost in silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.dataset import read_document
from fairsubmit.metadata.load import parse
from fairsubmit.workbook.tables import what_says_something

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]


@pytest.fixture
def submission(tmp_path: Path, project: Path) -> Path:
    text = (project / "tests/lint/base.yaml").read_text(encoding="utf-8")
    path = tmp_path / "submission.yaml"
    path.write_text("# a comment\n" + text, encoding="utf-8")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("x")
    return path


def said(path: Path) -> Any:
    document = read_document(path)
    assert not document.problems
    return what_says_something(dict(document.tree))


@pytest.mark.parametrize("name", ["a.xlsx", "a.json", "a.yaml", "a.yml", "A.XLSX"])
def test_forms_of_a_submission_say_the_same(
    run: Run, submission: Path, name: str
) -> None:
    target = submission.parent / name
    found = run("convert", submission, target)
    assert found.exit_code == 0, found.output
    assert "written" in found.stderr
    assert said(target) == said(submission)
    back = submission.parent / "back.yaml"
    assert run("convert", target, back).exit_code == 0
    assert said(back) == said(submission)
    assert list(said(back)) == list(said(submission))


def test_a_file_is_not_overwritten_unasked(run: Run, submission: Path) -> None:
    target = submission.with_name("a.xlsx")
    target.write_text("mine")
    found = run("convert", submission, target)
    assert found.exit_code == 2
    assert "--force" in found.stderr
    assert target.read_text() == "mine"
    assert run("convert", submission, target, "--force").exit_code == 0
    assert said(target) == said(submission)


def test_a_name_that_says_nothing_needs_an_option(run: Run, submission: Path) -> None:
    target = submission.with_name("out.dat")
    found = run("convert", submission, target)
    assert found.exit_code == 2
    assert "--to" in found.stderr
    assert not target.exists()
    assert run("convert", submission, target, "--to", "json").exit_code == 0
    assert json.loads(target.read_bytes())["fairsubmit"] == "1"


def test_what_would_be_lost_stops_it(run: Run, submission: Path) -> None:
    text = submission.read_text(encoding="utf-8")
    submission.write_text(text + "authors: [{name: Joe}]\n", encoding="utf-8")
    found = run("convert", submission, submission.with_name("a.xlsx"))
    assert found.exit_code == 1
    assert "DOC102" in found.stderr
    assert "given twice" in found.stderr
    assert not submission.with_name("a.xlsx").exists()


def test_what_has_no_place_in_a_workbook_stops_it(run: Run, submission: Path) -> None:
    submission.write_text("study: {keywords: one}\n", encoding="utf-8")
    found = run("convert", submission, submission.with_name("a.xlsx"))
    assert found.exit_code == 1
    assert "`study/keywords` cannot be written" in found.stderr
    assert "fairsubmit lint" in found.stderr


@pytest.mark.parametrize("content", ["", "- a\n", "a: [\n"])
def test_what_cannot_be_read_is_said_with_its_place(
    run: Run, submission: Path, content: str
) -> None:
    submission.write_text(content, encoding="utf-8")
    found = run("convert", submission, submission.with_name("a.xlsx"))
    assert found.exit_code == 1
    assert "cannot be read" in found.stderr


def test_a_folder_that_cannot_be_written(run: Run, submission: Path) -> None:
    (submission.parent / "file").touch()
    found = run("convert", submission, submission.parent / "file" / "a.xlsx")
    assert found.exit_code == 6
    assert "cannot be written" in found.stderr


@pytest.mark.parametrize("name", ["rembi.json", "rembi.yaml"])
def test_rembi_mifa_and_back(run: Run, submission: Path, name: str) -> None:
    target = submission.with_name(name)
    found = run("convert", submission, target, "--to", "rembi-mifa")
    assert found.exit_code == 0, found.output
    assert "has no place for: " in found.stderr
    assert "components.files.include" in found.stderr
    tree = parse(target.read_bytes(), name).tree
    assert tree["study"]["rembi_version"] == "1.5"
    back = submission.with_name("back.yaml")
    found = run("convert", target, back)
    assert found.exit_code == 0, found.output
    assert "fill in what is marked" in found.stderr
    assert said(back)["study"]["title"] == said(submission)["study"]["title"]
    text = back.read_text(encoding="utf-8")
    (marked,) = [line for line in text.splitlines() if "# fill in" in line]
    assert marked.strip().startswith("files:")


def test_rembi_mifa_into_a_workbook(run: Run, submission: Path) -> None:
    target = submission.with_name("rembi.json")
    run("convert", submission, target, "--to", "rembi-mifa")
    book = submission.with_name("from.xlsx")
    assert run("convert", target, book).exit_code == 0
    assert said(book)["acquisitions"] == [
        {**each, "title": each["imaging_method"][0]["label"]}
        for each in said(submission)["acquisitions"]
    ]


def test_what_rembi_mifa_requires_is_shown_in_its_place(
    run: Run, submission: Path
) -> None:
    text = submission.read_text(encoding="utf-8")
    submission.write_text(
        text.replace("    email: jane.doe@example.org\n", ""), encoding="utf-8"
    )
    target = submission.with_name("rembi.json")
    found = run("convert", submission, target, "--to", "rembi-mifa")
    assert found.exit_code == 1
    assert "submission.yaml:" in found.stderr
    assert "e-mail address of Jane Doe" in found.stderr
    assert not target.exists()


def test_a_record_of_an_archive_becomes_a_submission(
    run: Run, shared: Path, tmp_path: Path
) -> None:
    pairs = shared / "real_metadata" / "bia_pagetab_pairs"
    source = min(path for path in pairs.rglob("*.json"))
    target = tmp_path / "from.yaml"
    found = run("convert", source, target)
    assert found.exit_code == 0, found.output
    assert said(target)["study"]["title"]


def test_a_dataset_may_have_a_workbook_instead(run: Run, submission: Path) -> None:
    book = submission.with_name("submission.xlsx")
    assert run("convert", submission, book).exit_code == 0
    before = run("lint", submission.parent, "--format", "json")
    submission.unlink()
    after = run("lint", submission.parent, "--format", "json")
    assert before.exit_code == after.exit_code
    first, second = (json.loads(r.stdout)["findings"] for r in (before, after))
    assert [f["code"] for f in first] == [f["code"] for f in second]
    cells = [f["cell"] for f in second if f["path"] == "submission.xlsx"]
    assert cells
    assert all("!" in cell for cell in cells)
    again = run("lint", book, "--format", "concise")
    assert "submission.xlsx[" in again.stdout


def test_a_workbook_is_bundled(run: Run, submission: Path) -> None:
    book = submission.with_name("submission.xlsx")
    run("convert", submission, book)
    submission.unlink()
    found = run("bundle", submission.parent)
    assert found.exit_code == 0, found.output
    made = submission.parent / ".fairsubmit" / "bundle"
    lists = "".join(p.read_text("utf-8") for p in made.rglob("*.tsv"))
    assert "raw/a.txt" in lists
    assert "submission.xlsx" not in lists


def test_a_workbook_is_submitted(
    run: Run, submission: Path, home: Path, tmp_path: Path
) -> None:
    book = submission.with_name("submission.xlsx")
    run("convert", submission, book)
    submission.unlink()
    shelf = tmp_path.parent / f"{tmp_path.name}-shelf"
    found = run("submit", submission.parent, "--archive", "directory", "--to", shelf)
    assert found.exit_code == 0, found.output
    names = {path.name for path in shelf.rglob("*")}
    assert "a.txt" in names
    assert "submission.xlsx" not in names


def test_cures_leave_a_workbook_as_it_is(run: Run, submission: Path) -> None:
    text = submission.read_text(encoding="utf-8")
    text = text.replace("title: HeLa Kyoto", 'title: "HeLa  Kyoto"')
    submission.write_text(text, encoding="utf-8")
    book = submission.with_name("submission.xlsx")
    run("convert", submission, book)
    submission.unlink()
    before = book.read_bytes()
    found = run("lint", submission.parent, "--fix")
    assert "submission.xlsx is left as it is" in found.stderr
    assert "fairsubmit convert" in found.stderr
    assert book.read_bytes() == before
    assert "DOC105" in found.stdout
    assert "[*]" not in found.stdout
    assert run("lint", submission.parent, "--diff").exit_code == 0


def test_a_damaged_workbook_is_one_finding(run: Run, submission: Path) -> None:
    submission.unlink()
    book = submission.with_name("submission.xlsx")
    book.write_bytes(b"PK\x03\x04 and no more")
    found = run("lint", submission.parent, "--format", "json")
    assert found.exit_code == 1
    codes = [f["code"] for f in json.loads(found.stdout)["findings"]]
    assert codes.count("DOC101") == 1
    assert not [code for code in codes if code.startswith(("STU", "PPL", "BIO"))]
