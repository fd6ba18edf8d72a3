"""Cure the submission document and the file tables of a dataset."""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict, Unpack

from fairsubmit.dataset import with_texts
from fairsubmit.errors import ManifestError
from fairsubmit.lint.engine import lint
from fairsubmit.lint.fix.apply import cured, difference
from fairsubmit.metadata.compose import decode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from fairsubmit.dataset import Dataset
    from fairsubmit.findings import Finding
    from fairsubmit.lint.lookup import Lookup

__all__ = ["Cure", "cure"]

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENCODINGS = {
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


class Options(TypedDict, total=False):
    """How the linter looks, as for `fairsubmit.lint.lint`."""

    select: Sequence[str]
    ignore: Sequence[str]
    archive: str | None
    today: date | None
    lookup: Lookup | None


@dataclass(frozen=True)
class Cure:
    """What would change in a dataset.

    Attributes
    ----------
    root
        The dataset's folder.
    before, after
        Texts of the files that change, by path relative to `root`.
    count
        Number of cures.
    """

    root: Path
    before: Mapping[str, str] = field(repr=False)
    after: Mapping[str, str] = field(repr=False)
    count: int = 0

    def difference(self) -> str:
        """Return the changes as a unified diff."""
        return "".join(
            difference(self.before[path], text, path)
            for path, text in sorted(self.after.items())
        )

    def write(self) -> None:
        """Write the files that change, each as a whole or not at all.

        Raises
        ------
        ManifestError
            If a file cannot be written.
        """
        for path, text in self.after.items():
            _write(self.root / path, text)


def cure(dataset: Dataset, *, unsafe: bool = False, **options: Unpack[Options]) -> Cure:
    """Find what can be cured in the texts of a dataset; nothing is written.

    Parameters
    ----------
    dataset
        Its submission document and file tables are looked at, no image is. The cells
        of a workbook are left as they are.
    unsafe
        Also apply cures that may change what is meant.
    **options
        As for `fairsubmit.lint.lint`.
    """
    document = dataset.document
    texts = {} if document.cells else {document.path: document.text}
    for group in dataset.groups:
        if group.table is not None:
            texts[group.table.path] = decode(_read(dataset.root / group.table.path))

    def look(now: Mapping[str, str]) -> Sequence[Finding]:
        return lint(with_texts(dataset, now), **options).findings

    changed, count = cured(texts, look, unsafe=unsafe)
    return Cure(dataset.root, {p: texts[p] for p in changed}, changed, count)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise ManifestError(message) from error


def _write(path: Path, text: str) -> None:
    """Write a text in the encoding that the file had, byte order mark and all.

    Raises
    ------
    ManifestError
        If it cannot be written.
    """
    with path.open("rb") as file:
        start = file.read(3)
    mark = next((mark for mark in _MARKS if start.startswith(mark)), b"")
    content = mark + text.encode(_ENCODINGS.get(mark, "utf-8"))
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(content)
        beside.chmod(path.stat().st_mode)
        os.replace(beside, path.resolve())  # noqa: PTH105 - onto what a link leads to
    except OSError as error:
        beside.unlink(missing_ok=True)
        message = f"{path} cannot be written: {error.strerror or error}"
        hint = "make it writable; nothing was lost"
        raise ManifestError(message, hint=hint) from error
