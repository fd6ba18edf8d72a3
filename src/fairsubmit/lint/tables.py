"""What the columns of file tables mean to rules."""

from __future__ import annotations

import re
from itertools import compress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fairsubmit.dataset import FileGroup
    from fairsubmit.metadata.table import FileTable

__all__ = ["rows_with_scale", "source_column", "split_column"]

# BioImage Archive help-file-list, and what its ingest accepts beside it.
_SOURCE_COLUMNS = frozenset(
    {"source image", "source_image", "sourceimage", "source image association"}
)
_SPLIT_COLUMNS = frozenset({"split", "subset", "data split", "set", "partition"})
_SCALE_COLUMN = re.compile(
    r"(?:pixel|voxel|physical)[ _-]*(?:size|spacing)|\bscale\b|resolution|µm/px|um/px",
    re.IGNORECASE,
)


def source_column(table: FileTable) -> int | None:
    """Return the index, in `Row.values`, of the column that names source images."""
    for index, name in enumerate(table.columns):
        if name.strip().casefold() in _SOURCE_COLUMNS:
            return index
    return None


def split_column(table: FileTable) -> int | None:
    """Return the index, in `Row.values`, of the column of training and test sets."""
    for index, name in enumerate(table.columns):
        if name.strip().casefold() in _SPLIT_COLUMNS:
            return index
    return None


def rows_with_scale(groups: Iterable[FileGroup]) -> Iterator[str]:
    """Return the paths whose row in a file table gives a pixel size."""
    for group in groups:
        table = group.table
        if table is None:
            continue
        for index, name in enumerate(table.columns):
            if _SCALE_COLUMN.search(name):
                yield from compress(table.rows.paths, table.rows.columns[index])
