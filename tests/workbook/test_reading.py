"""Workbooks as people and spreadsheet programs leave them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from fairsubmit.lint import lint
from fairsubmit.lint.reports import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl import Workbook

    from fairsubmit.metadata.load import Document

    Saved = Callable[[Callable[[Workbook], object]], Document]


def rows(book: Workbook, name: str, *lines: Any) -> Any:
    sheet = book.create_sheet(name)
    for line in lines:
        sheet.append(line)
    return sheet


def codes(document: Document) -> dict[str, str]:
    """Return the place of each finding by its code."""
    return {f.code: f.place for f in lint(document).findings}


def test_numbers_and_dates_typed_by_the_program(saved: Saved) -> None:
    def change(book: Workbook) -> None:
        rows(
            book,
            "study",
            ["field", "value"],
            ["fairsubmit", 1],
            ["release_date", date(2027, 3, 1)],
        )
        rows(book, "publications", ["year", "pubmed_id"], [2021, "00012"])
        rows(book, "authors", ["name", "corresponding"], ["Jane", True])

    tree = saved(change).tree
    assert tree["fairsubmit"] == "1"
    assert tree["study"]["release_date"] == "2027-03-01"
    assert tree["study"]["publications"] == [{"year": "2021", "pubmed_id": "00012"}]
    assert tree["authors"] == [{"name": "Jane", "corresponding": "true"}]


def test_formulas_give_what_they_last_showed(saved: Saved) -> None:
    """openpyxl saves no result; a program that calculates does."""

    def change(book: Workbook) -> None:
        rows(book, "authors", ["name"], ['="Jane"&" Doe"'], ["Joe"])

    assert saved(change).tree["authors"] == [{"name": "Joe"}]


def test_names_of_sheets_and_columns_in_any_case(saved: Saved) -> None:
    def change(book: Workbook) -> None:
        rows(book, " AUTHORS ", ["Name *", "E-mail", "Given Name"], ["Jane", "e", "J"])
        rows(book, "Specimens", ["ID", "sample preparation"], ["s1", "fixed"])

    tree = saved(change).tree
    assert tree["authors"] == [{"name": "Jane", "email": "e", "given_name": "J"}]
    specimen = {"id": "s1", "title": None, "sample_preparation": "fixed"}
    assert {**specimen, **tree["specimens"][0]} == specimen


def test_empty_rows_and_columns_say_nothing(saved: Saved) -> None:
    def change(book: Workbook) -> None:
        sheet = rows(book, "authors", ["name", None, "email"], ["Jane"], [], ["Joe"])
        sheet["A90"] = " "
        sheet["J1"] = "  "

    document = saved(change)
    assert [a["name"] for a in document.tree["authors"]] == ["Jane", "Joe"]
    assert document.cells["/authors/1"] == "authors!A4"
    assert document.cells["/authors/1/email"] == "authors!C4"


def test_merged_cells_hold_for_all_their_rows(saved: Saved) -> None:
    def change(book: Workbook) -> None:
        sheet = rows(
            book,
            "authors",
            ["name", "affiliations"],
            ["Jane", "ebi"],
            ["Joe", None],
            ["Jim", "crick"],
        )
        sheet.merge_cells("B2:B3")

    authors = saved(change).tree["authors"]
    assert [a["affiliations"] for a in authors] == [["ebi"], ["ebi"], ["crick"]]


def test_misspelt_sheets_and_columns_are_findings(saved: Saved) -> None:
    def change(book: Workbook) -> None:
        rows(book, "authers", ["name"], ["Jane"])
        rows(book, "organisations", ["id", "name", "rorr"], ["ebi", "EBI", "x"])

    found = lint(saved(change)).findings
    said = {f.message: (f.place, f.help) for f in found if f.code == "DOC103"}
    assert said["unknown field `authers`"] == (
        "submission.xlsx[authers!A1]",
        "did you mean `authors`?",
    )
    assert said["unknown field `rorr`"] == (
        "submission.xlsx[organisations!C2]",
        "did you mean `ror`?",
    )


def test_cells_without_a_header_are_findings(saved: Saved) -> None:
    def change(book: Workbook) -> None:
        rows(book, "authors", ["name"], ["Jane", None, "lost"])

    found = [f for f in lint(saved(change)).findings if f.code == "DOC103"]
    assert [f.place for f in found] == ["submission.xlsx[authors!C2]"]
    assert "column C" in found[0].message


def test_sheets_and_columns_of_ones_own_are_left_alone(saved: Saved) -> None:
    def change(book: Workbook) -> None:
        rows(book, "#notes", ["anything"], ["at all"])
        rows(book, "_lists", ["a"])
        rows(book, "Read me", ["hello"])
        rows(book, "authors", ["name", "# checked by"], ["Jane", "Joe"])

    document = saved(change)
    assert document.tree == {"authors": [{"name": "Jane"}]}
    assert not document.problems


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ([["name", "Name"], ["Jane", "Joe"]], "authors!B1"),
        ([["name", "email", "E-Mail"], ["Jane", "a", "b"]], "authors!C1"),
    ],
)
def test_a_column_given_twice_is_a_finding(
    saved: Saved, lines: list[list[str]], place: str
) -> None:
    document = saved(lambda book: rows(book, "authors", *lines))
    assert codes(document)["DOC102"] == f"submission.xlsx[{place}]"


def test_a_field_or_sheet_given_twice_is_a_finding(saved: Saved) -> None:
    def change(book: Workbook) -> None:
        rows(book, "study", ["field", "value"], ["title", "A"], ["Title", "B"])
        rows(book, "authors", ["name"], ["Jane"])
        rows(book, "authors ", ["name"], ["Joe"])

    document = saved(change)
    places = {problem.place for problem in document.problems}
    assert places == {
        "submission.xlsx[study!A3]",
        "submission.xlsx[authors !A1]",
    }
    assert {p.code for p in document.problems} == {"DOC102"}


@pytest.mark.parametrize("owner", ["c9", None])
def test_a_row_that_belongs_to_nothing_is_a_finding(
    saved: Saved, owner: str | None
) -> None:
    def change(book: Workbook) -> None:
        rows(book, "components", ["id", "name"], ["c1", "One"])
        rows(book, "associations", ["component", "biosample"], [owner, "b1"])

    document = saved(change)
    finding = next(f for f in lint(document).findings if f.code == "REF101")
    assert finding.place == "submission.xlsx[associations!A2]"
    assert "c1" in (finding.help or "")


def test_an_empty_place_is_where_its_finding_is(saved: Saved) -> None:
    def change(book: Workbook) -> None:
        rows(book, "study", ["field", "value", "about"], ["title"], ["license"])
        rows(
            book, "specimens", ["id", "sample_preparation", "title"], ["s1", None, "S"]
        )
        rows(book, "authors", ["name", "email"])

    found = codes(saved(change))
    assert found["STU101"] == "submission.xlsx[study!B2]"
    assert found["LIC101"] == "submission.xlsx[study!B3]"
    assert found["SPE101"] == "submission.xlsx[specimens!B2]"
    assert found["PPL101"] == "submission.xlsx[authors!A2]"


def test_fields_of_the_study_may_stand_in_any_order(saved: Saved) -> None:
    def change(book: Workbook) -> None:
        sheet = rows(
            book,
            "Study",
            [" Title ", "  A title "],
            [],
            ["keywords", "one\ntwo"],
            ["#note", "of mine"],
            [None, "no name"],
        )
        sheet["C1"] = "anything"

    study = saved(change).tree["study"]
    assert study["title"] == "A title"
    assert study["keywords"] == ["one", "two"]
    assert study["row 5"] == "no name"
    assert "#note" not in study


def test_settings_and_waivers(saved: Saved) -> None:
    def change(book: Workbook) -> None:
        rows(book, "ignore", ["rule", "reason"], ["PPL106", "No iD"], ["PPL106", "x"])
        rows(
            book,
            "targets",
            ["archive", "setting", "value"],
            ["zenodo", "communities", '["a", "b"]'],
            ["zenodo", "note", "text"],
        )

    document = saved(change)
    assert document.tree["ignore"] == {"PPL106": "x"}
    assert [p.code for p in document.problems] == ["DOC102"]
    zenodo = document.tree["targets"]["zenodo"]
    assert zenodo == {"communities": ["a", "b"], "note": "text"}
    assert document.cells["/targets/zenodo/note"] == "targets!C3"


@pytest.mark.parametrize("style", ["github", "gitlab"])
def test_code_hosts_are_told_the_cell(saved: Saved, style: str) -> None:
    """They have lines to write beside, and a workbook has none."""
    document = saved(lambda book: rows(book, "authors", ["name"], ["J", "lost"]))
    assert "authors!B2: unknown field" in render(lint(document), style)
