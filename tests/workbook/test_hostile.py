"""Files that are no workbooks, damaged ones, and those made to do harm: one finding."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.workbook.conftest import content_of

from fairsubmit.workbook import grid
from fairsubmit.workbook.read import read_workbook
from fairsubmit.workbook.write import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

SMALL = write_workbook({"study": {"title": "A title"}, "authors": [{"name": "Jane"}]})


def finding(raw: bytes) -> str:
    """Return the one sentence that is said."""
    document = read_workbook(raw, "submission.xlsx")
    assert document.tree == {}
    (problem,) = document.problems
    assert problem.code == "DOC101"
    assert problem.help
    assert "\n" not in problem.message
    return problem.message


def with_part(name: str, change: str | bytes, raw: bytes | None = None) -> bytes:
    """Return a workbook with one of its parts replaced or added."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(raw or SMALL)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, change)
    return target.getvalue()


def sheet_with(data: str, before: str = "") -> bytes:
    """Return a workbook whose sheet of authors holds this."""
    book = openpyxl.Workbook()
    book.create_sheet("authors", 0)
    raw = content_of(book)
    name = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(BytesIO(raw)) as packed:
        text = packed.read(name).decode()
    text = re.sub(
        r"<sheetData\s*/>|<sheetData>.*</sheetData>",
        f"<sheetData>{data}</sheetData>",
        text,
    )
    return with_part(name, before + text, raw)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "it is empty"),
        (b"fairsubmit: 1\n", "it is no Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "it has a password"),
        (b"PK\x03\x04" + bytes(100), "it is damaged"),
        (SMALL[: len(SMALL) // 2], "it is damaged"),
    ],
)
def test_what_is_no_workbook_is_one_finding(raw: bytes, words: str) -> None:
    assert words in finding(raw)


def test_another_zip_is_one_finding() -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("word/document.xml", "<a/>")
    assert "no Excel workbook" in finding(target.getvalue())


def test_a_workbook_about_something_else_is_one_finding() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Budget").append(["Rent", 3])
    assert "no sheet of a submission" in finding(content_of(book))


def test_a_zip_bomb_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "MAX_UNPACKED_BYTES", 1 << 20)
    bomb = with_part("xl/sharedStrings.xml", b" " * (20 << 20))
    assert len(bomb) < 200_000
    assert "larger than 1 MiB when unpacked" in finding(bomb)


def test_a_size_that_lies_is_one_finding() -> None:
    """The size in the directory is smaller than what comes out."""
    bomb = bytearray(with_part("xl/sharedStrings.xml", b" " * (1 << 20)))
    at = bomb.rindex(b"PK\x01\x02", 0, bomb.rindex(b"xl/sharedStrings.xml"))
    bomb[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert "it is damaged" in finding(bytes(bomb))


def test_too_many_parts_are_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "MAX_PARTS", 3)
    assert "more than 3 parts" in finding(SMALL)


@pytest.mark.parametrize(
    "data",
    [
        (
            '<row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        ),
        (
            '<row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="99999999"><c><v>1</v></c><c><v>2</v></c></row>'
        ),
        "<row><c r='ZZZZZ9'><v>1</v></c></row>",
        '<row><c x=">" r="&#88;FD900000"><v>1</v></c></row>',
    ],
)
def test_cells_in_far_corners_are_one_finding(data: str) -> None:
    """The library would end the process for want of 400 GB."""
    said = finding(sheet_with(data))
    assert "rows and" in said
    assert "columns" in said


def test_a_format_in_a_far_corner_is_nothing() -> None:
    data = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>Jane</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    )
    document = read_workbook(sheet_with(data), "submission.xlsx")
    assert document.tree == {"authors": [{"name": "Jane"}]}


def test_entities_that_multiply_are_one_finding() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    assert "document type definition" in finding(sheet_with("<row/>", laughs))


def test_a_merge_of_a_million_rows_is_nothing() -> None:
    data = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>Jane</t></is></c></row>'
    )
    raw = sheet_with(data)
    name = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(BytesIO(raw)) as packed:
        text = packed.read(name).decode()
    merge = '<mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    raw = with_part(name, text.replace("</sheetData>", f"</sheetData>{merge}"), raw)
    document = read_workbook(raw, "submission.xlsx")
    assert document.tree == {"authors": [{"name": "Jane"}]}


@settings(max_examples=150)
@given(st.data())
def test_any_damage_is_one_finding_or_none(data: st.DataObject) -> None:
    raw = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    document = read_workbook(bytes(raw), "submission.xlsx")
    assert document.tree or len(document.problems) == 1


@settings(max_examples=150)
@given(st.data())
def test_any_damage_inside_is_one_finding_or_none(data: st.DataObject) -> None:
    with zipfile.ZipFile(BytesIO(SMALL)) as packed:
        names = [n for n in packed.namelist() if n.endswith((".xml", ".rels"))]
        name = data.draw(st.sampled_from(names))
        part = bytearray(packed.read(name))
    for _ in range(data.draw(st.integers(1, 4))):
        part[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.integers(0, 255))
    raw = with_part(name, bytes(part))
    document = read_workbook(raw, "submission.xlsx")
    assert document.tree or len(document.problems) == 1


def test_without_the_library_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "submission.xlsx").write_bytes(SMALL)
    script = (
        "import sys\n"
        "sys.modules['python_calamine'] = sys.modules['openpyxl'] = None\n"
        "from fairsubmit.cli import main\n"
        "main()"
    )
    for arguments in (
        ["lint", "."],
        ["convert", "submission.xlsx", "a.yaml"],
        ["convert", "submission.yaml", "b.xlsx"],
        ["init", "raw", "--workbook", "--no-input"],
    ):
        (tmp_path / "raw").mkdir(exist_ok=True)
        (tmp_path / "raw" / "a.txt").touch()
        (tmp_path / "submission.yaml").unlink(missing_ok=True)
        if arguments[1].endswith(".yaml"):
            (tmp_path / "submission.yaml").write_text("fairsubmit: 1\n")
        found = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            text=True,
        )
        assert found.returncode == 2, found.stderr
        assert 'pip install "fairsubmit[workbook]"' in found.stderr
        assert "Traceback" not in found.stderr
