"""Tables of image formats in the documentation, made from the readers themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.readers.formats import own_formats, unread_formats

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["formats_list", "formats_table", "unread_formats_table"]

COLUMNS = ("format", "files", "library", "licence", "extra", "what is read")
TESTED = "tested on"


def formats_table() -> str:
    """Return the formats that this package reads, whatever is installed."""
    lines = [_line((*COLUMNS, TESTED)), "|---" * (len(COLUMNS) + 1) + "|"]
    lines += [
        _line(
            (
                row.format,
                " ".join(f"`{suffix}`" for suffix in row.suffixes),
                row.library or "",
                row.licence or "",
                f"`{row.extra}`" if row.extra else "",
                row.reads or "",
                row.tested_on or "",
            )
        )
        for row in own_formats()
    ]
    return "\n".join(lines)


def unread_formats_table() -> str:
    """Return the formats that are known by name, but not read."""
    lines = [_line(("format", "files")), "|---|---|"]
    for row in unread_formats():
        names = " ".join(f"`{suffix}`" for suffix in row.suffixes)
        lines.append(_line((row.format, names)))
    return "\n".join(lines)


def formats_list() -> str:
    """Return the names of the formats that are read, as one sentence."""
    names = [row.format for row in own_formats()]
    return f"Reads {', '.join(names[:-1])} and {names[-1]}."


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
