"""What `fairsubmit lint` is given: a dataset, a document, a table, or an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.cli.steps import prepared
from fairsubmit.errors import MetadataError
from fairsubmit.metadata.recognise import (
    JSON,
    TABLES,
    is_model,
    is_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.cli.invocation import Invocation
    from fairsubmit.dataset import Dataset
    from fairsubmit.findings import Report
    from fairsubmit.lint.lookup import Lookup
    from fairsubmit.metadata.image import Extraction
    from fairsubmit.metadata.load import Document

__all__ = ["KNOWN", "Checking", "is_submission"]

KNOWN = (
    "a dataset's folder, submission.yaml or .json, PageTab (.json, .tsv), an RO-Crate, "
    "a deposition of EMPIAR (.json), a file table (.tsv), or an image"
)
_SUBMISSIONS = (".yaml", ".yml", ".xlsx")
_CRATE = "ro-crate-metadata.json"
_HEAD = 4096


def is_submission(path: Path) -> bool:
    """Whether an input is a dataset, or its document, which is ours to change."""
    from fairsubmit.dataset import has_submission

    if path.is_dir():
        return has_submission(path) or not (path / _CRATE).is_file()
    suffix = path.suffix.lower()
    if suffix in JSON:
        return not _is_foreign(path)
    return suffix in _SUBMISSIONS


def _is_foreign(path: Path) -> bool:
    from fairsubmit.dataset import read_document

    document = read_document(path, path.name)
    return document.layout != "submission" or not document.tree


class Checking:
    """Checks one input with the rules that apply to it.

    Parameters
    ----------
    invocation
        How the program was called.
    select, ignore
        Rule codes or their beginnings.
    archive
        Whose demands are checked too.
    workers
        Processes that read image headers, see `prepared`.
    lookup
        Asks registries what no bundled list knows.
    """

    def __init__(
        self,
        invocation: Invocation,
        *,
        select: Sequence[str],
        ignore: Sequence[str],
        archive: str | None,
        workers: int | None,
        lookup: Lookup | None = None,
    ) -> None:
        self._invocation = invocation
        self._select = select
        self._ignore = ignore
        self._archive = archive
        self._workers = workers
        self._lookup = lookup

    def check(self, path: Path) -> tuple[Document, Report]:
        """Return what was read of an input, and what is wrong with it.

        Parameters
        ----------
        path
            File or folder.

        Raises
        ------
        MetadataError
            If it is nothing that can be checked.
        """
        self._invocation.shown_root = path.parent.as_posix()
        return self._folder(path) if path.is_dir() else self._file(path)

    def _folder(self, path: Path) -> tuple[Document, Report]:
        from fairsubmit.dataset import has_submission, open_crate
        from fairsubmit.readers import is_image

        if not has_submission(path):
            if (path / _CRATE).is_file():
                self._invocation.shown_root = path.as_posix()
                return self._lint(open_crate(path / _CRATE))
            if is_image(path):
                return self._image(path)
        return self._dataset(path)

    def _file(self, path: Path) -> tuple[Document, Report]:
        suffix = path.suffix.lower()
        # Workbooks go the way of submission.yaml: `open_dataset` reads both.
        if suffix in _SUBMISSIONS:
            self._refuse_model(path)
            return self._dataset(path)
        if suffix in JSON:
            return self._json(path)
        if suffix in TABLES:
            return self._table(path)
        return self._image(path)

    def _refuse_model(self, path: Path) -> None:
        """Stop where a document is about a model, not about data.

        Raises
        ------
        MetadataError
            If it is.
        """
        if is_model(path.name, _head(path)):
            message = f"{path} describes a resource of the BioImage Model Zoo"
            hint = "have bioimageio.spec check it for now; fairsubmit checks data"
            raise MetadataError(message, hint=hint)

    def _dataset(self, path: Path) -> tuple[Document, Report]:
        ready = prepared(
            self._invocation,
            path,
            archive=self._archive,
            select=self._select,
            ignore=self._ignore,
            workers=self._workers,
            lookup=self._lookup,
        )
        return ready.dataset.document, ready.report

    def _json(self, path: Path) -> tuple[Document, Report]:
        from fairsubmit.dataset import open_crate, read_document
        from fairsubmit.lint.base import BIA, EMPIAR

        document = read_document(path, path.name)
        if document.layout == "submission" and document.tree:
            return self._dataset(path)
        if document.layout == "ro-crate":
            return self._lint(open_crate(path))
        # the layout is that archive's, and so are the demands on it
        owner = {"pagetab": BIA, "empiar": EMPIAR}.get(document.layout)
        return self._lint(document, owner)

    def _table(self, path: Path) -> tuple[Document, Report]:
        from fairsubmit.dataset import open_table, read_document
        from fairsubmit.lint.base import BIA

        if is_table(path.name, _head(path)):
            return self._lint(open_table(path), BIA)
        return self._lint(read_document(path, path.name), BIA)

    def _image(self, path: Path) -> tuple[Document, Report]:
        from fairsubmit.metadata.load import Document
        from fairsubmit.readers import is_image
        from fairsubmit.readers.extract import extract

        if not is_image(path):
            message = f"{path} is nothing that is checked"
            raise MetadataError(message, hint=f"give {KNOWN}")
        found = extract(
            [path], root=path.parent, bioformats=self._invocation.config.bioformats
        )
        alone = Document(path.name, {}, {}, {}, layout="image")
        return self._lint(alone, images=list(found))

    def _lint(
        self,
        what: Dataset | Document,
        owner: str | None = None,
        images: Sequence[Extraction] = (),
    ) -> tuple[Document, Report]:
        from fairsubmit.dataset import Dataset
        from fairsubmit.lint import lint

        report = lint(
            what,
            images,
            select=self._select,
            ignore=self._ignore,
            archive=self._archive or owner,
            lookup=self._lookup,
        )
        return what.document if isinstance(what, Dataset) else what, report


def _head(path: Path) -> bytes:
    """Return how a file begins.

    Raises
    ------
    MetadataError
        If it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        message = f"{path} cannot be opened: {error.strerror or error}"
        raise MetadataError(message, hint="give a file that you may read") from error
