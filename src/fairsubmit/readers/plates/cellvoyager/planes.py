"""The list of a CellVoyager plate's planes: ``MeasurementData.mlf``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.readers.plates.events import Events, local

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Field", "Listed"]

# Rows and columns of the largest plates are 32 and 48.
MAX_WELLS = 100
MAX_NUMBER = 1_000_000

Key = tuple[int, int, int]


@dataclass(slots=True)
class Field:
    """The planes of one field; a channel is a channel of an action."""

    first: dict[str, str]
    names: list[str] = field(default_factory=list)
    projections: list[str] = field(default_factory=list)
    channels: dict[tuple[int, int], None] = field(default_factory=dict)
    steps: set[int] = field(default_factory=set)
    times: set[tuple[int, int]] = field(default_factory=set)
    heights: dict[int, str] = field(default_factory=dict)
    processing: str | None = None


class Listed(Events):
    """The list of planes, as it is read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "MeasurementData")
        self.fields: dict[Key, Field] = {}
        self.projected: dict[Key, Field] = {}
        self.errors = 0
        self._record: dict[str, str] | None = None

    def begin(self, name: str, attributes: dict[str, str]) -> bool:
        """Keep a record's attributes until its text, a file name, is there."""
        self._record = local(attributes) if name == "MeasurementRecord" else None
        return self._record is not None

    def finish(self, name: str, text: str | None) -> None:
        """Add a plane to its field."""
        record, self._record = self._record, None
        if record is None or name != "MeasurementRecord":
            return
        if record.get("Type", "IMG") != "IMG":
            self.errors += 1
            return
        where = tuple(_number(record, key) for key in ("Row", "Column", "FieldIndex"))
        row, column, number = where
        if text and 0 < row <= MAX_WELLS and 0 < column <= MAX_WELLS and number > 0:
            self._add((row - 1, column - 1, number - 1), record, text)

    def _add(self, key: Key, record: dict[str, str], name: str) -> None:
        processing = record.get("ZImageProcessing")
        fields = self.projected if processing else self.fields
        found = fields.get(key)
        if found is None:
            found = fields[key] = Field(record, processing=processing)
        step, channel = _number(record, "ZIndex"), _number(record, "Ch")
        found.names.append(name)
        found.channels[_number(record, "ActionIndex"), channel] = None
        found.steps.add(step)
        found.times.add(
            (_number(record, "TimelineIndex"), _number(record, "TimePoint"))
        )
        if len(found.heights) < 2:
            found.heights.setdefault(step, record.get("Z", ""))


def _number(record: dict[str, str], key: str) -> int:
    text = record.get(key, "")
    number = int(text[:12]) if text.isdecimal() else 0
    return number if number <= MAX_NUMBER else 0
