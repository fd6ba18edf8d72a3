"""Patterns: what they select, against a second, slower implementation."""

from __future__ import annotations

import functools
import re
import time
import unicodedata
from typing import Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fairsubmit.metadata.selection import is_literal, matches, select


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("raw/a.tif", "raw/a.tif", True),
        ("raw/a.tif", "raw/A.tif", False),
        ("raw/a.tif", "raw/a.tiff", False),
        ("raw", "raw/deep/a.tif", True),
        ("raw/", "raw/a.tif", True),
        ("./raw", "raw/a.tif", True),
        ("/raw", "raw/a.tif", True),
        ("ra", "raw/a.tif", False),
        ("*.tif", "a.tif", True),
        ("*.tif", "raw/a.tif", False),
        ("*/*.tif", "raw/a.tif", True),
        ("**/*.tif", "a.tif", True),
        ("**/*.tif", "x/y/z/a.tif", True),
        ("raw/**/*.tif", "raw/a.tif", True),
        ("raw/**/*.tif", "raw/x/y/a.tif", True),
        ("raw/**/*.tif", "raw2/a.tif", False),
        ("raw/**", "raw/a.tif", True),
        ("raw/**", "raw", False),
        ("**", "a", True),
        ("**", "x/y/z", True),
        ("**/x/**/y", "a/x/b/c/y", True),
        ("**/x/**/y", "x/y", True),
        ("**/x/**/y", "y/x", False),
        (".", "x/y", True),
        ("./", "x", True),
        ("/", "x", True),
        ("", "x", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a*c", "a/c", False),
        ("*.ome.zarr", "a.ome.zarr/0/0/0", True),
        ("**/*.zarr/**/.zarray", "p/a.zarr/0/.zarray", True),
        ("[abc].tif", "b.tif", True),
        ("[a-c].tif", "b.tif", True),
        ("[a-c].tif", "d.tif", False),
        ("[!a-c].tif", "d.tif", True),
        ("[!a-c].tif", "b.tif", False),
        ("[]x].tif", "].tif", True),
        ("[!]x].tif", "].tif", False),
        ("[!]x].tif", "a.tif", True),
        ("[a-].tif", "-.tif", True),
        ("[c-a].tif", "b.tif", False),
        ("[!c-a].tif", "b.tif", True),
        ("[*].tif", "*.tif", True),
        ("[*].tif", "a.tif", False),
        ("[[].tif", "[.tif", True),
        ("[^a].tif", "^.tif", True),
        ("a[.tif", "a[.tif", True),
        ("a].tif", "a].tif", True),
        ("a[/]b", "a[/]b", True),
        ("a[+-9]b", "a/b", False),
        ("a[!x]b", "a/b", False),
        ("a[\\d].tif", "a1.tif", False),
        ("(a|b)+.tif", "(a|b)+.tif", True),
        ("a.tif", "aXtif", False),
        ("a b .tif ", "a b .tif ", True),
        ("a ", "a", False),
        ("raw\\*.tif", "raw/a.tif", True),
        ("raw/*", "raw/.hidden", True),
        ("a\nb", "a\nb", True),
        ("*", "a\nb", True),
        ("a", "a\n", False),
        ("..", "a", False),
        ("***.tif", "a.tif", True),
        ("a**b", "axxb", True),
        ("a**b", "ax/xb", False),
        ("*a*b*", "xaybz", True),
        ("*ab", "aab", True),
        ("*a*ab", "aab", True),
        ("*a*ab", "ab", False),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def reference(pattern: str, path: str) -> bool:
    """Whether a pattern matches a path or a folder above it, by trying everything."""
    steps = [s for s in pattern.split("/") if s not in {"", "."}]
    parts = path.split("/")
    if not steps:
        return bool(pattern.strip())

    @functools.cache
    def here(i: int, j: int) -> bool:
        if i == len(steps):
            return True
        if steps[i] == "**":
            if i == len(steps) - 1:
                return j < len(parts)
            return any(here(i + 1, k) for k in range(j, len(parts) + 1))
        return j < len(parts) and name(steps[i], parts[j]) and here(i + 1, j + 1)

    return here(0, 0)


def name(step: str, part: str) -> bool:
    pieces = re.split(r"(\*|\?)", step)
    wild = {"*": "[^/]*", "?": "[^/]"}
    expression = "".join(wild.get(piece, re.escape(piece)) for piece in pieces)
    return re.fullmatch(expression, part, re.DOTALL) is not None


patterns = st.text("ab*?/.", max_size=10)
paths = st.lists(st.text("ab.", min_size=1, max_size=3), min_size=1, max_size=4).map(
    "/".join
)


@settings(max_examples=1500, deadline=None)
@given(patterns, paths)
@example("**/a/**/b", "a/a/b/b")
@example("**/a*/b", "aa/ab/b")
@example("**/*a/**/", "a/b")
def test_matches_as_trying_everything_does(pattern: str, path: str) -> None:
    assert matches(pattern, path) == reference(pattern, path)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_no_pattern_raises(pattern: str, path: str) -> None:
    assert matches(pattern, path) in {True, False}


@settings(deadline=None)
@given(st.text(min_size=1).filter(lambda s: "/" not in s and "\\" not in s))
def test_a_literal_name_matches_itself(path: str) -> None:
    if is_literal(path) and path not in {".", ".."}:
        assert matches(path, path)


def test_select_takes_what_is_included_and_not_excluded() -> None:
    found = ["a.tif", "a.xml", "raw/b.tif", "raw/skip/c.tif"]
    assert list(select(["**/*.tif"], ["raw/skip"], found)) == ["a.tif", "raw/b.tif"]
    assert list(select(["a.*", "raw"], ["*.xml", "**/c.*"], found)) == [
        "a.tif",
        "raw/b.tif",
    ]
    assert list(select([], [], found)) == []
    assert list(select(["."], [], found)) == found


@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
def test_accents_match_in_either_form(
    typed: Literal["NFC", "NFD"], on_disk: Literal["NFC", "NFD"]
) -> None:
    pattern = unicodedata.normalize(typed, "Präparat/*.tif")
    path = unicodedata.normalize(on_disk, "Präparat/é.tif")
    assert matches(pattern, path)


@pytest.mark.parametrize(
    "pattern",
    [
        "**/" * 20 + "x",
        "*a" * 40 + "x",
        "**/*a*/" * 12 + "x",
        "**/a/" * 12 + "x",
        "?*" * 30 + "x",
    ],
)
def test_hostile_patterns_take_no_time(pattern: str) -> None:
    hostile = "/".join(["a" * 50] * 40)
    started = time.process_time()
    assert not matches(pattern, hostile)
    # Backtracking through all ways would take longer than the universe has existed.
    assert time.process_time() - started < 20


def test_half_a_million_paths() -> None:
    many = [f"raw/p{i % 50:02}/img_{i:06}_c{i % 4}.ome.tif" for i in range(500_000)]
    for pattern in ("raw/**/*_c1.ome.tif", "**/img_*[13].ome.tif"):
        assert len(set(select([pattern], ["**/*.tmp"], many))) in {125_000, 250_000}
