"""Following the references of a LAS X project from file to file."""

from __future__ import annotations

import codecs
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.leica.container import Text, chunks, is_container, pixels
from fairsubmit.readers.leica.document import Document, parse
from fairsubmit.readers.leica.project import (
    document_problems,
    numbered,
    read_lif,
    read_lof,
)
from fairsubmit.readers.leica.record import Made, Maker
from fairsubmit.readers.sets import named_beside
from fairsubmit.readers.source import Source, opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.leica.document import Frame

__all__ = ["read_files"]

MAX_DEPTH = 16
MAX_FILES = 20_000
MAX_XML = 1 << 28
MAX_REPORTED = 20
_ABSOLUTE = re.compile(r"^(?:[A-Za-z]:|/)")


def read_files(path: Path, format_name: str, reader: str) -> Sequence[ImageMetadata]:
    """Return one record for each image that a file holds or refers to.

    Parameters
    ----------
    path
        The file that speaks for the others.
    format_name, reader
        As they stand in the records.

    Raises
    ------
    DamagedFileError
        If no image can be read.
    ReadError
        If the file cannot be opened.
    """
    project = _Project(path, format_name, reader)
    with opened(path) as source:
        project.take(source, (), 0)
    if not project.records:
        what = "an image, here or in the files that it refers to"
        if project.problems:
            what = f"{what} ({project.problems[0].message})"
        raise DamagedFileError(path.as_posix(), what)
    return numbered(project.records, project.all_problems())


@dataclass(slots=True)
class _Project:
    """Collects images while it goes from file to file."""

    path: Path
    format_name: str
    reader: str
    records: list[ImageMetadata] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unreported: int = 0
    _seen: set[str] = field(default_factory=set)
    _maker: Maker = field(init=False)

    def __post_init__(self) -> None:
        self._maker = Maker(self.path.as_posix(), self.format_name, self.reader)

    def problem(self, code: str, message: str, place: str) -> None:
        """Note a problem that makes the project incomplete."""
        if len(self.problems) < MAX_REPORTED:
            self.problems.append(Problem(code, message, place, error=True))
        else:
            self.unreported += 1

    def all_problems(self) -> list[Problem]:
        """Return the problems and how many more there are."""
        if not self.unreported:
            return self.problems
        message = f"and {self.unreported} more problems with the files of this project"
        return [*self.problems, Problem("missing-part", message, None, error=True)]

    def take(self, source: Source, chain: tuple[str, ...], depth: int) -> None:
        """Take the images of an XML file, and of those that it refers to.

        Parameters
        ----------
        source
            The file.
        chain
            The files and the collections that led here; names of collections begin
            with a colon.
        depth
            How many files led here.

        Raises
        ------
        ReadError
            If it cannot be read.
        """
        shown = source.path.as_posix()
        self._seen.add(shown)
        text = Text(0, min(source.size, MAX_XML))
        document = parse(chunks(source, text), _encoding(source.head), self._maker)
        self.problems += document_problems(document)
        chain = (*chain, shown)
        for entry in document.images:
            if entry.made is not None:
                files = self._frames(source.path, entry.frames)
                self._add(entry.made.record, (*chain, *files))
        if depth < MAX_DEPTH:
            self._follow(source.path, document, chain, depth)

    def _add(self, record: ImageMetadata, chain: Sequence[str]) -> None:
        names = [part[1:] for part in chain if part.startswith(":")]
        parts = (part for part in chain if not part.startswith(":"))
        files = dict.fromkeys([self.path.as_posix(), *parts])
        name = "/".join([*names, record.name or ""]).strip("/") or None
        self.records.append(
            replace(
                record,
                path=self.path.as_posix(),
                format=self.format_name,
                reader=self.reader,
                name=name,
                files=tuple(files),
            )
        )

    def _follow(
        self,
        origin: Path,
        document: Document[Made | None],
        chain: tuple[str, ...],
        depth: int,
    ) -> None:
        collection = origin.suffix.lower() == ".xlcf" and document.name
        chain = (*chain, f":{document.name}") if collection else chain
        for reference in document.references:
            path = self._resolve(origin, reference)
            if path is None or path.as_posix() in self._seen:
                continue
            if len(self._seen) >= MAX_FILES:
                self.problem("too-many-images", "has more files than are read", "")
                return
            try:
                with Source(path) as source:
                    self._member(source, chain, depth + 1)
            except ReadError as error:
                self.problem("unreadable-part", error.message, path.as_posix())

    def _member(self, source: Source, chain: tuple[str, ...], depth: int) -> None:
        shown = source.path.as_posix()
        if not is_container(source.head):
            self.take(source, chain, depth)
            return
        self._seen.add(shown)
        read = read_lof if source.path.suffix.lower() == ".lof" else read_lif
        for record in read(source.path, self.format_name, self.reader):
            self._add(record, (*chain, *record.files))

    # -- other files -------------------------------------------------------------

    def _frames(self, origin: Path, frames: Sequence[Frame]) -> list[str]:
        """Return the files with an image's pixels; those that are missing are noted."""
        found = []
        for name in dict.fromkeys(frame.file for frame in frames):
            path = self._resolve(origin, name)
            if path is None:
                continue
            found.append(path.as_posix())
            if path.suffix.lower() == ".lof":
                self._seen.add(path.as_posix())
                self._whole(path)
        return found

    def _whole(self, path: Path) -> None:
        try:
            with Source(path) as source:
                pixels(source)
        except DamagedFileError as error:
            self.problem("truncated", error.message, path.as_posix())
        except ReadError as error:
            self.problem("unreadable-part", error.message, path.as_posix())

    def _resolve(self, origin: Path, name: str) -> Path | None:
        """Return the file that is meant, if it is there."""
        plain = unquote(name).replace("\\", "/")
        if _ABSOLUTE.match(plain):
            message = (
                f"names the path {name!r}; only the file name is used, and the path "
                "may tell a user's name"
            )
            self.problems.append(Problem("path-in-name", message, origin.name))
            plain = plain.rpartition("/")[2]
        path = Path(os.path.normpath(origin.parent / plain))
        if not self._is_inside(path):
            message = f"names {name!r}, which lies outside the project; it is not read"
            self.problem("path-outside", message, origin.name)
            return None
        found = path if path.is_file() else _by_other_case(path)
        if found is None:
            message = f"names {name!r}, which is not there"
            self.problem("missing-part", message, origin.name)
        return found

    def _is_inside(self, path: Path) -> bool:
        """Whether a file lies below the project, or beside its folder of metadata."""
        folder = self.path.parent
        if self.path.suffix.lower() != ".xlef":
            folder = folder.parent
        return os.path.relpath(path, folder).partition(os.sep)[0] != os.pardir


def _by_other_case(path: Path) -> Path | None:
    """Return a file whose name differs in case alone, as Windows finds it."""
    suffix = path.suffix.lower()
    lower = path.name.lower()
    for name in named_beside(str(path.parent), (suffix,)):
        if name.lower() == lower:
            return path.with_name(name)
    return None


def _encoding(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, b"<\0")):
        return "utf-16-le"
    if head.startswith((codecs.BOM_UTF16_BE, b"\0<")):
        return "utf-16-be"
    return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
