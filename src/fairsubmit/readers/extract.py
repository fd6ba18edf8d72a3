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
from typing import TYPE_CHECKING, Generic, TypeVar

from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.image import Extraction, ImageMetadata, Problem
from fairsubmit.readers import read_image
from fairsubmit.readers.in_order import in_order
from fairsubmit.readers.sets import memory
from fairsubmit.readers.walking import Unlisted, image_paths, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from fairsubmit.readers.fallback.bioformats import BioFormats

__all__ = ["Unlisted", "extract", "extract_as", "image_paths"]

CHUNK = 64
# Chunks that are read before processes for more are worth their start.
ALONE = 16
_runs = count()


_T = TypeVar("_T")
# Paths of files to read, or what is known without reading.
_Job = tuple[str, ...] | Extraction


@dataclass(frozen=True, slots=True)
class _Reference:
    """A member of a set, whose records another file gives.

    They stay where they were read: for each of 10,000 members of a plate, the records
    of the whole plate would travel from one process to another.
    """

    path: str
    lead: str


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
    without: Iterable[Path] = (),
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
    without
        Files in the folders that are known to be no images; they are not opened.

    Yields
    ------
    Extraction
        One for each image file or folder that has records or findings.

    Raises
    ------
    ConfigError
        If there is no Bio-Formats at that place, or no Java to run it.
    """
    return extract_as(
        _as_it_is,
        paths,
        root=root,
        executor=executor,
        bioformats=bioformats,
        without=without,
    )


def extract_as(
    form: Callable[[Extraction], _T],
    paths: Iterable[Path],
    *,
    root: Path | None = None,
    executor: Executor | Callable[[], Executor | None] | None = None,
    bioformats: Path | None = None,
    without: Iterable[Path] = (),
) -> Iterator[_T]:
    """Read the headers of images, and give the results another form.

    Parameters
    ----------
    form
        Called with each result in the process that read it; picklable, as what it
        returns, if the executor's workers are processes.
    paths, root, executor, bioformats, without
        As of `extract`.

    Yields
    ------
    object
        What `form` returns for each image file or folder that has records or findings.

    Raises
    ------
    ConfigError
        If there is no Bio-Formats at that place, or no Java to run it.
    """
    given = _given(paths)
    scope = _Scope(
        frozenset(p.as_posix() for p in given if not p.is_dir()),
        tuple(f"{p.as_posix().rstrip('/')}/" for p in given if p.is_dir()),
    )
    token = f"{os.getpid()}-{next(_runs)}"
    work = _Work(token, _Shortener(root), form, _bioformats(bioformats))
    spoken: set[str] = set()
    left_out = frozenset(os.path.abspath(path) for path in without)  # noqa: PTH100 - as in `_given`
    for found in _run(_jobs(given, left_out), work, executor):
        if not isinstance(found, _Reference):
            yield found
        elif not scope.holds(found.lead) and found.lead not in spoken:
            spoken.add(found.lead)
            images = work.read(found.path).images
            yield work.formed(Extraction(found.path, images))


def _as_it_is(extraction: Extraction) -> Extraction:
    return extraction


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


# -- jobs ---------------------------------------------------------------------------


def _jobs(given: Iterable[Path], without: frozenset[str]) -> Iterator[_Job]:
    chunk: list[str] = []
    for path in _all_paths(given):
        if isinstance(path, Unlisted):
            yield tuple(chunk)
            yield _unlisted(path)
            chunk = []
            continue
        if path in without:
            continue
        chunk.append(path)
        if len(chunk) == CHUNK:
            yield tuple(chunk)
            chunk = []
    if chunk:
        yield tuple(chunk)


def _all_paths(given: Iterable[Path]) -> Iterator[str | Unlisted]:
    for path in given:
        if path.is_dir():
            yield from walk(str(path))
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
    jobs: Iterator[_Job],
    work: _Work[_T],
    executor: Executor | Callable[[], Executor | None] | None,
) -> Iterator[_T | _Reference]:
    if callable(executor):
        yield from chain.from_iterable(map(work.each, islice(jobs, ALONE)))
        job = next(jobs, None)
        if job is None:
            return
        jobs, executor = chain((job,), jobs), executor()
    if executor is None:
        yield from chain.from_iterable(map(work.each, jobs))
    else:
        yield from chain.from_iterable(in_order(work.all, jobs, executor))


@dataclass(frozen=True, slots=True)
class _Work(Generic[_T]):
    """What is done with every file; picklable."""

    token: str
    shorten: _Shortener
    form: Callable[[Extraction], _T]
    bioformats: BioFormats | None

    def all(self, job: _Job) -> list[_T | _Reference]:
        return list(self.each(job))

    def each(self, job: _Job) -> Iterator[_T | _Reference]:
        """Read one after the other: what was read stays read if the next is not."""
        if isinstance(job, Extraction):
            yield self.formed(job)
            return
        for path in job:
            found = self.read(path)
            lead = found.images[0].path if found.images else found.path
            if lead != found.path:
                yield _Reference(found.path, lead)
                if found.findings:
                    yield self.formed(Extraction(path, findings=found.findings))
            elif found.images or found.findings:
                yield self.formed(found)

    def read(self, path: str) -> Extraction:
        with memory(self.token):
            return read_image(Path(path), bioformats=self.bioformats)

    def formed(self, extraction: Extraction) -> _T:
        return self.form(self.shorten(extraction))


# -- paths as the caller wants them ---------------------------------------------------


# `dataclasses.replace` looks them up anew for each record.
_KEYS = tuple(f.name for f in fields(ImageMetadata))
_VALUES = attrgetter(*_KEYS)
_PATH, _FILES, _PROBLEMS = map(_KEYS.index, ("path", "files", "problems"))


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
        values = list(_VALUES(image))
        values[_PATH] = self._path(image.path)
        values[_FILES] = tuple([self._path(path) for path in image.files])
        if image.problems:
            values[_PROBLEMS] = tuple([self._problem(one) for one in image.problems])
        return ImageMetadata(*values)

    def _path(self, path: str) -> str:
        for prefix in self.prefixes:
            if path.startswith(prefix):
                return path[len(prefix) :]
        return path

    def _finding(self, finding: Finding) -> Finding:
        message = self._text(finding.message)
        path = None if finding.path is None else self._path(finding.path)
        return replace(finding, path=path, message=message)

    def _problem(self, problem: Problem) -> Problem:
        message, place = self._text(problem.message), problem.place
        place = None if place is None else self._text(place)
        return Problem(problem.code, message, place, problem.error)

    def _text(self, text: str) -> str:
        for prefix in self.prefixes:
            text = text.replace(prefix, "")
        return text
