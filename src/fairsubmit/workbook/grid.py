"""The cells of a workbook as text; a hostile file costs no more than a large one."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from fairsubmit.errors import MissingExtraError
from fairsubmit.metadata.compose import UnreadableError
from fairsubmit.workbook.cells import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Grid", "grids"]

# A workbook of 5,000 rows has 4 MB, unpacked.
MAX_UNPACKED_BYTES = 64 << 20
MAX_PARTS = 5_000
# A sheet is laid out as a rectangle: two cells in opposite corners make 17 billion.
MAX_CELLS = 1_000_000
_ALPHABET = 26
_PLAIN_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_NEEDED = re.compile(
    r"^(?:\[Content_Types\]\.xml|_rels/.*|xl/.*\.(?:xml|rels))$", re.IGNORECASE
)
_UNNEEDED = re.compile(
    r"^xl/(?:media|drawings|charts|theme|comments|externalLinks)\b", re.IGNORECASE
)
_CELL = re.compile(r"^\$?(?P<column>[A-Za-z]*)\$?(?P<row>[0-9]*)$")


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet.

    Attributes
    ----------
    name
        Of the sheet.
    rows
        Text of each cell, from A1 on; rows may be of any length.
    """

    name: str
    rows: Sequence[Sequence[str]]


def grids(raw: bytes) -> list[Grid]:
    """Return all sheets of a workbook, in its order.

    Parameters
    ----------
    raw
        The file.

    Raises
    ------
    UnreadableError
        If it is no workbook, or one that is larger than any submission.
    MissingExtraError
        If the library that reads it is not installed.
    """
    try:
        import python_calamine as calamine  # noqa: PLC0415 - optional
    except ImportError as error:
        message = "reading a workbook needs a library that is not installed"
        hint = 'pip install "fairsubmit[workbook]"'
        raise MissingExtraError(message, hint=hint) from error
    book = _checked(raw)
    try:
        return list(_grids(calamine.load_workbook(book)))
    except calamine.CalamineError as error:
        raise UnreadableError(_damage(error)) from None
    except BaseException as error:
        # how a fault in the library, which is written in Rust, shows itself
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableError("it is damaged") from None


def _damage(error: Exception) -> str:
    words = (str(error).splitlines() or ["it is no workbook"])[0]
    return f"it is damaged: {words}"


def _grids(book: Any) -> Iterator[Grid]:  # noqa: ANN401 - a library without our types
    for about in book.sheets_metadata:
        if str(about.typ).rpartition(".")[2] != "WorkSheet":  # a chart, a macro
            continue
        sheet = book.get_sheet_by_name(about.name)
        rows = [
            [shown(cell) for cell in row]
            for row in sheet.to_python(skip_empty_area=False)
        ]
        for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
            _fill_down(rows, top, left, bottom)
        yield Grid(about.name, rows)


def _fill_down(rows: list[list[str]], top: int, left: int, bottom: int) -> None:
    """Give each row what a cell merged over several rows shows beside it.

    The header is no value, and a cell merged over columns means the first of them.
    """
    if top == 0 or top >= len(rows) or left >= len(rows[top]):
        return
    for row in rows[top + 1 : bottom + 1]:
        if left < len(row):
            row[left] = rows[top][left]


def _checked(raw: bytes) -> BytesIO:
    """Return the parts of a workbook that are needed, unpacked within limits.

    Raises
    ------
    UnreadableError
        If it is no workbook, or one that is larger than any submission.
    """
    try:
        with zipfile.ZipFile(BytesIO(raw)) as packed:
            return _repacked(packed)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise UnreadableError(_damage(error)) from None


def _repacked(packed: zipfile.ZipFile) -> BytesIO:
    members = [m for m in packed.infolist() if _is_needed(m.filename)]
    if len(members) > MAX_PARTS:
        why = f"it has more than {MAX_PARTS:,} parts"
        raise UnreadableError(why)
    if not any(m.filename.casefold() == "xl/workbook.xml" for m in members):
        raise UnreadableError(
            "it is no Excel workbook", cure="save it as `Excel Workbook (.xlsx)`"
        )
    target, room = BytesIO(), MAX_UNPACKED_BYTES
    with zipfile.ZipFile(target, "w") as unpacked:
        for member in members:
            content = _content(packed, member, room)
            room -= len(content)
            _Extent().measure(content)
            unpacked.writestr(member.filename, content)
    target.seek(0)
    return target


def _is_needed(name: str) -> bool:
    return bool(_NEEDED.match(name)) and not _UNNEEDED.match(name)


def _content(packed: zipfile.ZipFile, member: zipfile.ZipInfo, room: int) -> bytes:
    if member.flag_bits & 1:
        raise UnreadableError("it has a password", cure="save it without a password")
    if member.compress_type not in _PLAIN_METHODS:
        raise UnreadableError("it is packed in a way that no workbook is")
    with packed.open(member) as file:
        content = file.read(room + 1)
    if len(content) > room:
        why = f"it is larger than {MAX_UNPACKED_BYTES >> 20} MiB when unpacked"
        raise UnreadableError(why)
    return content


class _Extent:
    """Measures the rectangle that the cells of a sheet span.

    The library lays a sheet out as that rectangle before it can be asked how large it
    is, and ends the process where there is no room.
    """

    def __init__(self) -> None:
        self._row = self._column = 0
        self._rows = self._columns = 0

    def measure(self, content: bytes) -> None:
        """Read one part of the workbook.

        Raises
        ------
        UnreadableError
            If the rectangle is too large, or the part is no XML.
        """
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._element
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.Parse(content, True)  # noqa: FBT003 - that is its signature
        except expat.ExpatError as error:
            raise UnreadableError(_damage(error)) from None

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            _, row = _position(attributes)
            self._row, self._column = row or self._row + 1, 0
        elif tag == "c":
            column, row = _position(attributes)
            self._row, self._column = row or self._row, column or self._column + 1
        elif tag in {"v", "is", "f", "t"}:  # a cell that only has a format is none
            self._grow()

    def _grow(self) -> None:
        self._rows = max(self._rows, self._row)
        self._columns = max(self._columns, self._column)
        if self._rows * self._columns > MAX_CELLS:
            why = f"a sheet has {self._rows:,} rows and {self._columns:,} columns"
            cure = "delete the cells far below and far to the right"
            raise UnreadableError(why, cure=cure)


def _refuse(*_: object) -> None:
    raise UnreadableError("it holds a document type definition, which no workbook has")


def _position(attributes: dict[str, str]) -> tuple[int, int]:
    """Return column and row of a cell's or row's address, 0 where it has none."""
    found = _CELL.match(attributes.get("r", "").strip())
    if found is None:
        return 0, 0
    column = 0
    for letter in found["column"].upper():
        column = column * _ALPHABET + ord(letter) - ord("A") + 1
    return column, int(found["row"][:9] or 0)
