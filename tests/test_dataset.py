"""The dataset: which file belongs where."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import pytest

from fairsubmit.dataset import Dataset, open_dataset, read_document
from fairsubmit.errors import MetadataError

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.dataset import FileGroup

# What describes a dataset, under any name that it may have.
FORMS = {"fairsubmit.toml"} | {
    f"submission.{suffix}" for suffix in ("yaml", "yml", "json", "xlsx")
}
SUBMISSION = """
fairsubmit: 1
components:
  - id: c1
    files:
      include: [raw/**, "gone/*", missing.tif]
      exclude: ["**/*.tmp"]
      table: tables/raw.tsv
  - id: c2
    files: {include: ["."]}
  - not a mapping
  - id: [no, text]
    files: nothing
annotations:
  - id: m1
    files: {table: tables/masks.tsv, include: [7, {a: b}]}
"""


def make(root: Path, files: dict[str, str], submission: str = SUBMISSION) -> Path:
    for path, text in {"submission.yaml": submission, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="")
    return root


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    files = {
        "raw/a.tif": "a",
        "raw/deep/b.tif": "bb",
        "raw/c.tmp": "c",
        "extra/d.tif": "d",
        "masks/m.tif": "m",
        ".fairsubmit/manifest.jsonl": "{}",
        "tables/raw.tsv": "Files\tGene\nextra/d.tif\tx\nnowhere.tif\ty\n",
        "tables/masks.tsv": "Files\tSource Image\nmasks/m.tif\traw/a.tif\n",
    }
    return open_dataset(make(tmp_path, files))


def test_files_are_listed_without_our_own_folder(dataset: Dataset) -> None:
    assert "raw/deep/b.tif" in dataset.files
    assert dataset.files["raw/deep/b.tif"].size == 2
    assert "submission.yaml" in dataset.files
    assert not [path for path in dataset.files if path.startswith(".fairsubmit")]


def test_groups_select_by_pattern_and_by_table(dataset: Dataset) -> None:
    first, second, odd, masks = dataset.groups
    assert (first.kind, first.id, first.pointer) == ("component", "c1", "/components/0")
    assert first.paths == ("extra/d.tif", "raw/a.tif", "raw/deep/b.tif")
    assert first.idle_patterns == (
        "/components/0/files/include/1",
        "/components/0/files/include/2",
    )
    assert first.table is not None
    assert first.table.path == "tables/raw.tsv"
    # Everything, but not what describes it.
    assert second.paths == (
        "extra/d.tif",
        "masks/m.tif",
        "raw/a.tif",
        "raw/c.tmp",
        "raw/deep/b.tif",
    )
    assert (odd.id, odd.pointer, odd.paths) == ("", "/components/3", ())
    assert (masks.kind, masks.id, masks.paths) == ("annotation", "m1", ("masks/m.tif",))


def test_the_first_group_that_claims_a_file_has_it(dataset: Dataset) -> None:
    assert dataset.selected["raw/a.tif"].id == "c1"
    assert dataset.selected["raw/c.tmp"].id == "c2"
    assert dataset.selected["masks/m.tif"].id == "c2"
    assert dataset.own_files == FORMS | {"tables/raw.tsv", "tables/masks.tsv"}


def test_a_pattern_that_names_the_submission_exactly_selects_it(tmp_path: Path) -> None:
    text = "components: [{id: c, files: {include: [submission.yaml, '*']}}]\n"
    dataset = open_dataset(make(tmp_path, {"a.tif": ""}, text))
    assert dataset.groups[0].paths == ("a.tif", "submission.yaml")


def group_with_table(root: Path, name: str) -> FileGroup:
    text = f"components: [{{id: c, files: {{table: {name}}}}}]\n"
    (root / "submission.yaml").write_text(text, encoding="utf-8")
    return open_dataset(root).groups[0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere.tsv", "No such file"),
        ("../outside.tsv", "outside"),
        ("/etc/hostname", "outside"),
        ("folder", "not a file"),
        ("binary.tsv", "UTF-8"),
        ('"nul\\0.tsv"', "null"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(
    tmp_path: Path, name: str, words: str
) -> None:
    root = tmp_path / "data"
    (root / "folder").mkdir(parents=True)
    (root / "binary.tsv").write_bytes(b"PK\x03\x04\xff\xfe\x9c")
    (tmp_path / "outside.tsv").write_text("Files\n")
    group = group_with_table(root, name)
    assert group.table is None
    assert re.search(words, group.table_problem or "")


def test_a_table_saved_as_unicode_text_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.tif").touch()
    (tmp_path / "t.txt").write_bytes("Files\tGene\r\na.tif\tµ\r\n".encode("utf-16"))
    group = group_with_table(tmp_path, "./t.txt")
    assert group.paths == ("a.tif",)
    assert group.table is not None
    assert group.table.path == "t.txt"
    assert group.table.rows[0].values == ("µ",)


def test_a_file_that_is_far_too_large_for_a_table_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "t.tsv").open("wb") as file:
        file.truncate(300 << 20)
    group = group_with_table(tmp_path, "t.tsv")
    assert "256 MiB" in (group.table_problem or "")


@pytest.mark.parametrize("name", ["submission.yml", "submission.json"])
def test_other_usual_names_of_the_submission(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"fairsubmit": 1}')
    dataset = open_dataset(tmp_path)
    assert dataset.document.path == name
    assert dataset.document.tree == {"fairsubmit": "1"}


def test_the_document_itself_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("fairsubmit: 1\n")
    dataset = open_dataset(tmp_path / "mine.yaml")
    assert dataset.root == tmp_path.resolve()
    assert dataset.own_files == FORMS | {"mine.yaml"}


@pytest.mark.parametrize("name", [".", "nowhere", "nowhere/deeper"])
def test_no_submission_is_one_sentence_and_the_next_step(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(MetadataError) as caught:
        open_dataset(tmp_path / name)
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_the_finding_of_a_missing_submission(tmp_path: Path) -> None:
    with pytest.raises(MetadataError) as caught:
        read_document(tmp_path / "submission.yaml", "submission.yaml")
    (finding,) = caught.value.findings
    assert (finding.code, finding.path) == ("DOC101", "submission.yaml")


def test_an_image_given_as_the_submission_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "image.tif").open("wb") as file:
        file.truncate(1 << 40)
    dataset = open_dataset(tmp_path / "image.tif")
    assert "5 MiB" in dataset.document.problems[0].message


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_are_followed_and_circles_are_not(tmp_path: Path) -> None:
    root = make(tmp_path / "data", {"raw/a.tif": "a"}, "x: 1\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.tif").write_text("bb")
    (root / "linked").symlink_to(elsewhere)
    (root / "raw/circle").symlink_to(root)
    (root / "raw/broken.tif").symlink_to(root / "nowhere")
    os.mkfifo(root / "raw/pipe")
    files = open_dataset(root).files
    assert files["linked/b.tif"].size == 2
    assert files["raw/broken.tif"].size == -1
    assert files["raw/pipe"].size == -1
    assert not [path for path in files if path.startswith("raw/circle/raw")]
