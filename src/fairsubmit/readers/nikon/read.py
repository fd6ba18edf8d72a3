"""Reading an ND2 file: its metadata is given to the library in a file of their own."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.extras import library
from fairsubmit.readers.nikon.chunks import MAGIC, Chunks, excerpt, find_chunks
from fairsubmit.readers.nikon.described import Described, Untyped
from fairsubmit.readers.nikon.record import records
from fairsubmit.readers.source import Source, opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["read_nd2"]

_NEEDED = "the chunks ImageAttributes and ImageMetadataSeq"


def read_nd2(path: Path, format_name: str, reader: str) -> Sequence[ImageMetadata]:
    """Return one record for each position of the stage.

    Parameters
    ----------
    path
        The file.
    format_name, reader
        As they stand in the records.

    Raises
    ------
    DamagedFileError
        If the chunks that describe the image are missing or cannot be decoded.
    MissingReaderError
        If the library is not installed.
    ReadError
        If the file cannot be opened.
    """
    nd2 = library("nd2", "nd2", "a Nikon ND2 file")
    shown = path.as_posix()
    with opened(path) as source:
        old = not source.head.startswith(MAGIC)
        chunks = Chunks() if old else find_chunks(source)
        handle = _Limited(source) if old else _excerpt(source, chunks, shown)
        found = _described(nd2, handle, shown)
    problems = _problems(chunks, handle.left_out)
    return records(found, chunks.frames, problems, (shown, format_name, reader))


def _excerpt(source: Source, chunks: Chunks, shown: str) -> _Excerpt:
    names = {name.replace(b"LV", b"") for name in chunks.metadata}
    if not names >= {b"ImageAttributes!", b"ImageMetadataSeq|0!"}:
        offset = source.size if chunks.cut is None else chunks.cut
        raise DamagedFileError(shown, _NEEDED, offset=offset)
    return _Excerpt(*excerpt(source, chunks))


class _Excerpt(io.BytesIO):
    """The metadata as a small ND2 file, and what could not be taken over."""

    def __init__(self, content: bytes, left_out: list[str]) -> None:
        super().__init__(content)
        self.left_out = left_out


class _Limited(io.RawIOBase):
    """An old file, of which no more is read than metadata are long."""

    MOST = 1 << 22
    MOST_AT_ALL = 1 << 24

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.left_out: list[str] = []
        self._source = source
        self._position = 0
        self._left = self.MOST_AT_ALL

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to a place.

        Raises
        ------
        ValueError
            If it lies before the file.
        """
        base = (0, self._position, self._source.size)[whence]
        if base + offset < 0:
            raise ValueError("a place before the file")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """Read bytes.

        Raises
        ------
        ValueError
            If there are too many.
        ReadError
            If the operating system cannot read.
        """
        rest = max(self._source.size - self._position, 0)
        count = rest if size is None or size < 0 else min(size, rest)
        self._left -= count
        if count > self.MOST or self._left < 0:
            raise ValueError("metadata that are too large")
        data = self._source.read(self._position, count)
        self._position += len(data)
        return data


def _described(nd2: ModuleType, handle: Untyped, shown: str) -> Described:
    """Let the library decode what it is given; each part may fail alone.

    Raises
    ------
    DamagedFileError
        If the size of the image is not known then.
    """
    try:
        with warnings.catch_warnings():
            # It warns of what it has not seen yet; that is not our users' concern.
            warnings.simplefilter("ignore")
            with nd2.ND2File(handle) as file:
                return Described.of(file)
    except Exception as error:
        # A library that raises KeyError, struct.error, ValueError and others.
        what = f"metadata that nd2 can decode ({type(error).__name__}: {error})"
        raise DamagedFileError(shown, what[:300]) from error


def _problems(chunks: Chunks, left_out: list[str]) -> list[Problem]:
    found = []
    if chunks.cut is not None:
        lost = "" if chunks.mapped else ", before the map of its chunks"
        message = f"the file is cut short at byte {chunks.cut}{lost}"
        found.append(Problem("truncated", message, f"byte {chunks.cut}", error=True))
    if left_out:
        message = f"chunks that could not be read: {', '.join(left_out)}"
        found.append(Problem("metadata-unreadable", message, "chunk map"))
    return found
