"""Where in a person's own files the thing stands that an archive speaks of."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.archives.biostudies.codes import CODES
from fairsubmit.findings import Finding
from fairsubmit.metadata.selection import matches
from fairsubmit.metadata.table import cell_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.bundle import Bundle, FileList
    from fairsubmit.dataset import FileGroup

__all__ = ["Places", "Spot", "finding"]


class Spot(NamedTuple):
    """A place that a person can open in an editor."""

    path: str | None = None
    line: int | None = None
    column: int | None = None
    pointer: str | None = None
    cell: str | None = None


def finding(
    name: str, message: str, spot: Spot, *, count: int = 1, fix: str | None = None
) -> Finding:
    """Make a finding of a kind in `fairsubmit.archives.biostudies.codes.CODES`.

    Parameters
    ----------
    name
        Name of the kind.
    message
        One sentence.
    spot
        Where.
    count
        How many places share this one cause.
    fix
        What to do, instead of the kind's own help.
    """
    kind = CODES[name]
    return Finding(
        kind.code,
        kind.name,
        kind.severity,
        message,
        spot.path,
        spot.line,
        spot.column,
        spot.pointer,
        spot.cell,
        count=count,
        help=fix or kind.help,
    )


class Places:
    """Places of one bundle, looked up as they are needed.

    Parameters
    ----------
    bundle
        What is deposited.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._rows: dict[str, dict[str, int]] = {}

    @cached_property
    def _selected(self) -> Mapping[str, FileGroup]:
        return self._bundle.dataset.selected

    @cached_property
    def _lists(self) -> Mapping[str, FileList]:
        return {item.path: item for item in self._bundle.file_lists}

    def value(self, pointer: str) -> Spot:
        """Return where a value of the submission stands, or what it is part of."""
        place = self._bundle.dataset.document.place(pointer)
        return Spot(place.path, place.line, place.column, place.pointer)

    @property
    def document(self) -> Spot:
        """The submission as a whole."""
        return Spot(self._bundle.dataset.document.path)

    def list_named(self, path: str) -> FileList | None:
        """Return the file list that goes to `path` in the deposit.

        The archive may name it with the deposit's folder in front.
        """
        short = path.partition("/")[2]
        return self._lists.get(path) or self._lists.get(short)

    def of_list(self, item: FileList) -> Spot:
        """Return where the files of a list are chosen."""
        return self.value(f"{item.pointer}/files")

    def of_file(self, path: str) -> Spot:
        """Return what brought a file into the deposit: a table's row or a pattern.

        Parameters
        ----------
        path
            The path in the deposit, with or without the deposit's folder in front.
        """
        own = path if path in self._selected else path.partition("/")[2]
        group = self._selected.get(own)
        if group is None:
            item = self.list_named(path)
            return self.document if item is None else self.of_list(item)
        line = self._row(group, own)
        if group.table is not None and line is not None:
            return Spot(group.table.path, line, 1, None, cell_name(0, line))
        return self.value(self._pattern(group, own))

    def row(self, item: FileList, number: int) -> str | None:
        """Return the path in a row of a generated list.

        Parameters
        ----------
        item
            The list.
        number
            1-based number of the row as the archive counts, header included.

        Returns
        -------
        str or None
            ``None`` where there is no such row.
        """
        try:
            with (self._bundle.folder / item.path).open(encoding="utf-8") as file:
                for at, line in enumerate(file, start=1):
                    if at == number:
                        return line.rstrip("\r\n").split("\t")[0] or None
        except (OSError, UnicodeDecodeError):
            return None
        return None

    def _row(self, group: FileGroup, path: str) -> int | None:
        if group.table is None:
            return None
        rows = self._rows.get(group.pointer)
        if rows is None:
            rows = {row.path: row.line for row in group.table.rows}
            self._rows[group.pointer] = rows
        return rows.get(path)

    def _pattern(self, group: FileGroup, path: str) -> str:
        at = f"{group.pointer}/files/include"
        patterns = self._bundle.dataset.document.get(at)
        for index, pattern in enumerate(patterns if isinstance(patterns, list) else []):
            if isinstance(pattern, str) and matches(pattern, path):
                return f"{at}/{index}"
        return f"{group.pointer}/files"
