"""Cures of anything: done once, without a comment lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lint.submissions import SLOW, TODAY, submissions

from fairsubmit.dataset import Dataset, open_dataset
from fairsubmit.lint import lint
from fairsubmit.lint.fix.dataset import cure
from fairsubmit.metadata.load import parse

if TYPE_CHECKING:
    from pathlib import Path

Slip = Callable[[dict[str, Any]], None]


def _on(*steps: str | int) -> Callable[[Callable[[str], str]], Slip]:
    """Make a slip of a change of one text, where it is there."""

    def make(change: Callable[[str], str]) -> Slip:
        def slip(tree: dict[str, Any]) -> None:
            value: Any = tree
            for step in steps[:-1]:
                value = value[step]
            last = steps[-1]
            there = last in value if isinstance(value, dict) else True
            if there and isinstance(value[last], str):
                value[last] = change(value[last])

        return slip

    return make


def _renamed(section: str, old: str, new: str) -> Slip:
    def slip(tree: dict[str, Any]) -> None:
        part = tree[section]
        part = part[0] if isinstance(part, list) else part
        if old in part:
            part[new] = part.pop(old)

    return slip


def _said(section: str, **values: Any) -> Slip:
    def slip(tree: dict[str, Any]) -> None:
        part = tree[section]
        (part[0] if isinstance(part, list) else part).update(values)

    return slip


SLIPS: list[Slip] = [
    _on("study", "title")(lambda text: f" {text}  "),
    _on("study", "title")(lambda text: text.replace(" ", "  ", 1)),
    _on("study", "description")(lambda text: f"\u200b{text}\u00ad"),
    _on("study", "license")(lambda text: text.lower().replace("-", " ")),
    _on("study", "keywords", 0)(lambda text: f"{text}; {text} c"),
    _on("authors", 0, "name")(lambda text: f"{text} "),
    _on("authors", 0, "email")(lambda text: f"mailto:{text}"),
    _on("authors", 0, "email")(lambda text: f"{text}\u202b"),
    _on("authors", 0, "affiliations", 0)(lambda text: f"{text} "),
    _on("organisations", 0, "name")(lambda text: text.replace(" ", "\u00a0 ")),
    _on("components", 0, "associations", 0, "biosample")(str.upper),
    _renamed("study", "license", "licence"),
    _renamed("study", "acknowledgements", "acknowledgments"),
    _renamed("acquisitions", "instrument", "instruments"),
    _said("authors", orcid="0000 0002 1825 0097"),
    _said("authors", orcid="0000000218250097"),
    _said("biosamples", organism={"label": "Homo sapiens", "id": "9606"}),
    _said("biosamples", organism={"label": "homo sapiens", "id": "NCBITaxon_9606"}),
    _said(
        "acquisitions", imaging_method=[{"label": "confocal", "id": "FBbi_00000251"}]
    ),
    _said("study", publications=[{"doi": "https://doi.org/DOI: 10.1038/s41592-021"}]),
    _said("study", links=[{"url": "10.5281/zenodo.13304393"}]),
]
TABLES = [
    "file\tGene\tEmpty\nraw/a.tif\tx\t\nraw/b.tif\ty\t\nraw/c.tif\tz\t\n",
    "Files\tGene\r\nraw/a.tif\tx\r\nraw/.DS_Store\t\r\nraw/b.tif\ty\r\n",
    "\ufeffFiles\tGene\nRAW/A.TIF\tx\nraw/b.tif\ty\n",
]


def _noted(text: str) -> str:
    """Write a comment behind every line and another between all lines."""
    lines = text.splitlines()
    return "".join(
        f"{line}  # behind {number}\n# below {number}\n"
        for number, line in enumerate(lines)
    )


def laid_out(
    root: Path, tree: dict[str, Any], table: str, *, flow: bool = False
) -> Dataset:
    """Write a dataset with a table, and a comment behind and below every line."""
    tree["components"][0]["files"]["table"] = "files.tsv"
    (root / "raw").mkdir()
    for name in ("a.tif", "b.tif", "c.tif", ".DS_Store"):
        (root / "raw" / name).write_text(name)
    (root / "files.tsv").write_bytes(table.encode())
    style = None if flow else False
    plain = yaml.safe_dump(
        tree, allow_unicode=True, width=9999, default_flow_style=style
    )
    text = _noted(plain)
    assert parse(text.encode(), "x").tree == parse(plain.encode(), "x").tree
    (root / "submission.yaml").write_bytes(text.encode())
    return open_dataset(root)


def plain(composed: Callable[..., str]) -> dict[str, Any]:
    """Return a submission that nothing is wrong with, each text on one line."""
    tree: dict[str, Any] = json.loads(
        json.dumps(parse(composed("").encode(), "x").tree)
    )
    tree["study"]["description"] = tree["study"]["description"].strip()
    return tree


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: str(SLIPS.index(slip)))
def test_each_slip_is_one_that_is_cured(
    tmp_path: Path, slip: Slip, composed: Callable[..., str]
) -> None:
    """The control: without it, the property below could hold of nothing."""
    tree = plain(composed)
    slip(tree)
    good = "Files\tGene\nraw/a.tif\tx\nraw/b.tif\ty\n"
    found = cure(laid_out(tmp_path, tree, good), unsafe=True, today=TODAY)
    assert [*found.after] == ["submission.yaml"]


@pytest.mark.parametrize("table", TABLES)
def test_each_table_is_one_that_is_cured(
    tmp_path: Path, table: str, composed: Callable[..., str]
) -> None:
    tree = plain(composed)
    dataset = laid_out(tmp_path, tree, table)
    found = cure(dataset, unsafe=True, archive="bioimage-archive", today=TODAY)
    assert [*found.after] == ["files.tsv"]


@settings(SLOW, max_examples=80)
@given(
    submissions(),
    st.lists(st.sampled_from(SLIPS), min_size=1, max_size=8),
    st.sampled_from(TABLES),
    st.booleans(),
    st.booleans(),
)
def test_fix_is_idempotent_and_keeps_every_comment(
    tmp_path_factory: pytest.TempPathFactory,
    drawn: dict[str, Any],
    slips: list[Slip],
    table: str,
    unsafe: bool,
    flow: bool,
) -> None:
    tree = json.loads(json.dumps(drawn))
    for slip in slips:
        slip(tree)
    dataset = laid_out(tmp_path_factory.mktemp("slips"), tree, table, flow=flow)
    text = dataset.document.text
    before = _told(dataset)
    found = cure(dataset, unsafe=unsafe, archive="bioimage-archive", today=TODAY)
    found.write()
    after = open_dataset(dataset.root)
    assert _notes(after.document.text) == _notes(text)
    assert not after.document.problems
    assert _told(after) <= before, "a cure brings no error"
    again = cure(after, unsafe=unsafe, archive="bioimage-archive", today=TODAY)
    assert (again.after, again.count) == ({}, 0)
    if not found.after:
        assert after.document.text == text


def _notes(text: str) -> list[str]:
    return re.findall(r"# (?:behind|below) \d+$", text, re.MULTILINE)


def _told(dataset: Dataset) -> set[str]:
    report = lint(dataset, archive="bioimage-archive", today=TODAY)
    return {finding.code for finding in report.errors}
