"""What is written in a cell is what is read from it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.workbook.conftest import ANYTHING, TEXT

from fairsubmit.workbook.cells import Kind, decoded, encoded, escaped, shown

TERM = st.fixed_dictionaries({"label": TEXT}, optional={"id": TEXT})
LIST = st.lists(TEXT, min_size=1, max_size=4)
TERMS = st.lists(TERM, min_size=1, max_size=3)
VALUES = {
    Kind.TEXT: TEXT,
    Kind.LINES: LIST,
    Kind.WORDS: LIST,
    Kind.TERM: TERM,
    Kind.TERMS: TERMS,
    Kind.TERM_OR_TERMS: TERM | TERMS,
    Kind.ANY: ANYTHING,
}


@pytest.mark.parametrize("kind", list(Kind))
def test_every_value_comes_back(kind: Kind) -> None:
    @given(VALUES[kind])
    def check(value: Any) -> None:
        text = encoded(kind, value)
        assert text
        assert text.strip()
        assert decoded(kind, shown(text)) == value

    check()


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.TEXT, "HeLa cells", "HeLa cells"),
        (Kind.TEXT, 'A "quoted" word', 'A "quoted" word'),
        (Kind.TEXT, '"All of it"', '"All of it"'),
        (Kind.TEXT, "two\nlines\n", "two\nlines\n"),
        (Kind.TEXT, "[[1, 0], [0, 1]]", "[[1, 0], [0, 1]]"),
        (Kind.TEXT, "", '""'),
        (Kind.TEXT, " blank ", '" blank "'),
        (Kind.LINES, ["a; b", "c, d"], "a; b\nc, d"),
        (Kind.LINES, ["a\nb", "c"], '"a\\nb"\nc'),
        (Kind.WORDS, ["ebi", "embl"], "ebi\nembl"),
        (Kind.WORDS, ["a;b"], '"a;b"'),
        (Kind.TERM, {"label": "HeLa", "id": "CVCL_0030"}, "HeLa [CVCL_0030]"),
        (Kind.TERM, {"label": "Homo sapiens (human)"}, "Homo sapiens (human)"),
        (Kind.TERM, {"label": "x [y]"}, '{"label": "x [y]"}'),
        (Kind.TERM_OR_TERMS, [{"label": "one"}], '[{"label": "one"}]'),
        (Kind.TERM_OR_TERMS, [{"label": "a"}, {"label": "b"}], "a\nb"),
        (Kind.ANY, "4.0", "4.0"),
        (Kind.ANY, ["a", {"b": "c"}], '["a", {"b": "c"}]'),
    ],
)
def test_cells_are_as_a_person_writes_them(kind: Kind, value: Any, text: str) -> None:
    assert encoded(kind, value) == text
    assert decoded(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.TEXT, " Jane Doe\xa0", "Jane Doe"),
        (Kind.TEXT, '"unfinished', '"unfinished'),
        (Kind.LINES, "a\n\n b \n", ["a", "b"]),
        (Kind.WORDS, "ebi; embl,crick", ["ebi", "embl", "crick"]),
        (
            Kind.TERM,
            "Homo sapiens (NCBITaxon:9606)",
            {"label": "Homo sapiens", "id": "NCBITaxon:9606"},
        ),
        (Kind.TERM, "E. coli (strain K12)", {"label": "E. coli (strain K12)"}),
        (Kind.ANY, '{"n": 1.50, "yes": true}', {"n": "1.50", "yes": "true"}),
        (Kind.ANY, "{not json", "{not json"),
    ],
)
def test_what_people_type_is_understood(kind: Kind, text: str, value: Any) -> None:
    assert decoded(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, ["a"]),
        (Kind.LINES, "a"),
        (Kind.LINES, ["a", {"b": "c"}]),
        (Kind.WORDS, [["a"]]),
        (Kind.TERM, "a"),
        (Kind.TERMS, ["a"]),
    ],
)
def test_values_of_another_shape_are_not_written(kind: Kind, value: Any) -> None:
    assert encoded(kind, value) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2021.0, "2021"),
        (0.1, "0.1"),
        (-3.0, "-3"),
        (1e300, "1e+300"),
        (True, "true"),
        (date(2027, 3, 1), "2027-03-01"),
        (datetime(2027, 3, 1), "2027-03-01"),  # noqa: DTZ001 - cells have no zone
        (datetime(2027, 3, 1, 12, 30), "2027-03-01T12:30:00"),  # noqa: DTZ001 - same
        (time(9, 5), "09:05:00"),
        (timedelta(hours=30, minutes=2), "30:02:00"),
        ("007", "007"),
        ("\ufeffa\r\nb", "a\nb"),
    ],
)
def test_typed_cells_are_the_text_a_person_sees(value: object, text: str) -> None:
    assert shown(value) == text


def test_what_looks_like_an_escape_is_escaped() -> None:
    assert escaped("file_x0041_b") == "file_x005F_x0041_b"
    assert escaped("a\x0bb") == "a_x000B_b"
    assert escaped("plain_x_1") == "plain_x_1"
