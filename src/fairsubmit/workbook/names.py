"""Which files are workbooks, by their names."""

from __future__ import annotations

__all__ = ["MAX_FILE_BYTES", "is_workbook"]

# A workbook of 5,000 rows has 0.2 MB.
MAX_FILE_BYTES = 64 << 20
# Of these only the first two can be read; of the others that is said.
_SUFFIXES = frozenset({"xlsx", "xlsm", "xls", "xlsb", "ods"})


def is_workbook(name: str) -> bool:
    """Whether a file's name is one of a spreadsheet program."""
    return name.rpartition(".")[2].casefold() in _SUFFIXES
