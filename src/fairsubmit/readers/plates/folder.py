"""The files of a set: which are there, which are cut short."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.sets import recall
from fairsubmit.readers.source import Source
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.structure import DESCRIPTION, is_tiff, open_tiff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["CutParts", "Folder", "Pixels", "pixels_of"]

COMPRESSION, UNCOMPRESSED = 259, 1
MAX_TEXT = 1 << 20
MAX_LISTINGS = 4
# Of one set, so many files that look too small are opened and named.
MAX_OPENED = 20
_PNG = b"\x89PNG\r\n\x1a\n"


class Folder:
    """The files of one folder with their sizes, listed once.

    Parameters
    ----------
    path
        The folder.

    Attributes
    ----------
    sizes
        Bytes, by name; empty where it cannot be listed.
    folders
        Names of the folders in it, sorted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        whole = path.as_posix()
        self._prefix = "" if whole == "." else f"{whole.rstrip('/')}/"
        self._lower: dict[str, str] | None = None
        # Many plates, or many series, may lie in one folder.
        self.sizes, self.folders = recall(
            "listings", whole, lambda: _listed(str(path)), most=MAX_LISTINGS
        )

    def find(self, name: str) -> str | None:
        """Return the name of a file as it is there, for a name that may differ in case.

        Plates are written on Windows, where it does not matter, and copied elsewhere.
        """
        if name in self.sizes:
            return name
        if self._lower is None:
            self._lower = {there.lower(): there for there in self.sizes}
        return self._lower.get(name.lower())

    def posix(self, name: str) -> str:
        """Return the path of a file of the folder."""
        return self._prefix + name


def _listed(folder: str) -> tuple[dict[str, int], list[str]]:
    """Return the files of a folder with their sizes, and the folders in it."""
    sizes: dict[str, int] = {}
    folders: list[str] = []
    try:
        with os.scandir(folder) as found:
            for item in found:
                _add(item, sizes, folders)
    except OSError:
        pass
    return sizes, sorted(folders)


def _add(item: os.DirEntry[str], sizes: dict[str, int], folders: list[str]) -> None:
    try:
        if item.is_dir():
            folders.append(item.name)
        elif item.is_file():
            sizes[item.name] = item.stat().st_size
    except OSError:
        return


class Pixels(NamedTuple):
    """What the header of one plane's file says.

    Attributes
    ----------
    width, height
        Pixels.
    pixel_type
        OME-XML name.
    samples
        Of a pixel.
    planes
        Pages.
    least
        Bytes that an uncompressed plane needs; 0 if it is compressed.
    description
        Text of the first page.
    problems
        What is wrong with the file.
    """

    width: int
    height: int
    pixel_type: str | None
    samples: int
    planes: int
    least: int
    description: str
    problems: tuple[Problem, ...]


def pixels_of(path: Path) -> Pixels | Problem:
    """Read the header of a plane's TIFF or PNG; a problem if it cannot be read."""
    try:
        with Source(path) as source:
            if source.head.startswith(_PNG):
                return _png(source)
            if is_tiff(source.head):
                return _tiff(source)
    except ReadError as error:
        return Problem("unreadable-part", error.message, path.name, error=True)
    message = f"{path.name} is no TIFF, although it should hold a plane"
    return Problem("unreadable-part", message, path.name, error=True)


def _tiff(source: Source) -> Pixels:
    tiff = open_tiff(source)
    problems = check(tiff)
    page = tiff.first
    raw = (tiff.text(DESCRIPTION, MAX_TEXT) or b"").rstrip(b"\0")
    plain = tiff.integer(tiff.tags, COMPRESSION, UNCOMPRESSED) == UNCOMPRESSED
    row = (page.width * page.bits * page.samples + 7) // 8
    return Pixels(
        page.width,
        page.height,
        page.pixel_type,
        page.samples,
        len(tiff.offsets),
        row * page.height if plain else 0,
        raw.decode("utf-8", "replace"),
        tuple(problems),
    )


def _png(source: Source) -> Pixels:
    """Read IHDR, which comes first (PNG specification, section 11.2.2).

    Raises
    ------
    ReadError
        If it is not whole.
    """
    head = source.head[:26].ljust(26, b"\0")
    width, height = (int.from_bytes(head[at : at + 4], "big") for at in (16, 20))
    if head[12:16] != b"IHDR" or not width or not height:
        message = f"{source.path.name} has no whole PNG header"
        raise ReadError(message)
    pixel_type = {8: "uint8", 16: "uint16"}.get(head[24])
    # Colour types 2 and 6 are RGB, with and without transparency; 4 is grey with it.
    samples = {2: 3, 4: 2, 6: 4}.get(head[25], 1)
    return Pixels(width, height, pixel_type, samples, 1, 0, "", ())


class CutParts:
    """Finds files that end before their pixels do, opening only those too small.

    One for each set: after `MAX_OPENED` files it counts, and opens no more.

    Parameters
    ----------
    look
        Returns what is wrong with a file.
    """

    def __init__(self, look: Callable[[Path], Sequence[Problem]] | None = None) -> None:
        self._look = look or _problems_of
        self._left = MAX_OPENED
        self._some = False

    def problems(self, parts: Iterable[tuple[str, int]], least: int) -> list[Problem]:
        """Return a problem, an error, for each file that is cut short.

        Parameters
        ----------
        parts
            Files and their sizes in bytes.
        least
            Bytes that uncompressed planes need; 0 where only empty files are wrong.
        """
        found: list[Problem] = []
        unopened = 0
        for path, size in parts:
            if size and size > least:
                continue
            if self._left:
                self._left -= 1
                found += self._cut(Path(path), size)
            else:
                unopened += 1
        self._some = self._some or bool(found)
        if unopened and self._some:
            message = f"{unopened} more files are smaller than their pixels should be"
            found.append(Problem("truncated", message, None, error=True))
        return found

    def _cut(self, path: Path, size: int) -> list[Problem]:
        if not size:
            message = f"{path.name} is empty: copy it again from its source"
            return [Problem("truncated", message, path.name, error=True)]
        wrong = next((p for p in self._look(path) if p.error), None)
        if wrong is None or wrong.code == "unreadable-part":
            return [] if wrong is None else [wrong]
        message = f"{path.name}: {wrong.message}"
        return [Problem(wrong.code, message, wrong.place, error=True)]


def _problems_of(path: Path) -> Sequence[Problem]:
    pixels = pixels_of(path)
    return (pixels,) if isinstance(pixels, Problem) else pixels.problems
