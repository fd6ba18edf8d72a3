"""Write a submission as a workbook that helps to fill it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from fairsubmit.errors import MetadataError, MissingExtraError
from fairsubmit.metadata.load import escape_pointer
from fairsubmit.workbook.cells import escaped
from fairsubmit.workbook.layout import README, STUDY, Column
from fairsubmit.workbook.read import read_workbook
from fairsubmit.workbook.tables import Table, tables, what_says_something

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["Advice", "write_workbook"]

_LISTS = "_lists"
# Rows that are laid out for a person to fill in.
_SPARE_ROWS = 100
_TEXT_FORMAT = "@"
_HEADER, _REQUIRED, _EMPTY = "DDE3EA", "F4B183", "FFF2CC"
_WIDE, _NARROW, _MOST = 40, 14, 60
_README = """\
Submission to an archive of images

Each sheet is a part of the submission, each row one item of it; the sheet `study` has
one field a row. Hold the mouse over a header to read what belongs there.

Orange headers: must be filled in. Yellow cells: still to be filled in.
Several values in one cell: one a line (Alt+Enter; on a Mac, Control+Option+Return).
Terms: the words and the identifier, e.g. Homo sapiens [NCBITaxon:9606].
Columns `specimen`, `analysis` and `component` of channels, software and associations:
the id of what the row belongs to.
Drop-down lists are suggestions; another value may be typed.
Sheets and columns of your own: begin their name with #.

Check it:  fairsubmit lint FOLDER
As YAML:   fairsubmit convert submission.xlsx submission.yaml
"""


@dataclass(frozen=True)
class Advice:
    """What helps to fill a workbook in.

    Attributes
    ----------
    words
        Suggestions for drop-down lists, by the name of the field.
    notes
        What to say about a value, by its JSON pointer.
    """

    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


def write_workbook(tree: Mapping[str, Any], advice: Advice | None = None) -> bytes:
    """Return a workbook that reads back as the same submission.

    Parameters
    ----------
    tree
        The submission, complete or not.
    advice
        What helps to fill it in.

    Raises
    ------
    MetadataError
        If something in it has no place in a workbook.
    MissingExtraError
        If the library that writes workbooks is not installed.
    """
    try:
        import openpyxl  # noqa: PLC0415 - optional
    except ImportError as error:
        message = "writing a workbook needs a library that is not installed"
        hint = 'pip install "fairsubmit[workbook]"'
        raise MissingExtraError(message, hint=hint) from error
    book = openpyxl.Workbook()
    _write_readme(book)
    laid_out = tables(tree)
    lists = _Lists(book, advice or Advice(), laid_out)
    for table in laid_out:
        _write_table(book.create_sheet(table.sheet.name), table, lists)
    lists.finish()
    book.active = 1
    target = BytesIO()
    book.save(target)
    content = target.getvalue()
    _check(tree, content)
    return content


def _check(tree: Mapping[str, Any], content: bytes) -> None:
    """Read the workbook back, so that nothing is lost without a word.

    Raises
    ------
    MetadataError
        If the submission is not what comes back.
    """
    document = read_workbook(content, "the workbook")
    before, after = map(what_says_something, (dict(tree), document.tree))
    lost = sorted(set(_differences(before, after, "")))
    if lost:
        named = ", ".join(f"`{pointer.lstrip('/')}`" for pointer in lost[:3])
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        message = f"{named}{more} cannot be written in a workbook as it stands"
        raise MetadataError(
            message, hint="correct what `fairsubmit lint` says about it first"
        )


def _differences(before: Any, after: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - trees
    if isinstance(before, dict) and isinstance(after or {}, dict):
        after = after or {}
        for key in before.keys() | after.keys():
            below = f"{pointer}/{escape_pointer(key)}"
            yield from _differences(before.get(key), after.get(key), below)
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield pointer
        for index, (left, right) in enumerate(zip(before, after, strict=False)):
            yield from _differences(left, right, f"{pointer}/{index}")
    elif before != after:
        yield pointer


def _write_readme(book: Workbook) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415 - heavy

    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has a sheet
    sheet.title = README
    for number, line in enumerate(_README.splitlines(), start=1):
        cell = sheet.cell(number, 1, line)
        cell.font = Font(bold=number == 1, size=14 if number == 1 else 11)
    sheet.column_dimensions["A"].width = 90
    sheet.sheet_view.showGridLines = False


class _Lists:
    """What helps to fill the sheets in: lists on a hidden sheet, and notes."""

    def __init__(self, book: Workbook, advice: Advice, tables: Sequence[Table]) -> None:
        self._notes = advice.notes
        self._sheet = book.create_sheet(_LISTS)
        self._words = advice.words
        self._ranges: dict[tuple[str, ...], str] = {}
        self._ids = dict(_id_ranges(tables))

    def note(self, pointer: str) -> str | None:
        """Return what to say about a value, or about the first item of a list."""
        return self._notes.get(pointer) or self._notes.get(f"{pointer}/0")

    def source(self, column: Column) -> str | None:
        """Return the formula of a column's choices."""
        if column.reference is not None:
            return self._ids.get(column.reference)
        words = column.choices or tuple(self._words.get(column.path[-1], ()))
        if not words:
            return None
        if words not in self._ranges:
            self._ranges[words] = self._add(words)
        return self._ranges[words]

    def _add(self, words: Iterable[str]) -> str:
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

        at = len(self._ranges) + 1
        number = 0
        for number, word in enumerate(words, start=1):
            _put(self._sheet.cell(number, at), word)
        letter = get_column_letter(at)
        return f"{_LISTS}!${letter}$1:${letter}${number}"

    def finish(self) -> None:
        """Hide the sheet, behind all others."""
        book = self._sheet.parent
        assert book is not None  # noqa: S101 - it was made of one
        book.move_sheet(self._sheet, len(book.sheetnames))
        self._sheet.sheet_state = "hidden"


def _id_ranges(tables: Sequence[Table]) -> Iterator[tuple[str, str]]:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

    for table in tables:
        names = [column.name for column in table.columns]
        if "id" in names and table.sheet.name != STUDY:
            letter = get_column_letter(names.index("id") + 1)
            last = len(table.rows) + 1 + _SPARE_ROWS
            yield table.sheet.name, f"{table.sheet.name}!${letter}$2:${letter}${last}"


def _write_table(sheet: Worksheet, table: Table, lists: _Lists) -> None:
    if table.sheet.name == STUDY:
        _write_study(sheet, table, lists)
    else:
        _write_rows(sheet, table, lists)


def _write_study(sheet: Worksheet, table: Table, lists: _Lists) -> None:
    for at, title in enumerate(("field", "value", "about"), start=1):
        _header(sheet.cell(1, at), title)
    for number, (column, row) in enumerate(
        zip(table.columns, table.rows, strict=True), start=2
    ):
        label, value = sheet.cell(number, 1), sheet.cell(number, 2)
        _header(label, column.name, required=column.required)
        _comment(label, column)
        above = "" if column.name == "fairsubmit" else f"/{STUDY}"
        _value(value, row[0], column, lists.note(f"{above}/{column.name}"))
        _put(sheet.cell(number, 3), column.description)
        _wrapped(sheet.cell(number, 3))
        _validate(sheet, f"B{number}", column, lists)
    for letter, width in zip("ABC", (24, 70, 50), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "B2"


def _write_rows(sheet: Worksheet, table: Table, lists: _Lists) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

    last = len(table.rows) + 1 + _SPARE_ROWS
    base = "/" + "/".join(table.sheet.path)
    for at, column in enumerate(table.columns, start=1):
        letter = get_column_letter(at)
        header = sheet.cell(1, at)
        _header(header, column.name, required=column.required)
        _comment(header, column)
        for number, row in enumerate(table.rows, start=2):
            pointer = f"{base}/{number - 2}/" + "/".join(column.path)
            note = None if table.sheet.owner else lists.note(pointer)
            _value(sheet.cell(number, at), row[at - 1], column, note)
        _validate(sheet, f"{letter}2:{letter}{last}", column, lists)
        sheet.column_dimensions[letter].width = _width(table, at - 1)
        # what is typed later stays as it is typed: dates, leading zeros
        sheet.column_dimensions[letter].number_format = _TEXT_FORMAT
    if not table.rows and (note := lists.note(base)):
        _value(sheet["A2"], "", table.columns[0], note)
    sheet.freeze_panes = "B2"


def _width(table: Table, at: int) -> float:
    """Return a width at which most cells can be read."""
    lines = [line for row in table.rows for line in row[at].split("\n")]
    name = len(table.columns[at].name)
    longest = max((len(line) for line in lines), default=_NARROW)
    return float(min(max(longest, name, _NARROW) + 2, _MOST))


def _put(cell: Cell | Any, text: str) -> None:  # noqa: ANN401 - merged cells have no value
    """Write text as text: what begins with `=` is no formula."""
    cell.value = escaped(text)
    cell.data_type = "s"
    cell.number_format = _TEXT_FORMAT


def _value(cell: Any, text: str, column: Column, note: str | None) -> None:  # noqa: ANN401 - see _put
    from openpyxl.styles import PatternFill  # noqa: PLC0415 - heavy

    cell.number_format = _TEXT_FORMAT
    if text:
        _put(cell, text)
    elif column.required or note:
        cell.fill = PatternFill("solid", fgColor=_EMPTY)
    if text.startswith(("=", "+", "-", "@")):
        cell.quotePrefix = True
    _wrapped(cell)
    if note:
        _remark(cell, note)


def _wrapped(cell: Any) -> None:  # noqa: ANN401 - see _put
    from openpyxl.styles import Alignment  # noqa: PLC0415 - heavy

    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _header(cell: Any, text: str, *, required: bool = False) -> None:  # noqa: ANN401 - see _put
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415 - heavy

    _put(cell, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor=_REQUIRED if required else _HEADER)


def _comment(cell: Any, column: Column) -> None:  # noqa: ANN401 - see _put
    words = [column.description, "Must be filled in." if column.required else ""]
    if text := "\n".join(word for word in words if word):
        _remark(cell, text)


def _remark(cell: Any, text: str) -> None:  # noqa: ANN401 - see _put
    from openpyxl.comments import Comment  # noqa: PLC0415 - heavy

    lines = 2 + sum(1 + len(line) // _WIDE for line in text.split("\n"))
    cell.comment = Comment(escaped(text), "fairsubmit", height=18 * lines, width=300)


def _validate(sheet: Worksheet, where: str, column: Column, lists: _Lists) -> None:
    """Offer a list; another value may be typed, and the linter speaks about it."""
    source = lists.source(column)
    if source is None:
        return
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - heavy

    offer = DataValidation(type="list", formula1=f"={source}", allow_blank=True)
    offer.showErrorMessage = False
    sheet.add_data_validation(offer)
    offer.add(where)
