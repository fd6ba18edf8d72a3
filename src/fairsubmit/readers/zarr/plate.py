"""Plates: which wells there are, and where each field was taken.

Source: NGFF specification 0.4 and 0.5, "plate" and "well" metadata; before 0.4 a well
had nothing but its path, the names of its row and column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.metadata.image import PlatePosition
from fairsubmit.readers.zarr.document import mappings

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Plate"]

MAX_INDEX = 1 << 16


class Plate:
    """A ``plate`` entry.

    Parameters
    ----------
    entry
        What stands there.
    """

    def __init__(self, entry: object) -> None:
        self._entry = entry if isinstance(entry, dict) else {}
        name = self._entry.get("name")
        text = name.strip() if isinstance(name, str) else ""
        self._name = text or None
        self._rows = self._index("rows")
        self._columns = self._index("columns")

    @property
    def nowhere(self) -> PlatePosition:
        """A position of which nothing but the plate is known."""
        return PlatePosition(self._name)

    def _index(self, key: str) -> dict[str, int]:
        names = [item.get("name") for item in mappings(self._entry.get(key))]
        return {n: i for i, n in enumerate(names) if isinstance(n, str)}

    def wells(self) -> Iterator[tuple[str, PlatePosition]]:
        """Yield path and position of each well that is named."""
        for well in mappings(self._entry.get("wells")):
            path = well.get("path")
            if isinstance(path, str):
                yield path, self._position(path, well)

    def _position(self, path: str, well: dict[str, object]) -> PlatePosition:
        row, column = _number(well.get("rowIndex")), _number(well.get("columnIndex"))
        if row is None or column is None:
            first, _, last = path.strip("/").partition("/")
            row = self._rows.get(first) if row is None else row
            column = self._columns.get(last) if column is None else column
        return PlatePosition(self._name, row, column)

    @staticmethod
    def field(well: PlatePosition, number: int) -> PlatePosition:
        """Return the position of a field, from that of its well."""
        return PlatePosition(well.plate, well.row, well.column, number)


def _number(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < MAX_INDEX else None
