"""YAML that is written reads back as the same tree, for us and for other programs."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fairsubmit.lint import lint
from fairsubmit.metadata.load import parse
from fairsubmit.metadata.yaml_text import Remarks, write_yaml

ODD = " \n\t\r:#-'\"|>abyn0129.~[]{}&*!%@`,?\\\ufeff\x85\u2028\x7f\x00é😀"
TEXT = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.text(ODD, max_size=12)
    | st.text("ab \n", min_size=70, max_size=200)
)
TREES = st.dictionaries(
    TEXT,
    st.recursive(
        TEXT | st.none(),
        lambda below: (
            st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=4,
)


@given(TREES)
def test_any_tree_comes_back(tree: dict[str, Any]) -> None:
    document = parse(write_yaml(tree).encode(), "submission.yaml")
    assert not document.problems
    assert document.tree == tree


@given(st.lists(st.text("abcdefghijk :#'\"-\nyn019.", min_size=1), max_size=5))
def test_other_programs_read_the_same_text(values: list[str]) -> None:
    """Plain numbers and dates may become what they are, all else stays text."""
    found = yaml.safe_load(write_yaml({"values": values}))["values"]
    for before, after in zip(values, found or [], strict=True):
        assert str(after) == before


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("HeLa cells", "k: HeLa cells"),
        ("2021", "k: 2021"),
        ("2027-03-01", "k: 2027-03-01"),
        ("1.10", 'k: "1.10"'),
        ("007", 'k: "007"'),
        ("NO", 'k: "NO"'),
        ("y", 'k: "y"'),
        ("1e5", 'k: "1e5"'),
        ("null", 'k: "null"'),
        ("", 'k: ""'),
        ("a: b", 'k: "a: b"'),
        (None, "k:"),
        ([], "k: []"),
    ],
)
def test_values_are_quoted_only_where_they_must(value: Any, line: str) -> None:
    assert write_yaml({"k": value}) == f"{line}\n"


def test_no_value_is_ambiguous_for_others() -> None:
    words = ["NO", "off", "010", "0x1F", "12:30", "1_000", "1e3", ".inf", "~"]
    tree = {"biosamples": [{"id": "b1", "intrinsic_variables": words}]}
    document = parse(write_yaml(tree).encode(), "submission.yaml")
    assert not [f for f in lint(document).findings if f.code == "DOC106"]


def test_long_texts_are_folded_and_lines_kept() -> None:
    long = "word " * 40 + "end"
    text = write_yaml({"a": {"b": long, "c": "one\ntwo\n", "d": long + "\n"}})
    assert "  b: >-\n    word" in text
    assert "  c: |\n    one\n    two\n" in text
    assert "  d: >\n    word" in text
    assert max(map(len, text.splitlines())) <= 88


def test_whether_somebody_is_corresponding_is_no_text() -> None:
    tree = {"authors": [{"name": "true", "corresponding": "true"}]}
    assert write_yaml(tree) == ('authors:\n  - name: "true"\n    corresponding: true\n')


def test_comments_stand_where_they_belong() -> None:
    tree = {"a": [{"b": None, "c": "x" * 100}, "d"], "e": {"f": "g"}}
    remarks = Remarks(
        ("top", ""),
        {"/a/0": ("first", "second"), "/e/f": ("before f",)},
        {"/a/0/b": "fill in", "/a/0/c": "long", "/a/1": "item", "/e/f": "g"},
    )
    text = write_yaml(tree, remarks)
    assert text == (
        "# top\n#\na:\n  # first\n  # second\n  - b:  # fill in\n"
        f"    c: {'x' * 100}  # long\n  - d  # item\n"
        "e:\n  # before f\n  f: g  # g\n"
    )
    assert parse(text.encode(), "x").tree == tree
