"""Make the bundle: hash the selected files and write what travels beside them."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from fairsubmit.bundle.check import refuse_impossible
from fairsubmit.bundle.columns import collect
from fairsubmit.bundle.crate import NAME as CRATE
from fairsubmit.bundle.crate import ListedGroup, write_crate
from fairsubmit.bundle.lists import list_paths, make_sheet
from fairsubmit.bundle.value import Bundle, FileList
from fairsubmit.errors import ManifestError
from fairsubmit.manifest import Entry, HashLog, Manifest, hash_file, hash_files
from fairsubmit.metadata.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from fairsubmit.bundle.columns import Values
    from fairsubmit.dataset import Dataset
    from fairsubmit.findings import Waiver
    from fairsubmit.metadata.image import Extraction

__all__ = ["MANIFEST", "make_bundle", "submission_digest"]

MANIFEST = "manifest.jsonl"


def make_bundle(
    dataset: Dataset,
    images: Iterable[Extraction] = (),
    *,
    folder: Path,
    known: Mapping[str, Entry] | None = None,
    answered: Sequence[Waiver] = (),
    advance: Callable[[int], object] = lambda _: None,
) -> Bundle:
    """Hash the selected files and write what travels beside them; nothing is copied.

    The same dataset gives the same bytes: what is written holds neither times nor
    places of this computer, `MANIFEST` apart.

    Parameters
    ----------
    dataset
        What is to be deposited.
    images
        What the images say about themselves; read once, may be a generator.
    folder
        Where to write the manifest, the file lists and the RO-Crate; made if needed.
    known
        Entries of an earlier manifest, so that unchanged files are not read again;
        those that `folder` holds are known anyway.
    answered
        Findings of the linter that the author answered with a reason; they stand in
        the RO-Crate.
    advance
        Called with the bytes hashed or known, possibly from several threads.

    Raises
    ------
    MetadataError
        If the submission is not complete, a file that it names is not there, or no
        file is selected.
    ManifestError
        If a file cannot be read or `folder` cannot be written.
    """
    submission = validate(dataset.document)
    paths = list(list_paths(dataset.groups))
    refuse_impossible(dataset, [*paths, CRATE], folder)
    values = collect(images, dataset.selected)
    entries = _hash_selected(dataset, folder / MANIFEST, known, advance)
    manifest = Manifest(tuple(entries.values()))
    listed = _write_lists(dataset, paths, folder, values, entries)
    with _written(folder, CRATE) as file:
        write_crate(file, submission, listed, manifest.entries, answered)
    documents = tuple(
        hash_file(folder, path, advance=lambda _: None)
        for path in sorted([*paths, CRATE])
    )
    file_lists = tuple(
        FileList(group.pointer, path, len(group.paths))
        for group, path in zip(dataset.groups, paths, strict=True)
    )
    return Bundle(
        dataset, submission, manifest, Manifest(documents), folder, file_lists
    )


def _hash_selected(
    dataset: Dataset,
    manifest: Path,
    known: Mapping[str, Entry] | None,
    advance: Callable[[int], object],
) -> dict[str, Entry]:
    """Hash the selected files in the order of their paths; go on where it broke off."""
    files = (dataset.files[path] for path in sorted(dataset.selected))
    log = HashLog(manifest)
    known = {**log.known(), **(known or {})}
    entries: dict[str, Entry] = {}
    with _written_to(manifest.parent):
        manifest.parent.mkdir(parents=True, exist_ok=True)
    with log:
        for entry in hash_files(dataset.root, files, known=known, advance=advance):
            if known.get(entry.path) is not entry:
                log.add(entry)
            entries[entry.path] = entry
    with _written_to(manifest.parent):
        Manifest(tuple(entries.values())).write(manifest)
        log.remove()
    return entries


def _write_lists(
    dataset: Dataset,
    paths: Iterable[str],
    folder: Path,
    values: Mapping[str, Values],
    entries: Mapping[str, Entry],
) -> list[ListedGroup]:
    listed = []
    for group, path in zip(dataset.groups, paths, strict=True):
        sheet = make_sheet(group, values)
        with _written(folder, path) as file:
            file.writelines(sheet.lines(group.paths, entries))
        listed.append(ListedGroup(group, path, sheet))
    return listed


@contextmanager
def _written(folder: Path, path: str) -> Iterator[TextIO]:
    """Write a file so that it is there whole or not at all."""
    target = folder / path
    partial = target.with_name(target.name + ".part")
    with _written_to(folder):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("w", encoding="utf-8", newline="\n") as file:
                yield file
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


@contextmanager
def _written_to(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror or error}"
        hint = "free some space or choose another folder, then run again"
        raise ManifestError(message, hint=hint) from error


def submission_digest(bundle: Bundle, document: bytes) -> str:
    """Return one digest over all that is submitted, the same on every computer.

    Parameters
    ----------
    bundle
        The files.
    document
        The submission as the archive gets it.

    Returns
    -------
    str
        SHA-256, hexadecimal, over one line ``<sha256>  <size>  <path>`` for each file
        sorted by path, then ``<sha256>  <size>  `` of the document.
    """
    found = hashlib.sha256()
    entries = sorted(
        [*bundle.manifest.entries, *bundle.documents.entries],
        key=lambda entry: entry.path,
    )
    for entry in entries:
        found.update(f"{entry.sha256}  {entry.size}  {entry.path}\n".encode())
    own = hashlib.sha256(document).hexdigest()
    found.update(f"{own}  {len(document)}  \n".encode())
    return found.hexdigest()
