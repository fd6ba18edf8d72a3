"""The straight line: extract, lint, bundle, plan, transfer, submit, verify.

Each arrow is one plain function from values to values. Every step can be run alone,
and resuming is running the same step again: what a step must know of an earlier run
stands in the journal or is asked of the archive.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairsubmit.archives import ARCHIVES
from fairsubmit.bundle import make_bundle
from fairsubmit.dataset import Dataset, open_dataset
from fairsubmit.deposit import journal_path, receipt_path, submit, verify
from fairsubmit.errors import ConfigError, ManifestError
from fairsubmit.lint import lint
from fairsubmit.manifest import WORK_FOLDER
from fairsubmit.metadata.image import Extraction, ImageMetadata
from fairsubmit.readers.extract import extract
from fairsubmit.transfer import Journal, Plan, make_plan, transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from fairsubmit.archives.base import Archive
    from fairsubmit.bundle import Bundle
    from fairsubmit.findings import Report
    from fairsubmit.lint.lookup import Lookup

__all__ = [
    "IMAGE_RECORDS",
    "Prepared",
    "bundle",
    "connect",
    "extract",
    "journal_path",
    "lint",
    "plan",
    "prepare",
    "read_image_records",
    "receipt_path",
    "submit",
    "transfer",
    "verify",
    "work_folder",
]

IMAGE_RECORDS = "image_metadata.jsonl"


def _ignore(_: int) -> None:
    """Count nothing."""


def connect(name: str, **settings: object) -> Archive:
    """Return an archive, not yet asked anything.

    Parameters
    ----------
    name
        ``bioimage-archive`` or ``directory``, or one that a plug-in adds.
    **settings
        What the archive's ``Settings`` model names: address, token, folder, ….

    Raises
    ------
    ConfigError
        If there is no such archive or a setting is wrong.
    """
    factory = ARCHIVES.get(name)
    if factory is None:
        known = ", ".join(sorted(ARCHIVES))
        message = f"there is no archive called {name!r}"
        raise ConfigError(message, hint=f"use one of: {known}")
    return factory(settings)


def work_folder(root: Path, state: Path) -> Path:
    """Return the folder for generated documents of a dataset, made if needed.

    Parameters
    ----------
    root
        The dataset; ``.fairsubmit`` in it is used where it can be written.
    state
        State folder, used for datasets on read-only storage.

    Raises
    ------
    ConfigError
        If neither can be written.
    """
    name = hashlib.sha256(str(root).encode()).hexdigest()[:16]
    for folder in (root / WORK_FOLDER, state / "work" / name):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".probe-{secrets.token_hex(4)}"
            probe.touch()
            probe.unlink()
        except OSError:
            continue
        return folder
    message = f"neither {root} nor the state folder {state} can be written"
    raise ConfigError(message, hint="name a folder that can, with --state-dir")


@dataclass(frozen=True)
class Prepared:
    """A dataset read and checked.

    Attributes
    ----------
    dataset
        The folder and its submission.
    report
        What the linter says.
    work
        Folder with `IMAGE_RECORDS` and the documents that a bundle writes.
    """

    dataset: Dataset
    report: Report
    work: Path


def prepare(  # noqa: PLR0913 - what is read, and three ways to narrow it
    path: Path,
    *,
    work: Path,
    archive: str | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    executor: Executor | Callable[[], Executor | None] | None = None,
    advance: Callable[[int], object] = _ignore,
    bioformats: Path | None = None,
    lookup: Lookup | None = None,
) -> Prepared:
    """Read a dataset, extract its images' metadata and lint everything.

    Parameters
    ----------
    path
        The dataset's folder or its submission document.
    work
        Folder for the image metadata records, see `work_folder`.
    archive
        Check the demands of this archive too.
    select, ignore
        Rule codes or their beginnings.
    executor
        Where images are read, see `extract`; in this thread by default.
    advance
        Called with the number of images read.
    bioformats
        A Bio-Formats that is asked for images that are not read otherwise, see
        `extract`.
    lookup
        Asks registries, see `lint`.

    Raises
    ------
    MetadataError
        If there is no submission document.
    ManifestError
        If a folder cannot be listed or `work` not written.
    ConfigError
        If there is no Bio-Formats at the place named.
    """
    dataset = open_dataset(path)
    extracted = extract(
        [dataset.root],
        root=dataset.root,
        executor=executor,
        bioformats=bioformats,
        without=[dataset.root / path for path in dataset.own_files],
    )
    found = _wanted(dataset, extracted)
    report = lint(
        dataset,
        _recorded(found, work / IMAGE_RECORDS, advance),
        select=tuple(select),
        ignore=tuple(ignore),
        archive=archive,
        lookup=lookup,
    )
    return Prepared(dataset, report, work)


def _wanted(dataset: Dataset, found: Iterable[Extraction]) -> Iterator[Extraction]:
    """Leave out images that no component or annotation set selects."""
    chosen = dataset.selected
    direct = {path.rpartition("/")[0] for path in chosen if "zarr" in path}
    folders = {
        folder[:at]
        for above in direct
        for folder in (f"{above}/",)
        for at, char in enumerate(folder)
        if char == "/" and "zarr" in folder[:at]
    }
    for extraction in found:
        named = (extraction.path, *(f for i in extraction.images for f in i.files))
        if any(path in chosen for path in named) or extraction.path in folders:
            yield extraction


def _recorded(
    found: Iterable[Extraction], path: Path, advance: Callable[[int], object]
) -> Iterator[Extraction]:
    """Write each image record down while it is passed on.

    Raises
    ------
    ManifestError
        If `path` cannot be written.
    """
    partial = path.with_name(path.name + ".part")
    try:
        # A name of bytes that are no text comes as surrogates, which UTF-8 refuses;
        # their backslash form is how JSON writes them.
        with partial.open(
            "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        ) as file:
            for extraction in found:
                for image in extraction.images:
                    line = json.dumps(image.to_json(), ensure_ascii=False)
                    file.write(line + "\n")
                advance(1)
                yield extraction
        partial.replace(path)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}"
        raise ManifestError(message, hint="free some space, then run again") from error


def read_image_records(path: Path) -> Iterator[Extraction]:
    """Read back the records that `prepare` wrote, one extraction per image.

    Raises
    ------
    ManifestError
        If the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                image = ImageMetadata.from_json(json.loads(line))
                yield Extraction(image.path, (image,))
    except (OSError, ValueError, TypeError, KeyError) as error:
        message = f"{path} is not a list of image metadata records: {error}"
        raise ManifestError(message) from error


def bundle(
    prepared: Prepared,
    *,
    folder: Path | None = None,
    advance: Callable[[int], object] = _ignore,
) -> Bundle:
    """Hash a prepared dataset's files and write what travels beside them.

    Parameters
    ----------
    prepared
        What `prepare` returned.
    folder
        Where generated documents go; ``bundle`` in the work folder by default.
    advance
        Called with bytes hashed, from several threads.

    Raises
    ------
    MetadataError
        If the submission is not complete or selects no files.
    ManifestError
        If a file cannot be read.
    FileChangedError
        If a file changes while it is hashed.
    """
    folder = folder or prepared.work / "bundle"
    records = prepared.work / IMAGE_RECORDS
    images = read_image_records(records) if records.is_file() else ()
    return make_bundle(
        prepared.dataset,
        images,
        folder=folder,
        answered=prepared.report.waived,
        advance=advance,
    )


def plan(bundle: Bundle, archive: Archive, *, state: Path) -> Plan:
    """Say what a submission would send, skip or refuse; nothing is created.

    Parameters
    ----------
    bundle
        What is to be deposited.
    archive
        Where to. It is asked what it holds only if an earlier run opened a draft.
    state
        State folder.

    Raises
    ------
    ArchiveError
        If the archive cannot be asked.
    StateError
        If the journal cannot be read.
    """
    with Journal.open(journal_path(state, archive, bundle.dataset.root)) as journal:
        if journal.draft is None:
            return make_plan(bundle, {})
        draft = archive.reopen(journal.draft)
        return make_plan(bundle, archive.held(draft), sent=journal.sent)
