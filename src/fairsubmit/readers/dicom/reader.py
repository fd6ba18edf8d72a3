"""The reader of DICOM files."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.errors import (
    DamagedFileError,
    MissingReaderError,
    ReadError,
    UnsupportedFormatError,
)
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.about import About
from fairsubmit.readers.dicom.dataset import Header, guarded, named, read_header
from fairsubmit.readers.dicom.frames import frames
from fairsubmit.readers.dicom.pixels import pixels_missing
from fairsubmit.readers.dicom.series import Series, eligible, series_of
from fairsubmit.readers.dicom.slide import is_slide, optical_paths, slide
from fairsubmit.readers.dicom.stream import begins
from fairsubmit.readers.dicom.tags import EXTENT
from fairsubmit.readers.source import Source, opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.dicom.dataset import Data

__all__ = ["Dicom"]

MAX_PATHS_ELSEWHERE = 64
MAX_REPORTED = 20
# SOP classes that promise pixels, by their names in PS3.4, B.5.
_IMAGES = re.compile(r"Image|Segmentation|Parametric Map")
_DIRECTORY = "1.2.840.10008.1.3.10"


class Dicom:
    """A DICOM file, or the files of one slide or one volume."""

    name = "dicom"
    suffixes: Sequence[str] = (".dcm", ".dicom")
    about = About(
        "DICOM",
        (".dcm", ".dicom", ".ima"),
        "slides, volumes, pictures: pixel spacing, optical paths, objective, device, "
        "date; patient data is an error",
        "5 real files, and those of pydicom's tests",
        library="pydicom",
        licence="MIT",
        extra="dicom",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it has DICOM's preamble, or its name and first elements."""
        return begins(head, path.name)

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the file of the same folder that speaks for this one.

        Levels of a slide and slices of a volume are told by what is inside: the DICOM
        files of a folder are looked into once.
        """
        if not eligible(path.name):
            return ()
        try:
            with opened(path) as source:
                if not begins(source.head, path.name):
                    return ()
            series = series_of(path)
        except ReadError:
            return ()
        if series is None or series.members[0].name == path.name:
            return ()
        return (path.with_name(series.members[0].name),)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the record of the image.

        Raises
        ------
        DamagedFileError
            If the data set cannot be followed.
        MissingReaderError
            If pydicom is not installed.
        UnsupportedFormatError
            If it holds no image.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source, guarded(path):
            header = read_header(source)
            _require_image(path, header, source)
            series = series_of(path)
            if series is not None and series.members[0].name != path.name:
                series = None
            if is_slide(header):
                others = _other_paths(path, series) if series else []
                record = slide(header, path.as_posix(), self.name, others)
            else:
                record = frames(header, path.as_posix(), self.name, series)
            missing = pixels_missing(source, header)
        problems = [*record.problems, *((missing,) if missing else ())]
        if series is not None:
            problems += _missing_elsewhere(path, series)
        record = replace(record, problems=tuple(problems))
        return [_with_files(record, path, series)]


def _require_image(path: Path, header: Header, source: Source) -> None:
    """Refuse what has no pixels by its kind: reports, directories, plans, waveforms.

    Raises
    ------
    DamagedFileError
        If the file ends before its size is told.
    UnsupportedFormatError
        If it is no image.
    """
    if header.count("Rows") and header.count("Columns"):
        return
    shown = path.as_posix()
    uid = header.text("SOPClassUID")
    directory = header.encoding.media == _DIRECTORY
    if not directory and (uid is None or header.cut or _IMAGES.search(named(uid))):
        expected = "the elements of an image"
        raise DamagedFileError(shown, expected, offset=source.size)
    kind = "a directory" if directory else header.text("Modality") or "of no modality"
    message = f"{shown} is DICOM without an image ({kind})"
    raise UnsupportedFormatError(message)


def _other_paths(path: Path, series: Series) -> list[Data]:
    """Return optical paths that only other files of the slide have.

    Raises
    ------
    MissingReaderError
        If pydicom is not installed.
    """
    seen = set(series.members[0].paths)
    found: list[Data] = []
    for member in series.whole[1:MAX_PATHS_ELSEWHERE]:
        if not set(member.paths) - seen:
            continue
        try:
            with Source(path.with_name(member.name)) as source, guarded(path):
                for item in optical_paths(read_header(source)):
                    name = item.text("OpticalPathIdentifier") or ""
                    if name not in seen:
                        seen.add(name)
                        found.append(item)
        except MissingReaderError:
            raise
        except ReadError:
            continue
    return found


def _missing_elsewhere(path: Path, series: Series) -> list[Problem]:
    """Return what is wrong with the pixels of the other files of an image."""
    found: list[Problem] = []
    unreported = 0
    for member in series.members[1:]:
        file = path.with_name(member.name)
        try:
            with Source(file) as source, guarded(file):
                header = read_header(source, EXTENT, frames=False)
                problem = pixels_missing(source, header)
        except ReadError as error:
            problem = Problem("unreadable-part", error.message, member.name, error=True)
        if problem is None:
            continue
        if len(found) == MAX_REPORTED:
            unreported += 1
            continue
        message = f"{member.name} {problem.message}"
        found.append(replace(problem, message=message, place=member.name))
    if unreported:
        message = f"and {unreported} more files are not whole"
        found.append(Problem("truncated", message, None, error=True))
    return found


def _with_files(
    record: ImageMetadata, path: Path, series: Series | None
) -> ImageMetadata:
    if series is None:
        return record
    names = (m.name for m in series.members[1:])
    files = (path.as_posix(), *(path.with_name(name).as_posix() for name in names))
    return replace(record, files=files)
