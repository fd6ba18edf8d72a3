"""File tables as people and spreadsheets write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairsubmit.metadata.table import cell_name, parse_table


def test_rows_have_every_column_and_their_line() -> None:
    table = parse_table(
        "Files\tGene\tDose\na.tif\tx\n\nb.tif\ty\t 1 \tmore\t\n", "t.tsv"
    )
    assert table.header == ("Files", "Gene", "Dose")
    assert table.columns == ("Gene", "Dose")
    first, second = table.rows
    assert (first.path, first.values, first.line, first.surplus) == (
        "a.tif",
        ("x", ""),
        2,
        0,
    )
    assert (second.path, second.values, second.line, second.surplus) == (
        "b.tif",
        ("y", "1"),
        4,
        2,
    )
    assert table.attributes(first) == {"Gene": "x"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks(end: str, mark: str) -> None:
    table = parse_table(mark + end.join(["Files\tGene", "a.tif\tx", ""]), "t.tsv")
    assert table.header == ("Files", "Gene")
    assert [(row.path, row.values) for row in table.rows] == [("a.tif", ("x",))]


def test_an_empty_table_has_a_blank_header() -> None:
    table = parse_table("", "t.tsv")
    assert table.header == ("",)
    assert list(table.rows) == []


@settings(deadline=None)
@given(st.text("ab \t\n\r\"'\ufeff#", max_size=60))
def test_any_text_is_a_table_of_equal_rows(text: str) -> None:
    table = parse_table(text, "t.tsv")
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for row in table.rows:
        assert len(row.values) == len(table.columns)
        assert lines.split("\n")[row.line - 1].split("\t")[0] == row.path


@pytest.mark.parametrize(
    ("column", "line", "name"),
    [(0, 1, "A1"), (25, 7, "Z7"), (26, 2, "AA2"), (701, 3, "ZZ3"), (702, 4, "AAA4")],
)
def test_cells_are_named_as_spreadsheets_do(column: int, line: int, name: str) -> None:
    assert cell_name(column, line) == name
