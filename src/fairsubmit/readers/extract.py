"""Read the headers of many images, as a stream, on any executor.

Sets of files: a multi-file OME-TIFF gives its records once, on the file that speaks for
it (see `fairsubmit.readers.ome.files`), and `ImageMetadata.files` lists all; the other
members give nothing. Where that file is not among the paths given, the first member
gives the records. Files that are no images give nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from itertools import chain, count, islice
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.image import Extraction, ImageMetadata
from fairsubmit.readers import read_image
from fairsubmit.readers.in_order import in_order
from fairsubmit.readers.sets import memory
from fairsubmit.readers.zarr.node import is_zarr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from fairsubmit.readers.fallback.bioformats import BioFormats

__all__ = ["Unlisted", "extract", "image_paths"]

# What fairsubmit itself writes beside the data (`fairsubmit.manifest.WORK_FOLDER`).
SKIPPED_FOLDERS = frozenset({".fairsubmit"})
CHUNK = 64
# Chunks that are read before processes for more are worth their start.
ALONE = 16
_runs = count()


@dataclass(frozen=True, slots=True)
class _Job:
    """Some files to read; picklable."""

    token: str
    paths: tuple[str, ...]
    bioformats: BioFormats | None = None


@dataclass(frozen=True, slots=True)
class _Reference:
    """A member of a set, whose records another file gives.

    They stay where they were read: for each of 10,000 members of a plate, the records
    of the whole plate would travel from one process to another.
    """

    path: str
    lead: str

    def read(self, token: str) -> Extraction:
        """Read it here, where no other file gives the records."""
        with memory(token):
            return read_image(Path(self.path))


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the caller named: sets whose speaker lies in it give records only there."""

    files: frozenset[str]
    folders: tuple[str, ...]

    def holds(self, path: str) -> bool:
        """Whether reading will come to `path` or has."""
        return path in self.files or path.startswith(self.folders)


def extract(
    paths: Iterable[Path],
    *,
    root: Path | None = None,
    executor: Executor | Callable[[], Executor | None] | None = None,
    bioformats: Path | None = None,
) -> Iterator[Extraction]:
    """Read the headers of images.

    Parameters
    ----------
    paths
        Files and folders. Folders are walked, sorted by name; links to folders are
        followed unless they lead back. An OME-Zarr folder is one image.
    root
        Paths in the results are relative to it where they are inside.
    executor
        Reads chunks of files in parallel. A function that gives an executor is called
        once so many files were read that starting processes pays, if there are more.
        Results come in the same order with and without.
    bioformats
        A ``bioformats_package.jar``, or the folder of Bio-Formats' command-line tools:
        asked, after an installed openreadout, for what is not read otherwise.

    Yields
    ------
    Extraction
        One for each image file or folder that has records or findings.

    Raises
    ------
    ConfigError
        If there is no Bio-Formats at that place, or no Java to run it.
    """
    other = _bioformats(bioformats)
    given = _given(paths)
    scope = _Scope(
        frozenset(p.as_posix() for p in given if not p.is_dir()),
        tuple(f"{p.as_posix().rstrip('/')}/" for p in given if p.is_dir()),
    )
    shorten = _Shortener(root)
    token = f"{os.getpid()}-{next(_runs)}"
    spoken: set[str] = set()
    for found in _run(_jobs(given, token, other), executor):
        if isinstance(found, _Reference):
            if scope.holds(found.lead) or found.lead in spoken:
                continue
            extraction = found.read(token)
        else:
            extraction = found
        if _is_reference(extraction, scope, spoken):
            continue
        if extraction.images or extraction.findings:
            yield shorten(extraction)


def _bioformats(path: Path | None) -> BioFormats | None:
    if path is None:
        return None
    from fairsubmit.readers.fallback.bioformats import BioFormats

    return BioFormats.at(path)


def _given(paths: Iterable[Path]) -> list[Path]:
    """Return the paths without those that lie in another one."""
    absolute = dict.fromkeys(Path(os.path.abspath(path)) for path in paths)  # noqa: PTH100 - resolve() would follow links
    folders = {path for path in absolute if path.is_dir()}
    return [
        path
        for path in absolute
        if not any(parent in folders for parent in path.parents)
    ]


def _is_reference(extraction: Extraction, scope: _Scope, spoken: set[str]) -> bool:
    """Whether the records are those of another file, which gives them itself."""
    if not extraction.images:
        return False
    lead = extraction.images[0].path
    if lead == extraction.path:
        return False
    if scope.holds(lead) or lead in spoken:
        return True
    spoken.add(lead)
    return False


# -- walking -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A folder that the operating system will not list, and why."""

    path: Path
    reason: str


def image_paths(folder: Path) -> Iterator[Path | Unlisted]:
    """Yield the files below a folder, and OME-Zarr folders as one, sorted by name.

    A folder that cannot be listed is yielded as such, and the rest goes on.
    """
    for found in _walk(str(folder), frozenset()):
        yield Path(found) if isinstance(found, str) else found


def _walk(folder: str, above: frozenset[tuple[int, int]]) -> Iterator[str | Unlisted]:
    if _is_image_folder(folder):
        yield folder
        return
    try:
        own = os.stat(folder)  # noqa: PTH116 - as scandir, without a Path of its own
        with os.scandir(folder) as listing:
            names, folders = _listed(listing)
    except OSError as error:
        yield Unlisted(Path(folder), error.strerror or str(error))
        return
    key = (own.st_dev, own.st_ino)
    if own.st_ino and key in above:
        return
    inside = os.path.join(folder, "")  # noqa: PTH118 - one Path a file costs more
    for name in names:
        if name not in folders:
            yield inside + name
        elif name not in SKIPPED_FOLDERS:
            yield from _walk(inside + name, above | {key})


def _listed(listing: Iterator[os.DirEntry[str]]) -> tuple[list[str], set[str]]:
    """Return all names, sorted, and those of folders; a folder may hold a million."""
    names: list[str] = []
    folders: set[str] = set()
    for item in listing:
        names.append(item.name)
        if _is_folder(item):
            folders.add(item.name)
    names.sort()
    return names, folders


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:
        return False


def _is_image_folder(folder: str) -> bool:
    return folder.lower().endswith(".zarr") or is_zarr(Path(folder).as_posix())


def _jobs(
    given: Iterable[Path], token: str, bioformats: BioFormats | None
) -> Iterator[_Job | Extraction]:
    chunk: list[str] = []
    for path in _all_paths(given):
        if isinstance(path, Unlisted):
            yield _Job(token, tuple(chunk), bioformats)
            yield _unlisted(path)
            chunk = []
            continue
        chunk.append(path)
        if len(chunk) == CHUNK:
            yield _Job(token, tuple(chunk), bioformats)
            chunk = []
    if chunk:
        yield _Job(token, tuple(chunk), bioformats)


def _all_paths(given: Iterable[Path]) -> Iterator[str | Unlisted]:
    for path in given:
        if path.is_dir():
            yield from _walk(str(path), frozenset())
        else:
            yield str(path)


def _unlisted(folder: Unlisted) -> Extraction:
    shown = folder.path.as_posix()
    finding = Finding(
        "IMG101",
        "image-unreadable",
        Severity.ERROR,
        f"{shown} cannot be listed: {folder.reason}",
        shown,
        help="check that you may read the folder, then run the command again",
    )
    return Extraction(shown, findings=(finding,))


# -- reading -----------------------------------------------------------------------


def _run(
    jobs: Iterator[_Job | Extraction],
    executor: Executor | Callable[[], Executor | None] | None,
) -> Iterator[Extraction | _Reference]:
    if callable(executor):
        yield from chain.from_iterable(map(_read_each, islice(jobs, ALONE)))
        job = next(jobs, None)
        if job is None:
            return
        jobs, executor = chain((job,), jobs), executor()
    if executor is None:
        yield from chain.from_iterable(map(_read_each, jobs))
    else:
        yield from chain.from_iterable(in_order(_read_all, jobs, executor))


def _read_all(job: _Job | Extraction) -> list[Extraction | _Reference]:
    return [_light(found) for found in _read_each(job)]


def _light(found: Extraction) -> Extraction | _Reference:
    lead = found.images[0].path if found.images else found.path
    return found if lead == found.path else _Reference(found.path, lead)


def _read_each(job: _Job | Extraction) -> Iterator[Extraction]:
    """Read one after the other: what was read is not lost when the next one is not."""
    if isinstance(job, Extraction):
        yield job
        return
    for path in job.paths:
        with memory(job.token):
            found = read_image(Path(path), bioformats=job.bioformats)
        yield found


# -- paths as the caller wants them ---------------------------------------------------


# `dataclasses.replace` looks them up anew for each record.
_KEYS = tuple(f.name for f in fields(ImageMetadata))
_VALUES = attrgetter(*_KEYS)


class _Shortener:
    """Makes the paths of an extraction relative to a folder."""

    def __init__(self, root: Path | None) -> None:
        roots = [] if root is None else [Path(os.path.abspath(root)), root.resolve()]  # noqa: PTH100 - as the paths were made
        self.prefixes = tuple(
            dict.fromkeys(f"{r.as_posix().rstrip('/')}/" for r in roots)
        )

    def __call__(self, extraction: Extraction) -> Extraction:
        if not self.prefixes:
            return extraction
        return Extraction(
            self._path(extraction.path),
            tuple([self._record(image) for image in extraction.images]),
            tuple([self._finding(finding) for finding in extraction.findings]),
        )

    def _record(self, image: ImageMetadata) -> ImageMetadata:
        values = dict(zip(_KEYS, _VALUES(image), strict=True))
        values["path"] = self._path(image.path)
        values["files"] = tuple([self._path(path) for path in image.files])
        return ImageMetadata(**values)

    def _path(self, path: str) -> str:
        for prefix in self.prefixes:
            if path.startswith(prefix):
                return path[len(prefix) :]
        return path

    def _finding(self, finding: Finding) -> Finding:
        message = finding.message
        for prefix in self.prefixes:
            message = message.replace(prefix, "")
        path = None if finding.path is None else self._path(finding.path)
        return replace(finding, path=path, message=message)
