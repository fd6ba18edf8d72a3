"""``fairsubmit extract --ome-xml``: one document on stdout, or a folder of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from fairsubmit.cli.output import plural
from fairsubmit.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fairsubmit.cli.output import Output
    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.ome.document import Document

__all__ = ["Wanted", "check_options", "write_documents"]

# By this a file is known as one that may be written anew.
MARK = b"<!-- Written by fairsubmit extract -->\n"
SUFFIX = ".ome.xml"
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written, and where.

    Attributes
    ----------
    ome_xml
        Whether OME-XML is asked for at all.
    annotations
        Whether it is annotations and regions alone.
    folder
        Where documents go; ``None`` prints the only one.
    """

    ome_xml: bool
    annotations: bool
    folder: Path | None


def check_options(paths: Sequence[Path], wanted: Wanted, form: str) -> None:
    """Refuse options that contradict each other.

    Parameters
    ----------
    paths
        What is read.
    wanted
        What is asked for.
    form
        How results are printed.

    Raises
    ------
    UsageError
        If they do.
    """
    folder = wanted.folder
    if not wanted.ome_xml:
        for given, option in (
            (folder is not None, "--output is the folder for OME-XML"),
            (wanted.annotations, "--annotations are written as OME-XML"),
        ):
            if given:
                message = f"{option}: give --ome-xml too"
                raise click.UsageError(message)
        return
    if form != "human":
        message = f"--ome-xml and --format {form} are two ways to write the same"
        raise click.UsageError(message)
    for path in paths:
        if folder is not None and folder.resolve().is_relative_to(path.resolve()):
            message = (
                f"--output {folder} lies in {path}, whose images are read: "
                "name a folder outside"
            )
            raise click.UsageError(message)


def write_documents(
    output: Output,
    found: Iterable[Sequence[ImageMetadata]],
    paths: Sequence[Path],
    wanted: Wanted,
) -> int:
    """Write the OME-XML of each image; return how many have none.

    Parameters
    ----------
    output
        Where a single document is printed, and what there is to say.
    found
        The records of each image file or folder.
    paths
        What was asked for; names what lies outside the working directory.
    wanted
        What is asked for.

    Raises
    ------
    UsageError
        If there are several images and no folder.
    """
    folder = wanted.folder
    if folder is None:
        found = _only(found)
    told = _Told()
    for records in found:
        try:
            document = _document(records, wanted)
            if document is None:
                continue
            if folder is None:
                output.document(document.xml)
            else:
                _write(document, _target(folder, records[0].path, paths))
        except ReadError as error:
            told.refused(error.message)
        else:
            told.notes(records[0].path, document)
    told.tell(output)
    return told.without


def _only(
    found: Iterable[Sequence[ImageMetadata]],
) -> Iterable[Sequence[ImageMetadata]]:
    kept: list[Sequence[ImageMetadata]] = []
    for records in found:
        kept.append(records)
        if len(kept) > 1:
            message = (
                "there are several images, and each has its own OME-XML: name the "
                "folder that they go to with --output"
            )
            raise click.UsageError(message)
    return kept


def _document(records: Sequence[ImageMetadata], wanted: Wanted) -> Document | None:
    from fairsubmit.readers.ome.write import ome_xml

    document = ome_xml(records, planes=not wanted.annotations)
    if not wanted.annotations:
        return document
    from fairsubmit.readers.ome.annotations import annotations_of

    xml = annotations_of(document.xml, records[0].path)
    return None if xml is None else replace(document, xml=xml)


def _target(folder: Path, image: str, paths: Sequence[Path]) -> Path:
    """Return the file for an image: its own path below `folder`, with a suffix."""
    path = Path(image)
    if path.is_absolute():
        # Outside the working directory: below what was asked for.
        bases = [given.absolute().parent for given in paths]
        inside = [base for base in bases if path.is_relative_to(base)]
        path = path.relative_to(inside[0]) if inside else Path(path.name)
    name = PurePosixPath(path.as_posix())
    return folder / name.with_name(name.name + SUFFIX)


def _write(document: Document, target: Path) -> None:
    """Write a file whole or not at all, and over none but our own.

    Raises
    ------
    ReadError
        If there is another file of that name.
    """
    if target.exists() and not _is_ours(target):
        message = f"{target} is there already, not written by `fairsubmit extract`"
        raise ReadError(message + "; it stays as it is")
    head, _, body = document.xml.partition(b"\n")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".part")
    partial.write_bytes(head + b"\n" + MARK + body)
    partial.replace(target)


def _is_ours(target: Path) -> bool:
    if not target.is_file():
        return False
    with target.open("rb") as file:
        return MARK in file.read(2 * len(MARK) + 80)


class _Told:
    """Keeps what is told at the end: the first of many, and how many there are."""

    def __init__(self) -> None:
        self.without = 0
        self._errors: list[str] = []
        self._notes: list[str] = []
        self._more = 0

    def refused(self, message: str) -> None:
        """Keep why an image has no OME-XML."""
        self.without += 1
        if len(self._errors) < SHOWN:
            self._errors.append(message)

    def notes(self, path: str, document: Document) -> None:
        """Keep what was changed or left out."""
        for note in document.notes:
            if len(self._notes) < SHOWN:
                self._notes.append(f"{path}: {note}")
            else:
                self._more += 1

    def tell(self, output: Output) -> None:
        """Print all of it."""
        for note in self._notes:
            output.say(note)
        if self._more:
            output.say(f"… and {plural(self._more, 'more note')}")
        for message in self._errors:
            output.error(message)
        if self.without > len(self._errors):
            output.talk(f"… and {plural(self.without - SHOWN, 'more image')}")
