"""File lists and link lists as BioStudies reads them.

FileListTsvStreamDeserializer.kt, PageTabFileReader.kt, SubFormat.kt: the rows of a
TSV are split at TAB with no quoting at all.
"""

from __future__ import annotations

import json
from importlib import import_module, util
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from fairsubmit.rehearsal.pagetab import (
    NOT_CREATED,
    Attribute,
    ElementError,
    Item,
    item_json,
    items_from_json,
)
from fairsubmit.rehearsal.refusals import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["check_format", "parse", "read", "to_json", "to_tsv"]

FORMATS = frozenset({"tsv", "json", "xlsx"})
HEADERS = {"path": "Files", "url": "Links"}


def check_format(name: str) -> str:
    """Return the format of a list by its name.

    ``xlsx`` is read where openpyxl is installed; it is not part of the extra.

    Raises
    ------
    RefusalError
        415, BioStudies does not take that format.
    """
    kind = PurePosixPath(name).suffix.removeprefix(".")
    if kind not in FORMATS or (kind == "xlsx" and util.find_spec("openpyxl") is None):
        raise RefusalError(415, f"Unsupported pagetab format: {kind}")
    return kind


def read(file: Path, name: str, key: str = "path") -> list[Item]:
    """Return the rows of a list.

    Parameters
    ----------
    file
        Where it is.
    name
        What it is called in the document.
    key
        ``path`` for files, ``url`` for links.

    Raises
    ------
    ElementError
        Its content is not that of a list.
    """
    kind = check_format(name)
    if kind == "xlsx":
        return _rows(_sheet(file), key)
    text = file.read_bytes().decode("utf-8", errors="replace")
    return parse(text, kind, key)


def parse(text: str, kind: str, key: str = "path") -> list[Item]:
    """Return the rows of a list given as text.

    Raises
    ------
    ElementError
        Its content is not that of a list.
    """
    if kind == "tsv":
        lines = (line.removesuffix("\r") for line in text.split("\n"))
        return _rows((line.split("\t") for line in lines), key)
    if not text.strip():
        raise ElementError("Expected content to be an array")
    try:
        nodes = json.loads(text)
    except json.JSONDecodeError as error:
        raise ElementError(str(error)) from error
    return items_from_json(nodes, key)


def to_json(items: Iterable[Item], key: str = "path") -> str:
    """Return a list as JSON text."""
    return json.dumps([item_json(item, key) for item in items], ensure_ascii=False)


def to_tsv(items: Sequence[Item], key: str = "path") -> str:
    """Return a list as TSV text; its columns are those of the first row, as there."""
    columns = [one.name for one in items[0].attributes] if items else []
    lines = ["\t".join([HEADERS[key], *columns])]
    for item in items:
        values = [one.value or "" for one in item.attributes]
        lines.append("\t".join([item.key, *values]))
    return "\n".join(lines) + "\n"


def _rows(lines: Iterable[Sequence[str]], key: str) -> list[Item]:
    rows = iter(lines)
    header = next(rows, [""])
    expected = HEADERS[key]
    if header[0] != expected:
        msg = f"First header value should be '{expected}'{NOT_CREATED}"
        raise ElementError(msg)
    names = header[1:]
    if not all(name.strip() for name in names):
        raise ElementError("Attribute name is required" + NOT_CREATED)
    return list(_items(rows, names, key))


def _items(
    rows: Iterator[Sequence[str]], names: Sequence[str], key: str
) -> Iterator[Item]:
    missing = "File Path is required" if key == "path" else "Link Url is required"
    number = 1  # the n-th row that is not blank is called n + 1
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        number += 1
        if not row[0].strip():
            msg = f"Error at row {number}: {missing}{NOT_CREATED}"
            raise ElementError(msg)
        pairs = zip(names, row[1:], strict=False)
        attributes = [Attribute(name, value or None) for name, value in pairs]
        yield Item(row[0], attributes)


def _sheet(file: Path) -> Iterator[list[str]]:
    openpyxl = import_module("openpyxl")

    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield ["" if cell is None else str(cell) for cell in row]
    finally:
        book.close()
