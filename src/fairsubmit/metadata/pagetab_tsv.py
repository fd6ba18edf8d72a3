"""Read BioStudies PageTab TSV as PageTab JSON has it, with the place of every cell.

Blocks are separated by blank lines, and the first cell of a block says what it is: the
submission, its root section, a section (with the accession of the section it lies in),
a file or link, or a table of sections, files or links. ``<name>`` marks a reference,
``[name]`` qualifies the value above it and ``(name)`` its name.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.compose import UnreadableError, decode
from fairsubmit.metadata.foreign import unreadable
from fairsubmit.metadata.load import Document, Source
from fairsubmit.metadata.pagetab import as_submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["is_pagetab_tsv", "read_pagetab_tsv"]

_FIRST = "submission"
_SECTION_TABLE = re.compile(r"(?P<kind>.+?)\[(?P<parent>.*)\]")
# Block: list of the section that its items go to, and the item's own name there.
_ITEMS = {
    "file": ("files", "path"),
    "files": ("files", "path"),
    "link": ("links", "url"),
    "links": ("links", "url"),
}
_CURE = "give the PageTab of a submission, as JSON or TSV"


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    line: int
    column: int

    @property
    def place(self) -> tuple[int, int]:
        return self.line, self.column


@dataclass
class _Block:
    """The lines between two blank ones."""

    rows: list[list[_Cell]] = field(default_factory=list)

    def cell(self, number: int) -> _Cell | None:
        """Return a cell of the first line, ``None`` where it is blank."""
        row = self.rows[0]
        return row[number] if number < len(row) and row[number].text else None


def is_pagetab_tsv(head: str) -> bool:
    """Whether a text begins as PageTab TSV does.

    Parameters
    ----------
    head
        The first lines.
    """
    for line in head.removeprefix("\ufeff").splitlines():
        first = line.partition("\t")[0].strip()
        if first and not first.startswith("#"):
            return first.lower() == _FIRST
    return False


def read_pagetab_tsv(raw: bytes, path: str | Path) -> Document:
    """Read a PageTab TSV submission in the layout of `Submission`.

    Parameters
    ----------
    raw
        The file's bytes.
    path
        Name that findings show.

    Returns
    -------
    Document
        As `fairsubmit.metadata.pagetab.read_pagetab` gives it; pointers are those of
        the same submission in JSON, lines and columns those of the TSV.
    """
    name, text = str(path), ""
    try:
        text = decode(raw)
        reading = _Reading()
        for block in _blocks(text):
            reading.take(block)
        source = reading.source()
    except UnreadableError as error:
        return unreadable(name, error, "pagetab", _CURE, text)
    return as_submission(source, name, text)


def _blocks(text: str) -> Iterator[_Block]:
    """Return the blocks of a text.

    Raises
    ------
    UnreadableError
        If a quoted cell does not end.
    """
    block = _Block()
    for row in _rows(text):
        if row and row[0].text.startswith("#"):
            continue
        if any(cell.text for cell in row):
            block.rows.append(row)
        elif block.rows:
            yield block
            block = _Block()
    if block.rows:
        yield block


def _rows(text: str) -> Iterator[list[_Cell]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    line = 1
    try:
        for row in reader:
            yield list(_cells(row, line))
            line = reader.line_num + 1
    except csv.Error as error:
        why = f"a cell that begins here does not end: {error}"
        raise UnreadableError(why, line, cure="close the quote") from None


def _cells(row: Sequence[str], line: int) -> Iterator[_Cell]:
    column = 1
    for written in row:
        blank = len(written) - len(written.lstrip())
        yield _Cell(written.strip(), line, column + blank)
        column += len(written) + 1


class _Reading:
    """Gathers blocks into what PageTab JSON would be."""

    def __init__(self) -> None:
        self.value: dict[str, Any] = {}
        self.places: dict[str, tuple[int, int]] = {"": (1, 1)}
        self.current: tuple[dict[str, Any], str] | None = None
        # section and its pointer by accession
        self.sections: dict[str, tuple[dict[str, Any], str]] = {}

    def source(self) -> Source:
        """Return what was read."""
        return Source(self.value, self.places)

    def take(self, block: _Block) -> None:
        """Add a block.

        Raises
        ------
        UnreadableError
            If it is no PageTab at this place.
        """
        first = block.rows[0][0]
        kind = first.text.lower()
        table = _SECTION_TABLE.fullmatch(first.text)
        if not self.value:
            self._submission(block, kind)
        elif "section" not in self.value:
            self.value["section"] = section = self._section(block, "/section")
            self.current = section, "/section"
        elif kind in _ITEMS:
            self._items(block, *_ITEMS[kind], one=not kind.endswith("s"))
        elif table:
            self._table(block, table["kind"].strip(), table["parent"].strip())
        else:
            self._below(block)

    def _submission(self, block: _Block, kind: str) -> None:
        if kind != _FIRST:
            raise UnreadableError("PageTab begins with `Submission`")
        number = block.cell(1)
        if number:
            self._put(self.value, "accno", number, "")
        self.value["attributes"] = self._attributes(block.rows[1:], "/attributes")

    def _put(self, part: dict[str, Any], name: str, cell: _Cell, pointer: str) -> None:
        part[name] = cell.text
        self.places[f"{pointer}/{name}"] = cell.place

    def _section(self, block: _Block, pointer: str) -> dict[str, Any]:
        section: dict[str, Any] = {}
        first, accession = block.rows[0][0], block.cell(1)
        self.places[pointer] = first.place
        self._put(section, "type", first, pointer)
        if accession:
            self._put(section, "accno", accession, pointer)
            self.sections.setdefault(accession.text, (section, pointer))
        where = f"{pointer}/attributes"
        section["attributes"] = self._attributes(block.rows[1:], where)
        return section

    def _below(self, block: _Block) -> None:
        named = block.cell(2)
        parent, pointer = self._parent(named.text if named else "", block)
        listed = parent.setdefault("subsections", [])
        where = f"{pointer}/subsections/{len(listed)}"
        section = self._section(block, where)
        listed.append(section)
        self.current = section, where

    def _parent(self, accession: str, block: _Block) -> tuple[dict[str, Any], str]:
        """Return the section that a block lies in, with its pointer.

        Raises
        ------
        UnreadableError
            If there is none of that accession above the block.
        """
        if not accession:
            return self.value["section"], "/section"
        found = self.sections.get(accession)
        if found is None:
            why = f"no section above has the accession `{accession}`"
            cell = block.rows[0][0]
            raise UnreadableError(why, *cell.place, "write the accession of one")
        return found

    def _items(self, block: _Block, into: str, name: str, *, one: bool) -> None:
        section, pointer = self.current or (self.value["section"], "/section")
        listed = section.setdefault(into, [])
        where = f"{pointer}/{into}/{len(listed)}"
        if one:
            listed.append(self._item(block, where, name))
        else:
            listed.append(list(self._lines(block, where, name)))

    def _item(self, block: _Block, pointer: str, name: str) -> dict[str, Any]:
        item: dict[str, Any] = {}
        first = block.cell(1)
        self.places[pointer] = block.rows[0][0].place
        if first:
            self._put(item, name, first, pointer)
        item["attributes"] = self._attributes(block.rows[1:], f"{pointer}/attributes")
        return item

    def _table(self, block: _Block, kind: str, parent: str) -> None:
        section, pointer = self._parent(parent, block)
        listed = section.setdefault("subsections", [])
        where = f"{pointer}/subsections/{len(listed)}"
        rows: list[dict[str, Any]] = []
        for line in self._lines(block, where, "accno"):
            place = f"{where}/{len(rows)}"
            self.places[f"{place}/type"] = block.rows[0][0].place
            rows.append({"type": kind, **line})
        listed.append(rows)

    def _lines(
        self, block: _Block, pointer: str, name: str
    ) -> Iterator[dict[str, Any]]:
        """Return each row of a table as an item with attributes."""
        self.places[pointer] = block.rows[0][0].place
        header = block.rows[0][1:]
        for number, row in enumerate(block.rows[1:]):
            where = f"{pointer}/{number}"
            item: dict[str, Any] = {}
            self.places[where] = row[0].place
            if row[0].text:
                self._put(item, name, row[0], where)
            pairs = [[*pair] for pair in zip(header, row[1:], strict=False)]
            item["attributes"] = self._attributes(pairs, f"{where}/attributes")
            yield item

    def _attributes(
        self, rows: Sequence[Sequence[_Cell]], pointer: str
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for row in rows:
            self._attribute(row, found, pointer)
        return found

    def _attribute(
        self, row: Sequence[_Cell], found: list[dict[str, Any]], pointer: str
    ) -> None:
        """Add an attribute, or a qualifier to the one above.

        Raises
        ------
        UnreadableError
            If there is no attribute above.
        """
        name, value = row[0].text, row[1].text if len(row) > 1 else ""
        ends = name[:1] + name[-1:] if len(name) > 1 else ""
        bare = name[1:-1].strip()
        if ends in {"[]", "()"}:
            if not found:
                why = f"`{name}` qualifies nothing"
                raise UnreadableError(why, *row[0].place, "remove the line")
            kind = "valqual" if ends == "[]" else "nmqual"
            found[-1].setdefault(kind, []).append({"name": bare, "value": value})
            return
        where = f"{pointer}/{len(found)}"
        reference = {"reference": True} if ends == "<>" else {}
        found.append({"name": bare if reference else name, "value": value, **reference})
        self.places[where] = row[0].place
        self.places[f"{where}/value"] = row[1].place if len(row) > 1 else row[0].place
