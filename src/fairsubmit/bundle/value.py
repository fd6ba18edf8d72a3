"""The bundle: everything that travels, listed and described; nothing copied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fairsubmit.dataset import Dataset
    from fairsubmit.manifest import Entry, Manifest
    from fairsubmit.metadata import Submission

__all__ = ["Bundle", "FileList", "Item"]


@dataclass(frozen=True, slots=True)
class FileList:
    """The file list of one study component or annotation set.

    Attributes
    ----------
    pointer
        JSON pointer of the component or annotation set in the submission.
    path
        Where it goes in the deposit, e.g. ``file-lists/c1.tsv``.
    rows
        Number of files in it.
    """

    pointer: str
    path: str
    rows: int


@dataclass(frozen=True, slots=True)
class Item:
    """A file to deposit: its entry and where it lies locally.

    Attributes
    ----------
    entry
        `Entry.path` is the path in the deposit.
    local
        The file on this computer.
    """

    entry: Entry
    local: Path


@dataclass(frozen=True)
class Bundle:
    """A dataset made ready.

    Attributes
    ----------
    dataset
        What it was made from.
    submission
        The validated submission.
    manifest
        The data files, in place.
    documents
        The generated files that are deposited with them (file lists, RO-Crate), in
        `folder`.
    folder
        Where generated files lie.
    file_lists
        One per study component and annotation set.
    """

    dataset: Dataset = field(repr=False)
    submission: Submission = field(repr=False)
    manifest: Manifest = field(repr=False)
    documents: Manifest = field(repr=False)
    folder: Path
    file_lists: tuple[FileList, ...]

    def items(self) -> Iterator[Item]:
        """Every file to deposit, data first, each with its local place."""
        for entry in self.manifest.entries:
            yield Item(entry, self.dataset.root / entry.path)
        for entry in self.documents.entries:
            yield Item(entry, self.folder / entry.path)

    @property
    def size(self) -> int:
        """Bytes of all files to deposit."""
        return self.manifest.size + self.documents.size
