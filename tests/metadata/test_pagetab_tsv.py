"""PageTab in TSV says what the same submission says in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fairsubmit.metadata.pagetab import read_pagetab
from fairsubmit.metadata.pagetab_tsv import is_pagetab_tsv, read_pagetab_tsv

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.load import Document

TSV = """\
# a comment
Submission\tS-BIAD1
Title\tNuclei
ReleaseDate\t2027-01-15

Study\tSTUDY
Description\t"Two lines
of text"
License\tCC BY 4.0
[URL]\thttps://example.org

Author\tA1
Name\tAda
<affiliation>\to1

Organisation\to1
Name\tEI

Study Component\tc1
Name\tMovies

Associations\t\tc1
Biosample\tHeLa

Funding[]\tAgency\tgrant_id
f1\tERC\t12
f2\tMRC

Links\tType
https://example.org/1\tcode
https://example.org/2

Link\thttps://example.org/3
Description\tPreprint
"""


def _read(text: str) -> Document:
    return read_pagetab_tsv(text.encode(), "s.tsv")


def test_blocks_become_sections() -> None:
    document = _read(TSV)
    assert document.layout == "pagetab"
    assert document.problems == ()
    study = document.tree["study"]
    assert study["title"] == "Nuclei"
    assert study["description"] == "Two lines\nof text"
    assert study["license"] == "CC-BY-4.0"
    assert study["funding"] == [
        {"funder": "ERC", "grant_id": "12"},
        {"funder": "MRC"},
    ]
    assert [link["url"][-1] for link in study["links"]] == ["1", "2", "3"]
    assert study["links"][0]["type"] == "code"
    assert study["links"][2]["description"] == "Preprint"
    assert document.tree["authors"] == [{"name": "Ada", "affiliations": ["o1"]}]
    (component,) = document.tree["components"]
    assert component["associations"] == [{"biosample": "HeLa"}]


@pytest.mark.parametrize(
    ("pointer", "line", "column", "origin"),
    [
        ("/study/title", 3, 7, "/attributes/0/value"),
        ("/study/description", 7, 13, "/section/attributes/0/value"),
        ("/study/license", 9, 9, "/section/attributes/1/value"),
        (
            "/authors/0/affiliations/0",
            14,
            15,
            "/section/subsections/0/attributes/1/value",
        ),
        (
            "/study/funding/1/funder",
            27,
            4,
            "/section/subsections/3/1/attributes/0/value",
        ),
        (
            "/study/links/2/url",
            33,
            6,
            "/section/subsections/2/subsections/0/links/1/url",
        ),
    ],
)
def test_places_are_those_of_the_cells(
    pointer: str, line: int, column: int, origin: str
) -> None:
    place = _read(TSV).place(pointer)
    assert (place.line, place.column, place.pointer) == (line, column, origin)


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("Study\nTitle\tx\n", "PageTab begins with `Submission`", 1),
        ("Submission\n", "it has no `section`", 1),
        ("Submission\n[URL]\tx\n\nStudy\n", "`[URL]` qualifies nothing", 2),
        ("Submission\n\nStudy\n\nAssociations\t\tc9\n", "accession `c9`", 5),
        (f'Submission\nTitle\t"{"x" * 200_000}', "does not end", 2),
    ],
)
def test_what_cannot_be_read_is_one_finding(text: str, words: str, line: int) -> None:
    document = _read(text)
    assert document.tree == {}
    (finding,) = document.problems
    assert finding.code == "DOC101"
    assert words in finding.message
    assert finding.line == line
    assert finding.help


def test_a_table_of_files_is_none() -> None:
    assert not is_pagetab_tsv("Files\tGene\na.tif\tx\n")
    assert is_pagetab_tsv("\ufeff\n# made by hand\nsubmission\tS-1\n")
    assert not is_pagetab_tsv("")


def test_tsv_and_json_of_one_submission_agree(shared: Path) -> None:
    folder = shared / "contracts/biostudies_examples/contract"
    tsv = read_pagetab_tsv((folder / "submission.tsv").read_bytes(), "s.tsv")
    found = read_pagetab((folder / "submission.json").read_bytes(), "s.json")
    assert tsv.tree["study"]["title"] == found.tree["study"]["title"]
    for key in ("name", "description", "files"):
        assert tsv.tree["components"][0][key] == found.tree["components"][0][key]
    assert tsv.tree["specimens"] == found.tree["specimens"]
    assert [part["title"] for part in tsv.tree["acquisitions"]] == [
        part["title"] for part in found.tree["acquisitions"]
    ]
