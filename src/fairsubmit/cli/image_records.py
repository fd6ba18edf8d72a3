"""Image metadata records as a table, as lines, or as one array.

Records become text where they are read, in several processes at once. Results are
written while reading goes on, some at a time, so that memory does not grow with their
number. After Ctrl-C what was read is written: whole lines, a closed array.
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.cli.output import json_text, stdout_is_ascii

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fairsubmit.cli.output import Output
    from fairsubmit.findings import Finding
    from fairsubmit.metadata.image import Extraction, ImageMetadata, PhysicalSize

__all__ = ["Printable", "print_all", "printable"]

HEADER = (
    "image",
    "format",
    "pixels (xyzct)",
    "type",
    "pixel size",
    "channels",
    "notes",
)
# Results that are written at once, and seconds after which fewer are.
TOGETHER = 256
PATIENCE = 0.1
# Rows whose columns are as wide as each other.
ROWS = 1000
# How a person and a batch system ask to end.
_REQUESTS = (signal.SIGINT, signal.SIGTERM)


class Printable(NamedTuple):
    """What one file gave, ready to be printed.

    Attributes
    ----------
    images
        For each image the cells of its row, or its one line of JSON.
    findings
        What is to be told about the file.
    """

    images: tuple[tuple[str, ...], ...]
    findings: tuple[Finding, ...]


def printable(style: str) -> Callable[[Extraction], Printable]:
    """Return what makes a result printable; it may be sent to another process.

    Parameters
    ----------
    style
        ``human``, ``json`` or ``jsonl``.
    """
    if style == "human":
        return _in_rows
    # Another process does not know where the text will be printed.
    return partial(_in_json, ascii_only=stdout_is_ascii())


def _in_rows(extraction: Extraction) -> Printable:
    rows = tuple([_row(image) for image in extraction.images])
    return Printable(rows, extraction.findings)


def _in_json(extraction: Extraction, *, ascii_only: bool) -> Printable:
    images = [image.to_json() for image in extraction.images]
    lines = [(json_text(image, ascii_only=ascii_only),) for image in images]
    return Printable(tuple(lines), extraction.findings)


def print_all(output: Output, style: str, rows: Iterable[tuple[str, ...]]) -> None:
    """Print the rows of results as they come.

    Parameters
    ----------
    output
        Where to print.
    style
        As they were made printable for.
    rows
        Of every image, one after the other.
    """
    if style == "human":
        _print_table(output, rows)
    elif style == "json":
        _print_array(output, rows)
    else:
        with _written(output) as lines:
            for (line,) in rows:
                lines.add(line)


def _print_table(output: Output, found: Iterable[tuple[str, ...]]) -> None:
    rows: list[tuple[str, ...]] = []

    def write() -> None:
        if rows:
            with _unbroken():
                output.table(HEADER, rows)
                rows.clear()

    try:
        for row in found:
            rows.append(row)
            if len(rows) == ROWS:
                write()
    finally:
        write()


def _print_array(output: Output, rows: Iterable[tuple[str, ...]]) -> None:
    with _written(output) as lines:
        try:
            for (line,) in rows:
                lines.add(("," if lines.begun else "[") + "\n" + line)
        finally:
            lines.add("]" if lines.begun else "[]")


class _Lines:
    """Gathers lines and writes them some at a time."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._lines: list[str] = []
        self._due = time.monotonic()
        self._printed = False

    @property
    def begun(self) -> bool:
        """Whether there is a line already, written or not."""
        return self._printed or bool(self._lines)

    def add(self, line: str) -> None:
        self._lines.append(line)
        if len(self._lines) == TOGETHER or time.monotonic() >= self._due:
            self.write()

    def write(self) -> None:
        if self._lines:
            with _unbroken():
                self._output.result("\n".join(self._lines))
                self._printed = True
                self._lines.clear()
        self._due = time.monotonic() + PATIENCE


@contextmanager
def _written(output: Output) -> Iterator[_Lines]:
    lines = _Lines(output)
    try:
        yield lines
    finally:
        lines.write()


@contextmanager
def _unbroken() -> Iterator[None]:
    """Let Ctrl-C wait until a write has ended: half a line is no JSON.

    A second Ctrl-C does not wait.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C came meanwhile.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []

    def note(number: int, _frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, note) for number in _REQUESTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        raise KeyboardInterrupt


def _row(image: ImageMetadata) -> tuple[str, ...]:
    size = image.size
    counts = (size.x, size.y, size.z, size.c, size.t)
    names = (c.name or c.fluorophore or str(c.index) for c in image.channels)
    return (
        f"{image.path}#{image.series}" if image.series else image.path,
        image.format or "",
        "×".join("?" if count is None else str(count) for count in counts),
        image.pixel_type or "",
        _pixel_size(image.physical_size),
        ", ".join(names),
        "; ".join(problem.message for problem in image.problems),
    )


def _pixel_size(size: PhysicalSize) -> str:
    """Write the lengths of a pixel, with one unit where they share it."""
    axes = [axis for axis in (size.x, size.y, size.z) if axis is not None]
    units = {axis.unit for axis in axes}
    shared = f" {units.pop() or ''}".rstrip() if len(units) == 1 else ""
    own = "" if shared else " {unit}"
    return (
        "×".join(f"{axis.value:.4g}{own.format(unit=axis.unit)}" for axis in axes)
        + shared
    )
