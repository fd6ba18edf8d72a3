"""From a workbook to the document that its YAML would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.compose import UnreadableError
from fairsubmit.metadata.load import Document
from fairsubmit.workbook.grid import grids
from fairsubmit.workbook.layout import STUDY, folded, sheets
from fairsubmit.workbook.names import MAX_FILE_BYTES
from fairsubmit.workbook.reading import Reading

if TYPE_CHECKING:
    from fairsubmit.workbook.grid import Grid

__all__ = ["read_workbook"]

_ZIP = b"PK\x03\x04"
# How an Excel file of before 2007 begins, and one that has a password.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_workbook(raw: bytes, name: str) -> Document:
    """Read a submission from a workbook.

    Parameters
    ----------
    raw
        The file; of one too large, a byte more than `MAX_FILE_BYTES` is enough.
    name
        Name that findings show.

    Returns
    -------
    Document
        With the cell of every value, and with an empty tree and a DOC101 finding
        where `raw` is no workbook.

    Raises
    ------
    MissingExtraError
        If the library that reads workbooks is not installed.
    """
    try:
        found = _checked(_grids(raw))
    except UnreadableError as error:
        problem = Finding(
            "DOC101",
            "unreadable-document",
            Severity.ERROR,
            f"{name} cannot be read: {error.why}",
            path=name,
            pointer="",
            help=error.cure or "open it in a spreadsheet program, and save it again",
        )
        return Document(name, {}, {"": (1, 1)}, {}, "", (problem,))
    reading = Reading(name)
    reading.read(found)
    cells = {"": f"{STUDY}!A1", **reading.cells}
    return Document(
        name, reading.tree, {}, {}, "", tuple(reading.problems), cells=cells
    )


def _grids(raw: bytes) -> list[Grid]:
    if len(raw) > MAX_FILE_BYTES:
        why = f"it is larger than {MAX_FILE_BYTES >> 20} MiB"
        raise UnreadableError(why)
    if raw.startswith(_OLE):
        why = "it has a password or is of Excel before 2007"
        cure = "save it as `Excel Workbook (.xlsx)` without a password"
        raise UnreadableError(why, cure=cure)
    if not raw.startswith(_ZIP):
        why = "it is empty" if not raw else "it is no Excel workbook"
        raise UnreadableError(why, cure="save it as `Excel Workbook (.xlsx)`")
    return grids(raw)


def _checked(found: list[Grid]) -> list[Grid]:
    known = {folded(name) for name in sheets()}
    if not any(folded(grid.name) in known for grid in found):
        why = "it has no sheet of a submission, such as study or authors"
        cure = "`fairsubmit init --workbook` writes one to fill in"
        raise UnreadableError(why, cure=cure)
    return found
