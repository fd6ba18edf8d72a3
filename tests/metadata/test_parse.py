"""Reading the submission: places, limits, and what people and machines write."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fairsubmit.metadata.compose import MAX_DEPTH, MAX_VALUES
from fairsubmit.metadata.load import MAX_DOCUMENT_BYTES, Document, escape_pointer, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read(text: str | bytes) -> Document:
    raw = text.encode() if isinstance(text, str) else text
    return parse(raw, "submission.yaml")


def problem(text: str | bytes) -> tuple[str, int | None, int | None]:
    document = read(text)
    (finding,) = document.problems
    assert finding.code == "DOC101"
    assert document.tree == {}
    return finding.message, finding.line, finding.column


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=400))
@example(b"\xff\xfe\x00")
@example(b"\xef\xbb\xbf")
@example(b"a: [\n")
@example(b"? [1]\n: 2\n")
@example(b"%YAML 9.9\n---\na: 1")
def test_arbitrary_bytes_never_raise(raw: bytes) -> None:
    document = read(raw)
    assert document.problems or isinstance(document.tree, dict)


# The characters that mean something in YAML, so that many of the texts parse.
@settings(max_examples=1000, deadline=None)
@given(
    st.text("ab01:-?[]{},&*#!|>'\"%@`~<= \t\n\r\\/.\x85\u2028\ufeffé😀", max_size=60)
)
def test_texts_never_raise_and_places_are_inside(text: str) -> None:
    document = read(text)
    lines = document.text.splitlines() or [""]
    for line, column in [*document.places.values(), *document.keys.values()]:
        assert 1 <= line <= len(lines) + 1
        assert column >= 1
    for finding in document.problems:
        assert finding.line is not None
        assert finding.line >= 1


names = st.text(min_size=1, max_size=8).filter(lambda name: name != "<<")
trees = st.dictionaries(
    names,
    st.recursive(
        st.text(max_size=12),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4)
        ),
        max_leaves=12,
    ),
    max_size=5,
)


def pointers(value: object, pointer: str = "") -> Iterator[tuple[str, object]]:
    yield pointer, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from pointers(item, f"{pointer}/{escape_pointer(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from pointers(item, f"{pointer}/{index}")


@settings(max_examples=300, deadline=None)
@given(trees, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_json_is_read_as_it_is_and_every_value_has_its_place(
    tree: dict[str, object], ascii_only: bool, indent: int | str | None
) -> None:
    text = json.dumps(tree, ensure_ascii=ascii_only, indent=indent)
    if any(ord(c) in {0x7F, 0xFFFE, 0xFFFF, 0x85, 0x2028, 0x2029} for c in text):
        return  # JSON may hold these unescaped, YAML may not
    if any(0x80 <= ord(c) < 0xA0 for c in text):
        return
    document = read(text)
    assert not document.problems
    assert document.tree == tree
    for pointer, value in pointers(tree):
        assert document.get(pointer) == value
        line, column = document.places[pointer]
        place = document.place(pointer)
        assert (place.line, place.column, place.pointer) == (line, column, pointer)


@settings(max_examples=200, deadline=None)
@given(trees)
def test_places_point_at_the_value(tree: dict[str, object]) -> None:
    text = yaml.safe_dump(tree, allow_unicode=False, default_style='"', width=10**6)
    document = read(text)
    assert document.tree == tree
    lines = text.split("\n")
    for pointer, value in pointers(tree):
        if isinstance(value, str):
            line, column = document.places[pointer]
            rest = lines[line - 1][column - 1 :]
            assert rest.startswith('"')
    for pointer in document.keys:
        line, column = document.keys[pointer]
        assert lines[line - 1][column - 1] in {'"', "?"}


def test_scalars_are_never_typed() -> None:
    document = read(
        "a: NO\nb: 010\nc: 2026-01-02\nd: 1_000\ne: 12:30\nf: 1.0\ng: yes\n"
    )
    assert document.tree == {
        "a": "NO",
        "b": "010",
        "c": "2026-01-02",
        "d": "1_000",
        "e": "12:30",
        "f": "1.0",
        "g": "yes",
    }


@pytest.mark.parametrize("empty", ["", "~", "null", "Null", "NULL"])
def test_nothing_is_none_and_quoted_nothing_is_text(empty: str) -> None:
    assert read(f"a: {empty}\nb: '{empty}'\n").tree == {"a": None, "b": empty}


def test_keys_that_are_no_text_elsewhere_are_text_here() -> None:
    assert read("1: a\ntrue: b\n~: c\n1.5: d\n").tree == {
        "1": "a",
        "true": "b",
        "~": "c",
        "1.5": "d",
    }


def test_a_key_that_is_a_list_is_refused_where_it_stands() -> None:
    message, line, column = problem("a: 1\n? [x, y]\n: 2\n")
    assert "must be text" in message
    assert (line, column) == (2, 3)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbfa: caf\xc3\xa9\nb: 2\n",
        "a: café\nb: 2\n".encode("utf-16"),
        b"\xfe\xff" + "a: café\nb: 2\n".encode("utf-16-be"),
        "a: café\r\nb: 2\r\n".encode(),
        "a: café\rb: 2\r".encode(),
    ],
    ids=["bom", "utf-16", "utf-16-be", "crlf", "cr"],
)
def test_what_editors_of_other_systems_write(raw: bytes) -> None:
    document = read(raw)
    assert document.tree == {"a": "café", "b": "2"}
    assert document.places["/b"] == (2, 4)
    assert document.keys["/b"] == (2, 1)


def test_line_separators_inside_text_do_not_shift_the_lines() -> None:
    document = read("a: one\u2028two\nb: three\u0085four\nc: 3\n")
    assert document.tree == {"a": "one two", "b": "three four", "c": "3"}
    assert document.keys["/c"] == (3, 1)


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ("", "empty", (1, 1)),
        ("# nothing\n", "empty", (1, 1)),
        ("- a\n", "key: value", (1, 1)),
        ("just text\n", "key: value", (1, 1)),
        ("a: [1, 2\nb: 3\n", "expected ',' or ']'", (2, 2)),
        ("a: b: c\n", "mapping values are not allowed", (1, 5)),
        ("a:\n\t- b\n", "tab", (2, 1)),
        ("a: 1\n b: 2\n", "mapping values|did not find", (2, 3)),
        ("a: 'x\n", "unexpected end of stream", (2, 1)),
        ("a: *x\n", "`\\*x` refers to nothing", (1, 4)),
        ("a: 1\n---\nb: 2\n", "second document", (2, 1)),
        ("a: @x\n", "cannot start any token", (1, 4)),
        ("a: 1\nb: x\x07y\n", r"U\+0007", (2, 5)),
        ("a: 1\nb: 2\nc: \x00", r"U\+0000", (3, 4)),
        ("a: 1\n<<: x\n", "`<<` must name", (2, 5)),
    ],
)
def test_broken_documents_say_where(
    text: str, words: str, place: tuple[int, int]
) -> None:
    message, line, column = problem(text)
    assert re.search(words, message), message
    assert (line, column) == place


def test_bytes_that_are_no_text_say_which_line() -> None:
    message, line, _ = problem(b"a: 1\nb: \xff\xfe\n")
    assert "UTF-8" in message
    assert line == 2


def test_duplicate_keys_name_both_places_and_the_last_counts() -> None:
    document = read("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n")
    (finding,) = document.problems
    assert finding.code == "DOC102"
    assert (finding.line, finding.column) == (5, 3)
    assert "3:3" in finding.message
    assert finding.pointer == "/b/c"
    assert document.tree == {"a": "1", "b": {"c": "3", "d": "2"}}


def test_anchors_are_shared_and_place_their_values_where_they_were_written() -> None:
    document = read("a: &x {k: v}\nb: *x\nc: [*x, *x]\n")
    assert document.tree == {
        "a": {"k": "v"},
        "b": {"k": "v"},
        "c": [{"k": "v"}, {"k": "v"}],
    }
    assert document.places["/c/1/k"] == (1, 11)


def test_merge_keys_fill_in_what_is_not_there() -> None:
    text = (
        "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\n"
        "x: {<<: *base, b: own}\ny:\n  <<: [*base, *more]\n"
        "z: {<<: {a: 0}, '<<': text}\n"
    )
    document = read(text)
    assert document.tree["x"] == {"b": "own", "a": "1"}
    assert document.tree["y"] == {"a": "1", "b": "2", "c": "4"}
    assert document.tree["z"] == {"<<": "text", "a": "0"}
    assert not document.problems
    assert document.keys["/y/c"] == (2, 20)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 1_000_000,
        "? " * 100_000,
        "a: " + "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2),
        "a:\n" + "".join(" " * i + "a:\n" for i in range(1, 200)),
    ],
    ids=[
        "flow lists",
        "flow maps",
        "block lists",
        "keys",
        "just too deep",
        "block maps",
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    assert problem(text)[0]


def bomb(link: str, first: str) -> str:
    lines = [f"a0: &a0 {first}"]
    for index in range(1, 30):
        lines.append(f"a{index}: &a{index} " + link.format(f"*a{index - 1}"))
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        bomb("[{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}]", "lol"),
        bomb("{{a: {0}, b: {0}, c: {0}, d: {0}}}", "{a: 1}"),
        # the same name again and again: nothing new gets a place
        bomb("{{a: {0}, a: {0}, a: {0}, a: {0}}}", "{a: 1}"),
        bomb("{{<<: [{0}, {0}, {0}, {0}]}}", "{}"),
        "a0: &a0 {}\n"
        + "\n".join(f"a{i}: &a{i} {{<<: *a{i - 1}}}" for i in range(1, 5000)),
        "a: &a [*a]",
        "a: &a {<<: *a}",
        "x: [" + "," * 300_000 + "]",
        "\n".join(f"k{i}:" for i in range(MAX_VALUES)),
    ],
)
def test_documents_that_multiply_are_refused(text: str) -> None:
    assert problem(text)[0]


def test_an_image_named_by_mistake_is_refused_by_its_size() -> None:
    message, _, _ = problem(b"a: 1\n" + b"#" * MAX_DOCUMENT_BYTES)
    assert "5 MiB" in message


def test_escapes_that_json_writes_for_emoji() -> None:
    text = json.dumps({"a": "x😀y", "b": "\\ud83d\\ude00"}, ensure_ascii=True)
    assert read(text).tree == {"a": "x😀y", "b": "\\ud83d\\ude00"}


def test_half_a_character_is_refused() -> None:
    assert problem('{"a": "\\ud83d"}')[0]


def test_a_place_that_is_not_there_is_its_nearest_ancestor() -> None:
    document = read("a:\n  b: [1, 2]\n")
    assert document.place("/a/b/7").line == 2
    assert document.place("/a/zzz").pointer == "/a/zzz"
    assert document.place("/q/r/s").line == 1
    assert document.place("/a/b", key=True).column == 3
    assert document.get("/a/b/7") is None
    assert document.get("/a/b/x") is None
    assert document.get("/a/b/0/c") is None
    assert document.get("") == {"a": {"b": ["1", "2"]}}


def test_real_examples_are_read(shared: Path) -> None:
    found = sorted((shared / "real_metadata/empiar").glob("*.yaml"))
    found += sorted((shared / "real_metadata").rglob("*.json"))
    found.append(shared / "standards/schemas/canonical_example.yaml")
    assert len(found) > 10
    for path in found:
        document = parse(path.read_bytes(), path.name)
        if document.problems:
            assert {f.code for f in document.problems} <= {"DOC101", "DOC102"}
            assert all(f.line for f in document.problems)
        else:
            assert document.tree
