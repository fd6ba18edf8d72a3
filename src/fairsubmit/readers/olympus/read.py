"""Reading a FluoView acquisition from a folder or from a compound file."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.olympus.compound import Compound
from fairsubmit.readers.olympus.fluoview import FOLDER
from fairsubmit.readers.olympus.record import Acquisition
from fairsubmit.readers.olympus.settings import Settings
from fairsubmit.readers.source import Source, opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["read_oib", "read_oif"]

MAX_SETTINGS = 1 << 24
MAX_FILES = 200_000
_INFO = "OibInfo.txt"
_INFO_SECTION = "OibSaveInfo"
# s_C001Z002T003.tif; -R001 stands before the end of the name of a reference image.
_PLANE = re.compile(r"s_(?:[A-Z]\d{3,})+\.tif", re.IGNORECASE)
_PROPERTIES = re.compile(r"s_(?:[A-Z]\d{3,})+\.pty", re.IGNORECASE)


def read_oif(path: Path, format_name: str, reader: str) -> Sequence[ImageMetadata]:
    """Return the record of a folder of planes.

    Parameters
    ----------
    path
        The main settings.
    format_name, reader
        As they stand in the record.

    Raises
    ------
    DamagedFileError
        If the settings describe no image.
    ReadError
        If the file cannot be opened.
    """
    with opened(path) as source:
        main = Settings(source.read(0, min(source.size, MAX_SETTINGS)))
    folder = path.with_name(path.name + FOLDER)
    try:
        with os.scandir(folder) as entries:
            sizes = {
                e.name: e.stat().st_size
                for e in islice(entries, MAX_FILES)
                if e.is_file()
            }
    except OSError:
        sizes = {}
    names = sorted(sizes)
    properties = next((n for n in names if _PROPERTIES.fullmatch(n)), None)
    plane = Settings(b"") if properties is None else _settings(folder / properties)
    acquisition = Acquisition(main, plane)
    record = _record(acquisition, path, format_name, reader)
    problems = _missing(acquisition.planes, names, f"{folder.name}")
    empty = [n for n in names if _PLANE.fullmatch(n) and not sizes[n]]
    if empty:
        message = f"{len(empty)} planes have no bytes, {empty[0]!r} among them"
        problems.append(Problem("missing-part", message, folder.name, error=True))
    files = tuple((folder / name).as_posix() for name in names)
    return [_with(record, problems, files)]


def _settings(path: Path) -> Settings:
    try:
        with Source(path) as source:
            return Settings(source.read(0, min(source.size, MAX_SETTINGS)))
    except ReadError:
        return Settings(b"")


def _record(
    acquisition: Acquisition, path: Path, format_name: str, reader: str
) -> ImageMetadata:
    if not {"X"} & acquisition.axes.keys():
        expected = "[Axis 0 Parameters Common] with AxisCode and MaxSize"
        raise DamagedFileError(path.as_posix(), expected, offset=0)
    return acquisition.record(path.as_posix(), format_name, reader)


def _missing(expected: int, names: Iterable[str], place: str) -> list[Problem]:
    found = sum(1 for name in names if _PLANE.fullmatch(name))
    if found >= expected:
        return []
    message = f"has {found} of the {expected} planes that the settings speak of"
    return [Problem("planes-missing", message, place, error=True)]


def _with(
    record: ImageMetadata, problems: Sequence[Problem], files: Sequence[str] = ()
) -> ImageMetadata:
    return replace(
        record,
        files=(*record.files, *files),
        problems=(*problems, *record.problems),
    )


def read_oib(path: Path, format_name: str, reader: str) -> Sequence[ImageMetadata]:
    """Return the record of a compound file.

    Parameters
    ----------
    path
        The file.
    format_name, reader
        As they stand in the record.

    Raises
    ------
    DamagedFileError
        If the tables or the settings lie behind the end of the file.
    ReadError
        If the file cannot be opened.
    """
    with opened(path) as source:
        members = _Members(Compound(source), path)
        end = members.compound.end()
        size = source.size
        acquisition = Acquisition(members.main(), members.properties())
    record = _record(acquisition, path, format_name, reader)
    problems = _missing(acquisition.planes, members.names.values(), _INFO)
    if end > size:
        message = f"the file is cut short: its tables speak of {end} bytes"
        problems.append(Problem("truncated", message, f"byte {size}", error=True))
    return [_with(record, problems)]


class _Members:
    """The files within a compound file, by the names that FluoView lists."""

    def __init__(self, compound: Compound, path: Path) -> None:
        self.compound = compound
        self.path = path
        self._streams = {s.name: s for s in reversed(compound.streams) if s.kind == 2}
        info = self._settings(_INFO)
        if info is None or not info.section(_INFO_SECTION):
            raise DamagedFileError(path.as_posix(), f"the stream {_INFO}")
        self.info = info.section(_INFO_SECTION)
        # The files of the folder stand as "Storage00001/s_C001.tif".
        self.names = {
            key: value.replace("\\", "/").rpartition("/")[2]
            for key, value in self.info.items()
            if key.startswith("Stream") and key in self._streams
        }

    def _settings(self, name: str) -> Settings | None:
        stream = self._streams.get(name)
        if stream is None:
            return None
        return Settings(self.compound.read(stream, MAX_SETTINGS))

    def main(self) -> Settings:
        """Return the settings of the acquisition.

        Raises
        ------
        DamagedFileError
            If they are not there.
        """
        name = self.info.get("MainFileName", "")
        found = self._settings(name)
        if found is None:
            expected = f"the stream of the main settings, {name!r}"
            raise DamagedFileError(self.path.as_posix(), expected)
        return found

    def properties(self) -> Settings:
        """Return the settings of the first plane."""
        planes = sorted(
            (v, k) for k, v in self.names.items() if _PROPERTIES.fullmatch(v)
        )
        found = self._settings(planes[0][1]) if planes else None
        return found or Settings(b"")
