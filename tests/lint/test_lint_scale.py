"""Half a million files: what is looked at once, kept small, and not read at all."""

from __future__ import annotations

import os
import tracemalloc
import unicodedata
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairsubmit.dataset import open_dataset, open_table
from fairsubmit.lint import duplicates, lint
from fairsubmit.lint.base import Hit
from fairsubmit.lint.duplicates import same_content
from fairsubmit.lint.paths import (
    collapsed,
    condense,
    folders_of,
    is_junk,
    path_fault,
    sample,
    shapes,
)
from fairsubmit.lint.rules.files import missing_file
from fairsubmit.lint.suggest import closest
from fairsubmit.metadata import table as tables
from fairsubmit.metadata.paths import path_problem, spelled_out
from fairsubmit.metadata.table import parse_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fairsubmit.dataset import Dataset

ROWS = 20_000
# All that is kept of a row of 60 characters and all that is made to look at it.
BYTES_A_ROW = 700

JUNK = (".DS_Store", "._*", "*~", "~$*", "*.tmp", ".Spotlight-V100", "Thumbs.db")
names = st.text("aZ019._-~ /\\éé:\n\t", max_size=12)
junk = st.sampled_from(
    [".DS_Store", "._a", "a~", "~$b.docx", "x.tmp", ".Spotlight-V100", "Thumbs.db"]
)
paths = st.lists(names | junk, min_size=1, max_size=4).map("/".join)


def listed(count: int) -> Iterator[str]:
    return (f"raw/plate{n // 500:03}/site{n:06}.tif" for n in range(count))


def many(root: Path, count: int, composed: Callable[..., str], *, made: bool) -> Path:
    """Lay out a submission with a table of many files, there or not."""
    lines = [f"{path}\tg{n % 7}\t{n}" for n, path in enumerate(listed(count))]
    text = "\n".join(["Files\tGene\tNumber", *lines, ""])
    (root / "files.tsv").write_text(text, encoding="utf-8")
    overlay = composed("").partition("components:")[2]
    component = overlay.replace('include: ["raw/**"]', "table: files.tsv")
    assert component != overlay
    (root / "submission.yaml").write_text(
        composed(f"components:{component}"), encoding="utf-8"
    )
    for number, path in enumerate(listed(count) if made else ()):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"%d" % number)
    return root


# -- memory ----------------------------------------------------------------------------


def peak(what: Callable[[], object]) -> int:
    """Bytes that are kept at most while something runs."""
    what()  # what is kept for good, e.g. vocabularies, is there the second time
    tracemalloc.start()
    try:
        what()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_table_alone_needs_little_for_each_row(
    tmp_path: Path, composed: Callable[..., str]
) -> None:
    table = many(tmp_path, ROWS, composed, made=False) / "files.tsv"

    def whole() -> None:
        assert lint(open_table(table)).findings == ()

    assert peak(whole) < BYTES_A_ROW * ROWS


def test_many_rows_without_their_files_are_one_finding(
    tmp_path: Path, composed: Callable[..., str]
) -> None:
    many(tmp_path, ROWS, composed, made=False)

    def whole() -> None:
        found = lint(open_dataset(tmp_path), select=["FIL"]).findings
        (missing,) = (each for each in found if each.code == "FIL101")
        assert missing.count == ROWS
        assert missing.message.startswith(f"{ROWS:,} files of the table do not exist")

    assert peak(whole) < BYTES_A_ROW * ROWS


def test_cells_that_are_alike_are_kept_once() -> None:
    text = "Files\tGene\n" + "".join(f"{n}.tif\tgene{n % 3}\n" for n in range(3000))
    (column,) = parse_table(text, "t.tsv").rows.columns
    assert len({id(value) for value in column}) == 3


def test_paths_are_kept_once(tmp_path: Path, composed: Callable[..., str]) -> None:
    dataset = open_dataset(many(tmp_path, 20, composed, made=True))
    (group,) = dataset.groups
    assert group.table is not None
    mine = {path: id(path) for path in dataset.files}
    for path in (*group.paths, *group.table.rows.paths):
        assert id(path) == mine[path]


# -- what is looked at once ------------------------------------------------------------


def test_a_hit_of_many_is_made_and_let_go() -> None:
    alive = 0

    class Word(str):
        __slots__ = ()

        def __new__(cls, text: str) -> Self:
            nonlocal alive
            alive += 1
            assert alive < 20
            return super().__new__(cls, text)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    hits = ((f"f{n}", Hit(Word(f"m{n}"), path="t.tsv")) for n in range(1000))
    (one,) = condense(hits, "files are odd")
    assert (one.count, one.message) == (
        1000,
        "1,000 files are odd: `f0`, `f1`, `f2` and 997 more",
    )


@pytest.mark.parametrize("count", [1, 5, 6, 7])
def test_few_hits_stay_themselves(count: int) -> None:
    hits = [(f"f{n}", Hit(f"m{n}")) for n in range(count)]
    found = list(condense(iter(hits), "are odd"))
    assert found == [hit for _, hit in hits] if count <= 5 else len(found) == 1
    assert sum(hit.count for hit in found) == count


def test_the_first_hits_may_stand_for_all() -> None:
    hits = [(f"f{n}", Hit(f"m{n}")) for n in range(6)]
    (one,) = condense(hits, "are odd", total=70)
    assert (one.count, one.message) == (70, "70 are odd: `f0`, `f1`, `f2` and 67 more")


def test_names_are_compared_no_more_than_one_waits_for(
    tmp_path: Path,
    composed: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many(tmp_path, 2000, composed, made=True)
    table = tmp_path / "files.tsv"
    table.write_text(table.read_text().replace("site", "siet"))
    pairs = 0

    def counted(word: str, words: dict[str, object], *, cutoff: float) -> str | None:
        nonlocal pairs
        pairs += len(words)
        return closest(word, words, cutoff=cutoff)

    monkeypatch.setattr(missing_file, "closest", counted)
    report = lint(open_dataset(tmp_path), select=["FIL101"])
    assert [finding.count for finding in report.findings] == [2000]
    assert 0 < pairs <= 20_000


# -- duplicates ------------------------------------------------------------------------


def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that the names of all files opened from now on are added to."""
    opened: list[str] = []

    def noted(name: object, *arguments: object, **options: object) -> object:
        opened.append(os.path.basename(str(name)))  # noqa: PTH119 - any kind of name
        return open(name, *arguments, **options)  # type: ignore[call-overload]  # noqa: PTH123 - handed on

    monkeypatch.setattr(duplicates, "open", noted, raising=False)
    return opened


def sizes(root: Path, files: dict[str, bytes]) -> dict[str, int]:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return {name: len(content) for name, content in files.items()}


def test_files_that_begin_differently_are_opened_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{n}.tif": b"%04d" % n + bytes(20_000) for n in range(50)}
    alone = {"other.tif": bytes(99)}
    known = sizes(tmp_path, files | alone)
    opened = read(monkeypatch)
    assert list(same_content(tmp_path, known)) == []
    assert sorted(opened) == sorted(files), "one of another size is not opened"


def test_what_differs_anywhere_is_no_duplicate(tmp_path: Path) -> None:
    size = 50_000
    files = {"same.tif": bytes(size), "copy.tif": bytes(size)}
    for place in (0, 5000, size // 2, size - 5000, size - 1):
        content = bytearray(size)
        content[place] = 1
        files[f"{place}.tif"] = bytes(content)
    assert list(same_content(tmp_path, sizes(tmp_path, files))) == [
        ["same.tif", "copy.tif"]
    ]


@pytest.mark.parametrize("size", [64, 4095, 4096, 4097, 8192, 12_289])
def test_duplicates_of_any_size(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * 49
    files = {"a": content[:size], "b": content[:size], "c": content[1 : size + 1]}
    assert list(same_content(tmp_path, sizes(tmp_path, files))) == [["a", "b"]]


def test_chunks_and_what_is_gone_are_no_duplicates(tmp_path: Path) -> None:
    chunk = bytes(500)
    files = {f"a.ome.zarr/0/{n}": chunk for n in range(3)}
    known = sizes(tmp_path, files | {"x.tif": chunk, "y.tif": chunk, "z.tif": chunk})
    (tmp_path / "z.tif").unlink()
    assert list(same_content(tmp_path, known)) == [["x.tif", "y.tif"]]


# -- paths -----------------------------------------------------------------------------


@settings(max_examples=300)
@given(st.lists(paths, max_size=8))
def test_shapes_are_of_every_path(found: list[str]) -> None:
    digits = str.maketrans("123456789", "0" * 9)
    assert shapes(found) == {path.translate(digits) for path in found}


@settings(max_examples=500)
@given(paths)
def test_what_is_judged_by_shapes_does_not_depend_on_digits(path: str) -> None:
    (shape,) = shapes([path])
    assert path_fault(path) == path_fault(shape)
    assert (path_problem(path) is None) == (path_problem(shape) is None)
    assert (spelled_out(path) == path) == (spelled_out(shape) == shape)
    assert is_junk(path) == is_junk(shape)


@settings(max_examples=500)
@given(paths)
def test_paths_are_judged_as_by_hand(path: str) -> None:
    steps = path.split("/")
    odd = (
        path != path.strip()
        or not path
        or "\\" in path
        or path[0] in "/~"
        or (path[0].isascii() and path[0].isalpha() and path[1:2] == ":")
        or bool({"", ".", ".."} & set(steps))
    )
    assert (path_fault(path) is not None) == odd
    patterns = (
        ".DS_Store",
        "._*",
        "*~",
        "~$*",
        "*.tmp",
        ".Spotlight-V100",
        "Thumbs.db",
    )
    left = any(fnmatchcase(step, pattern) for step in steps for pattern in patterns)
    assert is_junk(path) == left
    folded = unicodedata.normalize("NFC", path).casefold()
    assert collapsed(path) == unicodedata.normalize("NFC", folded)


@given(st.lists(paths, max_size=6))
def test_folders_are_all_above(found: list[str]) -> None:
    above = {path[:at] for path in found for at, c in enumerate(path) if c == "/"}
    assert folders_of(found) == above - {""}


def test_a_sample_of_more_than_it_is_given() -> None:
    assert sample(["a", "b", "c", "d"], total=9) == "`a`, `b`, `c` and 6 more"
    assert sample(["a", "b"]) == "`a`, `b`"


# -- tables ----------------------------------------------------------------------------


@settings(max_examples=300)
@given(st.text("ab \t\n\r", max_size=80), st.sampled_from([1, 3, 7, 1 << 20]))
def test_a_table_taken_apart_block_by_block_is_the_same(text: str, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "_BLOCK", block)
        patch.setattr(tables, "_FEW_VALUES", block)
        table = parse_table(text, "t.tsv")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    width = lines[0].count("\t")
    expected = []
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            first, *cells = line.split("\t")
            values = [cell.strip() for cell in cells[:width]]
            values += [""] * (width - len(values))
            surplus = max(0, len(cells) - width)
            expected.append((first, tuple(values), number, surplus))
    rows = table.rows
    assert [(r.path, r.values, r.line, r.surplus) for r in rows] == expected
    assert [rows[at] for at in range(len(rows))] == list(rows) == rows[:]
    assert len(rows.columns) == width


def test_rows_led_by_another_column() -> None:
    rows = parse_table("id\tFiles\tx\n1\ta.tif\tp\n2\tb.tif\n", "t.tsv").rows
    led = rows.led_by(0)
    assert [(row.path, row.values) for row in led] == [
        ("a.tif", ("1", "p")),
        ("b.tif", ("2", "")),
    ]


def test_nothing_is_wrong_with_many(
    tmp_path: Path, composed: Callable[..., str], base: Dataset
) -> None:
    """The control: the rules on files look at what is made here, and are content."""
    codes = {f.code for f in lint(base).findings}
    root = tmp_path / "many"
    root.mkdir()
    dataset = open_dataset(many(root, 600, composed, made=True))
    assert {f.code for f in lint(dataset).findings} <= codes
