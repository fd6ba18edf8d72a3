"""The one place that writes to the terminal: stdout = results, stderr = talk."""

from __future__ import annotations

import sys
from functools import cache
from itertools import compress
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "Output",
    "ReaderGoneError",
    "human_size",
    "json_text",
    "plural",
    "stdout_is_ascii",
]

# A column narrower than this says nothing; rather let the line wrap.
MIN_COLUMN = 8
GAP = "  "


class ReaderGoneError(Exception):
    """Whoever read our output has closed it, e.g. ``head``."""


def human_size(size: float) -> str:
    """Write a number of bytes in decimal units, as archives state their limits."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def stdout_is_ascii() -> bool:
    """Whether stdout cannot carry every character."""
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower()
    return encoding.replace("-", "") != "utf8"


def json_text(
    value: object, *, indent: int | None = None, ascii_only: bool | None = None
) -> str:
    """Write a JSON value.

    Parameters
    ----------
    value
        What `json` can write.
    indent
        Spaces a level; one line without.
    ascii_only
        Escape other characters; by default where stdout cannot carry them.
    """
    escaped = stdout_is_ascii() if ascii_only is None else ascii_only
    return _json_encoder(indent, ascii_only=escaped)(value)


@cache
def _json_encoder(indent: int | None, *, ascii_only: bool) -> Callable[[object], str]:
    import json

    return json.JSONEncoder(indent=indent, ensure_ascii=ascii_only).encode


def plural(count: int, noun: str) -> str:
    """Write a number with its noun, e.g. ``1 file``, ``2,000 files``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


class Output:
    """Prints results and talk.

    Parameters
    ----------
    colour
        ``False`` never, ``None`` where the stream is a terminal.
    quiet
        Leave out talk; errors, warnings and results stay.

    Attributes
    ----------
    format
        ``human``, or a format for programs (``json``, ``jsonl``, ``github``).
    """

    def __init__(self, *, colour: bool | None = None, quiet: bool = False) -> None:
        self.format = "human"
        self.colour = colour
        self.quiet = quiet

    def result(self, text: str) -> None:
        """Print a line of the result."""
        self._write(text, sys.stdout)

    def document(self, content: bytes) -> None:
        """Print a document that is encoded already."""
        self._write(content.removesuffix(b"\n"), sys.stdout)

    def json(self, value: object, *, indent: int | None = 1) -> None:
        """Print a JSON value."""
        self.result(json_text(value, indent=indent))

    def say(self, text: str) -> None:
        """Tell a person what is going on."""
        if not self.quiet:
            self._write(text, sys.stderr)

    def talk(self, text: str) -> None:
        """Print on stderr what is not left out even when quiet."""
        self._write(text, sys.stderr)

    def warn(self, text: str) -> None:
        """Tell a person about something that went wrong but stops nothing."""
        self._write(click.style("warning: ", fg="yellow") + text, sys.stderr)

    def error(self, text: str, hint: str | None = None) -> None:
        """Tell a person what went wrong and what to do next."""
        self._write(click.style("error: ", fg="red", bold=True) + text, sys.stderr)
        if hint:
            self._write(_next(hint), sys.stderr)

    def hint(self, text: str) -> None:
        """Name the next step after a success."""
        self.say(_next(text))

    def table(
        self, header: Sequence[str], rows: Iterable[Sequence[str]], right: str = ""
    ) -> None:
        """Print a table that fits the terminal; in full where nobody looks.

        Parameters
        ----------
        header
            Names of the columns; one without any cell is left out.
        rows
            Cells, as many as `header` has.
        right
            One letter a column: ``r`` aligns to the right.
        """
        from shutil import get_terminal_size

        found = [tuple(_one_line(cell) for cell in row) for row in rows]
        used = [any(column) for column in zip(*found, strict=True)]
        lines = [tuple(compress(line, used)) for line in (header, *found)]
        width = get_terminal_size((100, 24)).columns
        widths = _fit(lines, width if sys.stdout.isatty() else None)
        sides = "".join(compress(right.ljust(len(header)), used))
        for index, line in enumerate(lines):
            cells = zip(line, widths, sides, strict=True)
            text = GAP.join(_cell(*cell) for cell in cells).rstrip()
            self.result(text if index else click.style(text, bold=True))

    def _write(self, text: str | bytes, stream: TextIO) -> None:
        try:
            click.echo(text, file=stream, color=self.colour)
        except BrokenPipeError as error:
            raise ReaderGoneError from error


def _next(text: str) -> str:
    return click.style("next: ", fg="cyan") + text


def _one_line(cell: str) -> str:
    """Keep line breaks and terminal commands in names from breaking a table."""
    if cell.isprintable():
        return cell
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cell)


def _fit(lines: Sequence[Sequence[str]], limit: int | None) -> list[int]:
    """Narrow the widest columns until a line has at most `limit` characters."""
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    if limit is None:
        return widths
    limit -= len(GAP) * (len(widths) - 1)
    while sum(widths) > limit and max(widths) > MIN_COLUMN:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    return widths


def _cell(text: str, width: int, side: str) -> str:
    if len(text) > width:
        text = text[: width - 1] + "…"
    return text.rjust(width) if side == "r" else text.ljust(width)
