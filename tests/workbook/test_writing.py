"""What a person finds in a workbook that was written."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest

from fairsubmit.lint.vocabularies.choices import choices
from fairsubmit.workbook.layout import README, sheets
from fairsubmit.workbook.write import Advice, write_workbook

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

TREE = {
    "fairsubmit": "1",
    "study": {"title": "=HYPERLINK(1)", "license": "CC0-1.0"},
    "authors": [{"name": "+Jane", "affiliations": ["ebi"]}],
    "organisations": [{"id": "ebi", "name": "EBI"}],
    "biosamples": [{"id": "b1", "title": "HeLa"}],
    "components": [{"id": "c1", "associations": [{"biosample": "b1"}]}],
}


@pytest.fixture(scope="module")
def book() -> Workbook:
    advice = Advice(choices(), {"/biosamples/0/organism": "fill in: the organism"})
    return openpyxl.load_workbook(BytesIO(write_workbook(TREE, advice)))


def column(sheet: Worksheet, name: str) -> str:
    return next(str(c.column_letter) for c in sheet[1] if c.value == name)


def offered(book: Workbook, sheet: str, cell: str) -> list[str]:
    """Return what the drop-down list of a cell offers."""
    found = next(
        rule
        for rule in book[sheet].data_validations.dataValidation
        if cell in rule.sqref
    )
    assert found.type == "list"
    assert not found.showErrorMessage, "other values may be typed"
    name, _, cells = str(found.formula1).removeprefix("=").partition("!")
    return [row[0].value for row in book[name][cells.replace("$", "")] if row[0].value]


def test_there_is_a_sheet_for_each_section(book: Workbook) -> None:
    assert book.sheetnames[0] == README
    assert set(book.sheetnames[1:-1]) == set(sheets())
    assert book.sheetnames[-1] == "_lists"
    assert book["_lists"].sheet_state == "hidden"
    assert book[README]["A1"].value


@pytest.mark.parametrize("name", list(sheets()))
def test_headers_are_frozen_and_explained(book: Workbook, name: str) -> None:
    sheet = book[name]
    assert sheet.freeze_panes == "B2"
    known = {column.name: column for column in sheets()[name].columns}
    cells = [row[0] for row in sheet.iter_rows(2)] if name == "study" else sheet[1]
    seen = set()
    for cell in cells:
        found = known.get(str(cell.value))
        if found is None:
            continue
        seen.add(found.name)
        assert cell.comment is not None
        assert found.description in cell.comment.text
        orange = cell.fill.fgColor.rgb.endswith("F4B183")
        assert orange is found.required
        assert ("Must be filled in" in cell.comment.text) is found.required
    assert seen == set(known)
    widths = [d.width for d in sheet.column_dimensions.values()]
    assert all(10 < width < 100 for width in widths)


def test_choices_are_offered(book: Workbook) -> None:
    assert offered(book, "study", "B4")[:2] == ["CC0-1.0", "CC-BY-4.0"]
    biosamples = book["biosamples"]
    organisms = offered(book, "biosamples", f"{column(biosamples, 'organism')}7")
    assert "Homo sapiens [NCBITaxon:9606]" in organisms
    acquisitions = book["acquisitions"]
    methods = offered(
        book, "acquisitions", f"{column(acquisitions, 'imaging_method')}2"
    )
    assert "spinning disk confocal microscopy [FBbi:00000253]" in methods
    annotations = book["annotations"]
    types = offered(book, "annotations", f"{column(annotations, 'types')}2")
    assert "segmentation_mask" in types
    specimens = book["specimens"]
    status = offered(book, "specimens", f"{column(specimens, 'experimental_status')}2")
    assert status == ["control", "test"]
    publications = book["publications"]
    assert "preprint" in offered(
        book, "publications", f"{column(publications, 'status')}2"
    )
    authors = book["authors"]
    assert offered(book, "authors", f"{column(authors, 'corresponding')}2") == [
        "true",
        "false",
    ]


def test_ids_of_other_sheets_are_offered(book: Workbook) -> None:
    associations = book["associations"]
    assert offered(book, "associations", "A2") == ["c1"]
    where = column(associations, "biosample")
    assert offered(book, "associations", f"{where}2") == ["b1"]
    authors = book["authors"]
    assert offered(book, "authors", f"{column(authors, 'affiliations')}2") == ["ebi"]


def test_text_that_looks_like_a_formula_is_text(book: Workbook) -> None:
    title = next(
        row[1] for row in book["study"].iter_rows(2) if row[0].value == "title"
    )
    assert (title.value, title.data_type) == ("=HYPERLINK(1)", "s")
    name = book["authors"]["A2"]
    assert (name.value, name.data_type) == ("+Jane", "s")
    kinds = {
        cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row
    }
    assert "f" not in kinds


def test_cells_and_columns_keep_what_is_typed(book: Workbook) -> None:
    authors = book["authors"]
    assert authors["A2"].number_format == "@"
    assert authors.column_dimensions["A"].number_format == "@"


def test_empty_places_that_wait_are_marked(book: Workbook) -> None:
    biosamples = book["biosamples"]
    place = biosamples[f"{column(biosamples, 'organism')}2"]
    assert place.value is None
    assert place.fill.fgColor.rgb.endswith("FFF2CC")
    assert place.comment is not None
    assert place.comment.text == "fill in: the organism"
    optional = biosamples[f"{column(biosamples, 'description')}2"]
    assert optional.fill.fill_type is None
