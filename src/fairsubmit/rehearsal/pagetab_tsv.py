"""PageTab as BioStudies reads and writes it in TSV.

Blocks are separated by blank lines; the first cell of a block's first line says
what it is. Messages follow the TSV deserialiser (ChunkProcessor.kt and beside).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from fairsubmit.rehearsal.pagetab import (
    NOT_CREATED,
    Attribute,
    ElementError,
    Item,
    Section,
    Submission,
    first,
    unique,
)
from fairsubmit.rehearsal.refusals import RefusalError

if TYPE_CHECKING:
    from _csv import Writer
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["from_tsv", "to_tsv"]

SECTION_TABLE = re.compile(r"(?P<kind>.+?)\[(?P<parent>.*)\]")
T = TypeVar("T")
ITEMS = {"file": "files", "link": "links"}
TABLES = {"files": "File Path is required", "links": "Link Url is required"}


@dataclass
class Block:
    """The lines between two blank ones.

    Parameters
    ----------
    first, last
        Numbers of the first and the last line, from 1.
    rows
        The cells.
    """

    first: int
    last: int
    rows: list[list[str]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """What the block holds, as its first cell says."""
        return self.rows[0][0].strip()

    def cell(self, column: int) -> str | None:
        """Return a cell of the first line; None when it is blank."""
        row = self.rows[0]
        return (row[column].strip() or None) if column < len(row) else None


def from_tsv(text: str) -> Submission:
    """Read a submission from TSV.

    Raises
    ------
    RefusalError
        400, with one node for each block that is wrong.
    """
    reading = Reading()
    errors = []
    for number, block in enumerate(_blocks(text)):
        try:
            reading.take(number, block)
        except ElementError as error:
            # BioStudies computes the second number as start + end.
            place = f"Lines [{block.first}-{block.first + block.last}]"
            errors.append(f"Error processing block starting in {place}, {error}")
    if not errors and reading.root is None:
        errors.append(reading.incomplete())
    if errors or reading.root is None:
        raise RefusalError(400, "Error processing submission", *errors)
    return Submission(reading.root, reading.accession, reading.attributes)


class Reading:
    """A submission in the course of being read."""

    def __init__(self) -> None:
        self.accession: str | None = None
        self.attributes: list[Attribute] = []
        self.root: Section | None = None
        self.current: Section | None = None
        self.begun = False

    def take(self, number: int, block: Block) -> None:
        """Add a block.

        Raises
        ------
        ElementError
            It is not PageTab at this place.
        """
        if number == 0:
            self._submission(block)
        elif block.kind.lower() == "submission":
            raise ElementError(
                "Several page tab elements detected. "
                "Exactly one element must be provided"
            )
        elif number == 1:
            self._root(block)
        elif self.root is not None:
            self._below(block)

    def incomplete(self) -> str:
        """Return what is missing when no block was wrong."""
        if not self.begun:
            return "Expected to find block type of submission"
        return f"Root Section type is required{NOT_CREATED}"

    def _submission(self, block: Block) -> None:
        if block.kind.lower() != "submission":
            raise ElementError("Expected to find block type of submission")
        self.begun = True
        self.accession = block.cell(1)
        self.attributes = _attributes(block.rows[1:])
        if not first(self.attributes, "ReleaseDate"):
            msg = f"ReleaseDate is required{NOT_CREATED}"
            raise ElementError(msg)

    def _root(self, block: Block) -> None:
        if not block.kind:
            msg = f"Root Section type is required{NOT_CREATED}"
            raise ElementError(msg)
        self.root = self.current = Section(block.kind, block.cell(1))
        self.root.attributes = _attributes(block.rows[1:])

    def _below(self, block: Block) -> None:
        kind = block.kind.lower()
        table = SECTION_TABLE.fullmatch(block.kind)
        if kind in ITEMS:
            items = self._items(ITEMS[kind])
            items.append(_one(block, TABLES[ITEMS[kind]]))
        elif kind in TABLES:
            message = TABLES[kind]
            rows = _table(block, Item, message)
            self._items(kind).append(rows)
        elif table:
            self._section_table(block, table["kind"], table["parent"])
        else:
            self._section(block)

    def _items(self, kind: str) -> list[Item | list[Item]]:
        if self.current is None:
            raise ElementError("Expected to find block type of section")
        return self.current.files if kind == "files" else self.current.links

    def _section(self, block: Block) -> None:
        if not block.kind:
            msg = f"Section type is required{NOT_CREATED}"
            raise ElementError(msg)
        section = Section(block.kind, block.cell(1))
        section.attributes = _attributes(block.rows[1:])
        self._parent(block.cell(2)).subsections.append(section)
        self.current = section
        self._check()

    def _section_table(self, block: Block, kind: str, parent: str) -> None:
        def row(key: str, attributes: list[Attribute]) -> Section:
            return Section(kind, key or None, attributes)

        rows = _table(block, row, None)
        self._parent(parent.strip() or None).subsections.append(rows)
        self._check()

    def _parent(self, accession: str | None) -> Section:
        if self.root is None:
            msg = f"Root Section type is required{NOT_CREATED}"
            raise ElementError(msg)
        if accession is None:
            return self.root
        for section in self.root.walk():
            if section.accession == accession:
                return section
        msg = f"Can not find referenced section with accNo='{accession}'"
        raise ElementError(msg)

    def _check(self) -> None:
        if self.root is not None:
            unique(self.root)


def _blocks(text: str) -> Iterator[Block]:
    block: Block | None = None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    before = 0
    for row in reader:
        start, before = before + 1, reader.line_num
        if row and row[0].startswith("#"):
            continue
        if not any(cell.strip() for cell in row):
            if block is not None:
                yield block
            block = None
            continue
        if block is None:
            block = Block(start, before)
        block.rows.append(row)
        block.last = before
    if block is not None:
        yield block


def _attributes(rows: Sequence[Sequence[str]]) -> list[Attribute]:
    attributes: list[Attribute] = []
    for row in rows:
        name, value = row[0].strip(), (row[1] if len(row) > 1 else "")
        if not name:
            msg = f"Attribute name is required{NOT_CREATED}"
            raise ElementError(msg)
        _add(attributes, name, value.strip() or None)
    return attributes


def _add(attributes: list[Attribute], name: str, value: str | None) -> None:
    if name.startswith("(") and name.endswith(")"):
        if not attributes:
            raise ElementError(
                "Attribute name qualifier must be after a valid attribute"
            )
        attributes[-1].nmqual.append((name[1:-1], value))
    elif name.startswith("[") and name.endswith("]"):
        if not attributes:
            raise ElementError(
                "Attribute value qualifier must be after a valid attribute"
            )
        attributes[-1].valqual.append((name[1:-1], value))
    elif name.startswith("<") and name.endswith(">"):
        attributes.append(Attribute(name[1:-1], value, reference=True))
    else:
        attributes.append(Attribute(name, value))


def _one(block: Block, message: str) -> Item:
    key = block.cell(1)
    if key is None:
        msg = f"{message}{NOT_CREATED}"
        raise ElementError(msg)
    return Item(key, _attributes(block.rows[1:]))


def _table(
    block: Block, make: Callable[[str, list[Attribute]], T], message: str | None
) -> list[T]:
    header = [cell.strip() for cell in block.rows[0][1:]]
    if not all(header):
        msg = f"Table headers can't be blank{NOT_CREATED}"
        raise ElementError(msg)
    if len(block.rows) < 2:
        msg = f"Tables must have at least one row{NOT_CREATED}"
        raise ElementError(msg)
    made = []
    for row in block.rows[1:]:
        if len(row) - 1 > len(header):
            raise ElementError(
                "A row table can't have more attributes than the table header"
                + NOT_CREATED
            )
        if message and not row[0].strip():
            raise ElementError(message + NOT_CREATED)
        attributes: list[Attribute] = []
        for name, value in zip(header, row[1:], strict=False):
            _add(attributes, name, value.strip() or None)
        made.append(make(row[0].strip(), attributes))
    return made


def to_tsv(submission: Submission) -> str:
    """Return a submission as TSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    head = ["Submission", *([submission.accession] if submission.accession else [])]
    writer.writerow(head)
    writer.writerows(_attribute_rows(submission.attributes))
    _write_section(writer, submission.section, None)
    return out.getvalue()


def _write_section(writer: Writer, section: Section, parent: str | None) -> None:
    writer.writerow([])
    cells = [section.kind, section.accession or "", parent or ""]
    while not cells[-1]:
        cells.pop()
    writer.writerow(cells)
    writer.writerows(_attribute_rows(section.attributes))
    _write_items(writer, "File", section.files)
    _write_items(writer, "Link", section.links)
    for below in section.subsections:
        if isinstance(below, list):
            writer.writerow([])
            keyed = [(one.accession or "", one.attributes) for one in below]
            name = f"{below[0].kind}[{section.accession or ''}]"
            writer.writerows(_table_rows(name, keyed))
        else:
            _write_section(writer, below, section.accession)


def _write_items(writer: Writer, kind: str, items: list[Item | list[Item]]) -> None:
    for item in items:
        writer.writerow([])
        if isinstance(item, list):
            keyed = [(one.key, one.attributes) for one in item]
            writer.writerows(_table_rows(f"{kind}s", keyed))
        else:
            writer.writerow([kind, item.key])
            writer.writerows(_attribute_rows(item.attributes))


def _table_rows(
    name: str, rows: Sequence[tuple[str, list[Attribute]]]
) -> Iterator[list[str]]:
    columns = [one.name for one in rows[0][1]]
    yield [name, *columns]
    for key, attributes in rows:
        yield [key, *(one.value or "" for one in attributes[: len(columns)])]


def _attribute_rows(attributes: list[Attribute]) -> Iterator[list[str]]:
    for one in attributes:
        yield [f"<{one.name}>" if one.reference else one.name, one.value or ""]
        for name, value in one.nmqual:
            yield [f"({name})", value or ""]
        for name, value in one.valqual:
            yield [f"[{name}]", value or ""]
