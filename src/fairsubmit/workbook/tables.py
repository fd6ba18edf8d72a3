"""From a submission's tree to the text of every cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fairsubmit.errors import MetadataError
from fairsubmit.workbook.cells import MAX_TEXT, Kind, encoded
from fairsubmit.workbook.layout import STUDY, Column, Sheet, sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Table", "tables", "what_says_something"]

_ID = re.compile(r"^[A-Za-z][A-Za-z0-9_.-]*$")


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet as it is written.

    Attributes
    ----------
    sheet
        What it is.
    columns
        Its columns from left to right; of the study, its fields from top to bottom.
    rows
        Text of each cell, ``""`` where there is none; of the study, one cell a row.
    """

    sheet: Sheet
    columns: tuple[Column, ...]
    rows: list[list[str]]


def what_says_something(value: Any) -> Any:  # noqa: ANN401 - any part of a tree
    """Return a tree without what says nothing: no value, no items, no fields."""
    if isinstance(value, dict):
        found = {key: what_says_something(item) for key, item in value.items()}
        return {k: v for k, v in found.items() if v not in (None, {}, [])}
    if isinstance(value, list):
        items = [what_says_something(item) for item in value]
        return [item for item in items if item not in (None, {}, [])]
    return value


def tables(tree: Mapping[str, Any]) -> list[Table]:
    """Lay a submission out as sheets.

    Sheets, columns and fields keep the order that they have in the tree; those that
    it has not follow in the order of the model.

    Parameters
    ----------
    tree
        The submission, complete or not.

    Raises
    ------
    MetadataError
        If a text is longer than a cell may be.
    """
    order = list(tree)
    study = tree.get(STUDY)
    inner = list(study) if isinstance(study, dict) else []

    def rank(sheet: Sheet) -> tuple[int, int]:
        first = _rank(order, sheet.path[0])
        nested = sheet.path[0] == STUDY and len(sheet.path) > 1
        return first, 1 + _rank(inner, sheet.path[1]) if nested else 0

    return [_table(sheet, tree) for sheet in sorted(sheets().values(), key=rank)]


def _rank(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _table(sheet: Sheet, tree: Mapping[str, Any]) -> Table:
    if sheet.name == STUDY:
        return _study(sheet, tree)
    if sheet.name == "ignore":
        return Table(sheet, sheet.columns, _pairs(tree.get("ignore")))
    if sheet.name == "targets":
        return Table(sheet, sheet.columns, _settings(tree.get("targets")))
    owners = tree.get(sheet.path[0])
    if sheet.owner is not None:
        return _owned(sheet, owners)
    items = owners
    if len(sheet.path) > 1:
        items = owners.get(sheet.path[1]) if isinstance(owners, dict) else None
    parts = _mappings(items)
    columns = _ordered(sheet, parts)
    return Table(sheet, columns, [_row(columns, part) for part in parts])


def _mappings(value: object) -> list[dict[str, Any]]:
    """Return the items that say something."""
    items = value if isinstance(value, list) else []
    return [x for x in items if isinstance(x, dict) and what_says_something(x)]


def _study(sheet: Sheet, tree: Mapping[str, Any]) -> Table:
    study = tree.get(STUDY)
    study = study if isinstance(study, dict) else {}
    version, *_ = sheet.columns
    own = {path[1] for each in sheets().values() if len(path := each.path) > 1}
    part = {
        key: value
        for key, value in study.items()
        if not (key in own and (value is None or isinstance(value, list)))
    }
    columns = tuple(c for c in _ordered(sheet, [part]) if c is not version)
    first = _row((version,), tree)
    rows = [[cell] for cell in (*first, *_row(columns, part))]
    return Table(sheet, (version, *columns), rows)


def _owned(sheet: Sheet, owners: object) -> Table:
    """Lay out the items inside each part of another section."""
    found = _mappings(owners)
    ids = [owner.get("id") for owner in found]
    inner = sheet.path[1]
    pairs = [
        (_reference(ids, at), item)
        for at, owner in enumerate(found)
        for item in _mappings(owner.get(inner))
    ]
    columns = _ordered(sheet, [item for _, item in pairs])
    rows = [[name, *_row(columns, item)] for name, item in pairs]
    first = (sheet.owner_column,) if sheet.owner_column else ()
    return Table(sheet, (*first, *columns), rows)


def _reference(ids: Sequence[object], at: int) -> str:
    """Return the id of an owner, or its number where that tells it from no other."""
    name = ids[at]
    usable = isinstance(name, str) and _ID.match(name) and ids.count(name) == 1
    return str(name) if usable else f"#{at + 1}"


def _ordered(sheet: Sheet, parts: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Return the columns as the parts have their fields, then those they have not."""
    known = {column.path: column for column in sheet.columns}
    found: dict[tuple[str, ...], Column] = {}
    for part in parts:
        for path in _paths(part, known):
            found.setdefault(path, known.get(path) or Column(path))
    for required in (True, False):
        for path, column in known.items():
            if column.required is required:
                found.setdefault(path, column)
    return tuple(found.values())


def _paths(
    part: Mapping[str, Any], known: Iterable[tuple[str, ...]]
) -> Iterator[tuple[str, ...]]:
    nested = {path[0] for path in known if len(path) > 1}
    owned = {each.path for each in sheets().values() if each.owner}
    inner = {path[1] for path in owned}
    for name, value in part.items():
        if name in nested and isinstance(value, dict):
            yield from ((name, below) for below in value)
        elif not (name in inner and _is_laid_out_elsewhere(value)):
            yield (name,)


def _is_laid_out_elsewhere(value: object) -> bool:
    items = value if isinstance(value, list) else []
    return value is None or all(isinstance(item, dict) for item in items)


def _row(columns: Iterable[Column], part: Mapping[str, Any]) -> list[str]:
    return [_cell(column, part) for column in columns]


def _cell(column: Column, part: Mapping[str, Any]) -> str:
    value: Any = part
    for step in column.path:
        value = value.get(step) if isinstance(value, dict) else None
    if value is None:
        return ""
    return _checked(encoded(column.kind, value) or "", column.name)


def _pairs(value: object) -> list[list[str]]:
    if not isinstance(value, dict):
        return []
    return [
        [_text(rule, "ignore"), _checked(encoded(Kind.TEXT, reason) or "", "ignore")]
        for rule, reason in value.items()
    ]


def _settings(value: object) -> list[list[str]]:
    if not isinstance(value, dict):
        return []
    return [
        [
            _text(archive, "targets"),
            _text(setting, "targets"),
            _checked(encoded(Kind.ANY, item) or "", "targets"),
        ]
        for archive, settings in value.items()
        if isinstance(settings, dict)
        for setting, item in settings.items()
    ]


def _text(value: str, where: str) -> str:
    return _checked(encoded(Kind.TEXT, value) or "", where)


def _checked(text: str, where: str) -> str:
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if length > MAX_TEXT:
        message = (
            f"`{where}` has {length:,} characters; a cell of a workbook holds "
            f"{MAX_TEXT:,}"
        )
        raise MetadataError(message, hint="shorten it, or stay with submission.yaml")
    return text
