"""From the sheets of a workbook to a submission's tree, with the cell of each value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.load import escape_pointer
from fairsubmit.metadata.table import cell_name
from fairsubmit.workbook.cells import Kind, decoded
from fairsubmit.workbook.layout import README, STUDY, Column, Sheet, folded, sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fairsubmit.workbook.grid import Grid

__all__ = ["Reading"]

# Sheets and columns that begin so are the author's own.
_PRIVATE = ("_", "#")
_NOTES = "about"


@dataclass(frozen=True, slots=True)
class Row:
    """What one row says.

    Attributes
    ----------
    number
        1-based.
    fields
        Column number, counted from 0, column and text of each cell.
    """

    number: int
    fields: list[tuple[int, Column, str]]

    @property
    def filled(self) -> list[tuple[int, Column, str]]:
        return [entry for entry in self.fields if entry[2].strip()]


@dataclass
class Reading:
    """The tree as it grows, and the cell of each value."""

    name: str
    tree: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)

    def read(self, grids: Iterable[Grid]) -> None:
        """Read all sheets, owners first."""
        found = list(self._known(grids).values())
        for sheet, grid in sorted(found, key=lambda item: item[0].owner is not None):
            self._sheet(sheet, grid)
        study = self.tree.get(STUDY)
        for part in (study, self.tree) if study is not None else (self.tree,):
            for name in [name for name, value in part.items() if value in ([], {})]:
                del part[name]  # a sheet without rows says nothing
        self._arrange()

    def _arrange(self) -> None:
        """Put what has sheets of its own where the model has it among the fields."""
        if isinstance(version := self.tree.pop("fairsubmit", None), str):
            self.tree = {"fairsubmit": version, **self.tree}
        for sheet in sheets().values():
            if len(sheet.path) < 2:
                continue
            owners = self.tree.get(sheet.path[0])
            for owner in owners if isinstance(owners, list) else [owners]:
                if isinstance(owner, dict):
                    _move(owner, sheet)

    def _known(self, grids: Iterable[Grid]) -> dict[str, tuple[Sheet, Grid]]:
        """Return the sheets of a submission; those that it has not are kept apart."""
        known = {folded(name): sheet for name, sheet in sheets().items()}
        found: dict[str, tuple[Sheet, Grid]] = {}
        for grid in grids:
            key = folded(grid.name)
            if key == folded(README) or grid.name.strip().startswith(_PRIVATE):
                continue
            if key in found:
                self._twice(f"/{key}", f"the sheet `{key}`", f"{grid.name}!A1")
            elif key in known:
                found[key] = known[key], grid
            elif any(cell.strip() for row in grid.rows for cell in row):
                self._foreign(grid)
        return found

    def _sheet(self, sheet: Sheet, grid: Grid) -> None:
        if sheet.name == STUDY:
            self._study(sheet, grid)
            return
        rows = list(self._rows(sheet, grid))
        self.cells["/" + "/".join(sheet.path)] = f"{grid.name}!A2"
        if sheet.name == "ignore":
            self._ignore(rows, grid.name)
        elif sheet.name == "targets":
            self._targets(rows, grid.name)
        elif sheet.owner:
            self._owned(sheet, rows, grid.name)
        else:
            self._parts(sheet, rows, grid.name)

    def _rows(self, sheet: Sheet, grid: Grid) -> Iterator[Row]:
        """Return the rows that say something."""
        header = grid.rows[0] if grid.rows else ()
        columns = self._columns(sheet, header, grid.name)
        for number, cells in enumerate(grid.rows[1:], start=2):
            fields = [
                (at, columns.get(at) or Column((f"column {cell_name(at, 1)[:-1]}",)), t)
                for at, t in enumerate(cells)
                if at in columns or (t.strip() and not _is_private(header, at))
            ]
            row = Row(number, fields)
            if row.filled:
                yield row

    def _columns(
        self, sheet: Sheet, header: Sequence[str], name: str
    ) -> dict[int, Column]:
        found: dict[int, Column] = {}
        seen: dict[tuple[str, ...], int] = {}
        for at, text in enumerate(header):
            if not text.strip() or _is_private(header, at):
                continue
            column = sheet.column(text)
            if column.path in seen:
                pointer = "/" + "/".join((*sheet.path, column.name))
                where = f"{name}!{cell_name(at, 1)}"
                self._twice(pointer, f"the column `{column.name}`", where)
            seen[column.path] = at
            found[at] = column
        return found

    def _study(self, sheet: Sheet, grid: Grid) -> None:
        """Read fields and values, one a row."""
        study = self.tree.setdefault(STUDY, {})
        self.cells[f"/{STUDY}"] = f"{grid.name}!A1"
        rows = enumerate(grid.rows, start=1)
        seen: set[tuple[str, ...]] = set()
        for number, cells in rows:
            label, text = (*cells, "", "")[:2]
            if number == 1 and folded(label) == "field":
                continue
            if not (label.strip() or text.strip()) or label.strip().startswith("#"):
                continue
            column = sheet.column(label or f"row {number}")
            version = column.name == "fairsubmit"
            base, target = ("", self.tree) if version else (f"/{STUDY}", study)
            where = f"{grid.name}!B{number}"
            if column.path in seen:
                name = f"{base}/{column.name}"
                self._twice(name, f"`{column.name}`", f"{grid.name}!A{number}")
            seen.add(column.path)
            self._put(target, base, column, text, where)

    def _parts(self, sheet: Sheet, rows: Iterable[Row], name: str) -> None:
        """Read one part a row."""
        items = self._list(sheet.path)
        base = "/" + "/".join(sheet.path)
        for row in rows:
            self._part(items, base, row.fields, row.number, name)

    def _part(
        self,
        items: list[Any],
        base: str,
        fields: Iterable[tuple[int, Column, str]],
        number: int,
        name: str,
    ) -> None:
        pointer = f"{base}/{len(items)}"
        item: dict[str, Any] = {}
        items.append(item)
        self.cells[pointer] = f"{name}!A{number}"
        for at, column, text in fields:
            where = f"{name}!{cell_name(at, number)}"
            self._put(item, pointer, column, text, where)

    def _owned(self, sheet: Sheet, rows: Iterable[Row], name: str) -> None:
        """Read rows that each name what they belong to."""
        section, inner = sheet.path
        owners = self.tree.get(section) or []
        places = _owners(owners)
        for row in rows:
            first = [text for _, c, text in row.fields if c is sheet.owner_column]
            owner = first[0].strip() if first else ""
            rest = [entry for entry in row.fields if entry[1] is not sheet.owner_column]
            at = places.get(owner)
            if at is None:
                self._lost(sheet, owner, list(places), f"{name}!A{row.number}")
                continue
            base = f"/{section}/{at}/{inner}"
            self.cells.setdefault(base, f"{name}!A{row.number}")
            if any(text.strip() for _, _, text in rest):
                items = owners[at].setdefault(inner, [])
                self._part(items, base, rest, row.number, name)

    def _ignore(self, rows: Iterable[Row], name: str) -> None:
        found: dict[str, Any] = {}
        for row in rows:
            rule, reason = _key(row, "rule"), _first(row, "reason")
            pointer = f"/ignore/{escape_pointer(rule)}"
            if rule in found:
                self._twice(pointer, f"`{rule}`", f"{name}!A{row.number}")
            found[rule] = decoded(Kind.TEXT, reason) if reason.strip() else None
            self.cells[pointer] = f"{name}!A{row.number}"
        if found:
            self.tree["ignore"] = found

    def _targets(self, rows: Iterable[Row], name: str) -> None:
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            archive, setting = _key(row, "archive"), _key(row, "setting")
            value = _first(row, "value")
            settings = found.setdefault(archive, {})
            pointer = f"/targets/{escape_pointer(archive)}/{escape_pointer(setting)}"
            if setting in settings:
                self._twice(pointer, f"`{setting}`", f"{name}!B{row.number}")
            settings[setting] = decoded(Kind.ANY, value) if value.strip() else None
            self.cells[pointer] = f"{name}!C{row.number}"
        if found:
            self.tree["targets"] = found

    def _foreign(self, grid: Grid) -> None:
        """Keep a sheet that no submission has; the linter says what it is."""
        columns = sheets()[STUDY]
        unknown = Sheet(grid.name, (grid.name,), columns.columns[:0])
        rows = list(self._rows(unknown, grid))
        items = self.tree.setdefault(grid.name, [])
        pointer = f"/{escape_pointer(grid.name)}"
        self.cells[pointer] = f"{grid.name}!A1"
        for row in rows:
            self._part(items, pointer, row.fields, row.number, grid.name)

    def _put(
        self, target: dict[str, Any], base: str, column: Column, text: str, where: str
    ) -> None:
        """Set a value, and note its cell even where there is none."""
        pointer = base
        *above, last = column.path
        for step in above:
            pointer += f"/{escape_pointer(step)}"
            self.cells.setdefault(pointer, where)
        pointer += f"/{escape_pointer(last)}"
        self.cells[pointer] = where
        if not (text.strip() or column.required):
            return
        # an empty place, as `title:` alone is one in YAML
        value = decoded(column.kind, text) if text.strip() else None
        for step in above:
            target = target.setdefault(step, {})
        target[last] = value
        if isinstance(value, list):
            for index in range(len(value)):
                self.cells[f"{pointer}/{index}"] = where

    def _list(self, path: tuple[str, ...]) -> list[Any]:
        target = self.tree
        for step in path[:-1]:
            target = target.setdefault(step, {})
        found: list[Any] = target.setdefault(path[-1], [])
        return found

    def _twice(self, pointer: str, what: str, where: str) -> None:
        self._problem(
            ("DOC102", "duplicate-key"),
            f"{what} is there twice; only the last would count",
            pointer,
            where,
            "remove one of the two, or join them",
        )

    def _lost(self, sheet: Sheet, owner: str, known: list[str], where: str) -> None:
        name = sheet.owner_column.name if sheet.owner_column else ""
        words = f"`{owner}` is not an id in `{sheet.owner}`"
        named = ", ".join(f"`{each}`" for each in known if not each.startswith("#"))
        self._problem(
            ("REF101", "reference-undefined"),
            words if owner else f"the row does not say to which {name} it belongs",
            "/" + "/".join(sheet.path),
            where,
            f"write one of {named}" if named else f"add it to the sheet {sheet.owner}",
        )

    def _problem(
        self, rule: tuple[str, str], words: str, pointer: str, where: str, cure: str
    ) -> None:
        self.problems.append(
            Finding(
                *rule,
                Severity.ERROR,
                words,
                path=self.name,
                pointer=pointer,
                cell=where,
                help=cure,
            )
        )


def _owners(items: Sequence[Any]) -> dict[str, int]:
    """Return the number of each item by its id, and by ``#1``, ``#2``, …."""
    found = {f"#{at + 1}": at for at in range(len(items))}
    ids = [item.get("id") for item in items]
    for at, name in enumerate(ids):
        if isinstance(name, str) and name.strip() and ids.count(name) == 1:
            found[name.strip()] = at
    return found


def _move(owner: dict[str, Any], sheet: Sheet) -> None:
    """Put a list of parts before the first field that the model has after it."""
    inner = sheet.path[1]
    if inner not in owner:
        return
    later = set(sheet.followers)
    items = owner.pop(inner)
    after = list(owner)
    at = next((n for n, name in enumerate(after) if name in later), len(after))
    rest = {name: owner.pop(name) for name in after[at:]}
    owner[inner] = items
    owner.update(rest)


def _is_private(header: Sequence[str], at: int) -> bool:
    name = header[at].strip() if at < len(header) else ""
    return name.startswith(_PRIVATE) or folded(name) == _NOTES


def _first(row: Row, name: str) -> str:
    found = [text for _, column, text in row.fields if column.name == name]
    return found[0] if found else ""


def _key(row: Row, name: str) -> str:
    text = _first(row, name)
    found: str = decoded(Kind.TEXT, text) if text.strip() else ""
    return found
