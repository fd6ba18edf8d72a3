"""Multipart forms, written to disk as they arrive.

Each file goes straight into one new file in the folder for what is being received;
taking its place in the user area is a rename. Memory does not depend on its size,
and a request that does not come to its end leaves nothing behind.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from python_multipart.multipart import MultipartParser, parse_options_header

from fairsubmit.rehearsal.flow import write_all
from fairsubmit.rehearsal.refusals import FrameworkError, RefusalError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from python_multipart.multipart import MultipartCallbacks

    from fairsubmit.rehearsal.bodies import Body
    from fairsubmit.rehearsal.flow import Flow

    Watch = Callable[[str, str], Flow]

__all__ = ["CutConnectionError", "Form", "ReceivedFile", "read_form"]

LARGEST_FIELD = 50 * 1024**2
"""Bytes of all fields together: ``max-http-form-post-size`` in application.yml."""

MOST_PARTS = 2000
"""``max-part-count`` in application.yml."""


class CutConnectionError(Exception):
    """The connection is to end here, without an answer."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


@dataclass
class ReceivedFile:
    """A part with a file name.

    Parameters
    ----------
    name, filename
        As the part's header has them.
    file
        Where its bytes are.
    flow
        How it came, where that is watched.
    """

    name: str
    filename: str
    file: Path
    flow: Flow | None = None


@dataclass
class Form:
    """The fields and files of a form."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[ReceivedFile] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        """Return the first value of a field."""
        return self.fields.get(name, [None])[0]

    def discard(self) -> None:
        """Remove the files that nobody took."""
        for one in self.files:
            one.file.unlink(missing_ok=True)


async def read_form(
    headers: Mapping[str, str],
    body: Body,
    incoming: Path,
    watch: Watch | None = None,
) -> Form:
    """Read a form, multipart or not, from the body of a request.

    Parameters
    ----------
    headers
        Of the request.
    body
        Of the request.
    incoming
        The folder for the files.
    watch
        Called with the directory known so far and a file's name; returns its flow.

    Raises
    ------
    FrameworkError
        415, the body is no form; 400, it is a broken one.
    """
    kind, options = parse_options_header(headers.get("content-type", ""))
    reading = Reading(incoming, watch)
    if kind == b"application/x-www-form-urlencoded":
        text = (await body.read()).decode()
        reading.form.fields = parse_qs(text, keep_blank_values=True)
        return reading.form
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise FrameworkError(415)
    parser = MultipartParser(options[b"boundary"], reading.callbacks())

    def consume(block: bytes | bytearray) -> float:
        parser.write(block)  # type: ignore[arg-type] # whatever has find() will do
        pause, reading.pause = reading.pause, 0.0
        return pause

    try:
        await body.feed(consume)
        reading.check()
    except BaseException as error:
        reading.abandon()
        if isinstance(error, ValueError):  # the parser's own errors are ValueErrors
            raise FrameworkError(400) from error
        raise
    return reading.form


class Reading:
    """A multipart body in the course of being read.

    Parameters
    ----------
    incoming
        The folder for the files.
    watch
        Called at the beginning of each file.
    """

    def __init__(self, incoming: Path, watch: Watch | None) -> None:
        self.form = Form()
        self.pause = 0.0
        self.ended = False
        self._incoming = incoming
        self._watch = watch
        self._parts = 0
        self._field_bytes = 0
        self._header = bytearray()
        self._value = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._text: bytearray | None = None
        self._descriptor = -1

    def callbacks(self) -> MultipartCallbacks:
        """Return what the parser is to call."""
        return {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def check(self) -> None:
        """Check that the body came to its end.

        Raises
        ------
        FrameworkError
            400, the last boundary is missing.
        """
        if not self.ended:
            raise FrameworkError(400)

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._close()
        self.form.discard()

    def _part_begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise RefusalError(500, "Failed to parse multipart servlet request")
        self._headers = {}

    def _header_field(self, block: bytes, start: int, end: int) -> None:
        self._header += block[start:end]

    def _header_value(self, block: bytes, start: int, end: int) -> None:
        self._value += block[start:end]

    def _header_end(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _headers_finished(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition)
        self._name = options.get(b"name", b"").decode(errors="replace")
        filename = options.get(b"filename")
        if filename is None:
            self._text = bytearray()
            return
        self._begin_file(filename.decode(errors="replace"))

    def _begin_file(self, filename: str) -> None:
        file = self._incoming / uuid.uuid4().hex
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(file, flags, 0o600)
        one = ReceivedFile(self._name, filename, file)
        self.form.files.append(one)
        if self._watch is not None:
            one.flow = self._watch(self.form.text("filePath") or "", filename)

    def _part_data(self, block: bytes, start: int, end: int) -> None:
        if self._text is not None:
            self._field_bytes += end - start
            if self._field_bytes > LARGEST_FIELD:
                raise RefusalError(500, "Failed to parse multipart servlet request")
            self._text += block[start:end]
            return
        piece: bytes | memoryview = memoryview(block)[start:end]
        flow = self.form.files[-1].flow
        if flow is not None:
            piece = flow.take(piece)
            self.pause = max(self.pause, flow.pause)
        write_all(self._descriptor, piece)
        if flow is not None and flow.cut is not None:
            raise CutConnectionError(flow.cut.how)

    def _part_end(self) -> None:
        if self._text is not None:
            text = self._text.decode(errors="replace")
            self.form.fields.setdefault(self._name, []).append(text)
            self._text = None
        self._close()

    def _end(self) -> None:
        self.ended = True

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
