"""JSON with the place of every value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairsubmit.metadata.compose import MAX_DEPTH, UnreadableError
from fairsubmit.metadata.json_places import JsonText
from fairsubmit.metadata.load import escape_pointer

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inside: (
        st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4)
    ),
    max_leaves=20,
)


def pointers(value: Any, pointer: str = "") -> dict[str, Any]:
    found = {pointer: value}
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = ((escape_pointer(key), item) for key, item in value.items())
    elif isinstance(value, list):
        pairs = enumerate(value)
    for key, item in pairs:
        found.update(pointers(item, f"{pointer}/{key}"))
    return found


@given(TREES, st.sampled_from([None, 0, 1, 4]), st.booleans())
def test_every_value_is_where_it_is_said_to_be(
    tree: Any, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    source = JsonText(text)
    assert source.value == tree
    places = source.places()
    expected = pointers(tree)
    assert places.values.keys() == expected.keys()
    lines = text.split("\n")
    for pointer, (line, column) in places.values.items():
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        value, _ = json.JSONDecoder().raw_decode(rest)
        assert value == expected[pointer]


@given(TREES)
def test_items_of_a_list_are_given_one_by_one(tree: Any) -> None:
    text = json.dumps({"before": tree, "@graph": [tree, 1], "after": [tree]}, indent=1)
    source = JsonText(text)
    found = list(source.items("@graph"))
    assert [value for _, value in found] == [tree, 1]
    for offset, value in found:
        assert json.JSONDecoder().raw_decode(text, offset)[0] == value
    assert list(source.items("nothing")) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"a": [1,]}',
        '{"a": 1,}',
        '{"a" 1}',
        '{"a": 1} x',
        "{1: 2}",
        "[1",
        "nul",
    ],
)
def test_what_is_no_json_is_said_with_its_place(text: str) -> None:
    with pytest.raises(UnreadableError, match="it is not JSON") as caught:
        JsonText(text)
    with pytest.raises(json.JSONDecodeError) as expected:
        json.loads(text)
    assert (caught.value.line, caught.value.column) == (
        expected.value.lineno,
        expected.value.colno,
    )


def test_names_given_twice_are_noted_and_the_last_one_counts() -> None:
    source = JsonText('{"a": 1,\n "b": {"c": 1, "c": 2},\n "a": [3]}')
    assert source.value == {"a": [3], "b": {"c": 2}}
    assert source.places().twice == [("/b/c", (2, 8)), ("/a", (1, 2))]
    assert [value for _, value in source.items("a")] == [3]


def test_a_list_that_is_no_list_later_has_no_items() -> None:
    assert list(JsonText('{"@graph": [1], "@graph": 2}').items("@graph")) == []


def test_places_can_be_asked_for_some_levels_only() -> None:
    found = JsonText('{"a": {"b": 1}, "c": [2]}').places(levels=1)
    assert found.values.keys() == {"", "/a", "/c"}


def test_deep_documents_are_refused() -> None:
    deep = "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)
    with pytest.raises(UnreadableError, match="levels"):
        JsonText(deep).places()
    with pytest.raises(UnreadableError, match="levels"):
        JsonText("[" * 200_000)
