"""The dataset: a folder, the submission in it, and which file belongs where."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fairsubmit.errors import MetadataError
from fairsubmit.findings import Finding, Severity
from fairsubmit.manifest import FileStat, walk
from fairsubmit.metadata.compose import UnreadableError, decode
from fairsubmit.metadata.crate_files import crate_tables
from fairsubmit.metadata.crate_graph import DESCRIPTOR
from fairsubmit.metadata.crate_rows import associate
from fairsubmit.metadata.load import FOREIGN, MAX_DOCUMENT_BYTES, Document, parse
from fairsubmit.metadata.recognise import JSON, TABLES, read_any
from fairsubmit.metadata.rocrate import graph_of
from fairsubmit.metadata.selection import is_literal, select
from fairsubmit.metadata.table import FileTable, Rows, parse_table
from fairsubmit.workbook.names import MAX_FILE_BYTES, is_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


__all__ = [
    "SETTINGS_NAME",
    "SUBMISSION_NAME",
    "Dataset",
    "FileGroup",
    "has_submission",
    "open_crate",
    "open_dataset",
    "open_table",
    "read_document",
    "with_texts",
]

SUBMISSION_NAME = "submission.yaml"
# Waivers by path, see `fairsubmit.lint.waivers`.
SETTINGS_NAME = "fairsubmit.toml"
_OTHER_NAMES = ("submission.yml", "submission.json", "submission.xlsx")
# 500,000 rows of 500 characters; a guard against naming an image by mistake.
MAX_TABLE_BYTES = 256 << 20

Kind = Literal["component", "annotation"]
_KINDS: dict[str, Kind] = {"components": "component", "annotations": "annotation"}


@dataclass(frozen=True)
class FileGroup:
    """The files of one study component or annotation set.

    Attributes
    ----------
    kind
        What the files belong to.
    id
        Its ``id`` in the submission, or ``""`` where that is missing.
    pointer
        JSON pointer to it, e.g. ``/components/0``.
    paths
        Sorted POSIX paths, relative to the dataset, that exist and are selected.
    table
        The file table, where there is one and it could be read.
    table_problem
        Why the named table could not be read.
    idle_patterns
        Pointers of ``include`` patterns that select no file.
    """

    kind: Kind
    id: str
    pointer: str
    paths: tuple[str, ...]
    table: FileTable | None = None
    table_problem: str | None = None
    idle_patterns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """A folder with a submission.

    Attributes
    ----------
    root
        The folder, absolute.
    document
        The submission as it was read.
    files
        Every file below `root` by POSIX path, the submission itself included.
    groups
        Study components, then annotation sets, in the order of the document.
    """

    root: Path
    document: Document
    files: Mapping[str, FileStat] = field(repr=False)
    groups: tuple[FileGroup, ...] = field(repr=False)

    @cached_property
    def selected(self) -> dict[str, FileGroup]:
        """The group of each selected file; the first one where several claim it."""
        found: dict[str, FileGroup] = {}
        for group in self.groups:
            for path in group.paths:
                found.setdefault(path, group)
        return found

    @cached_property
    def own_files(self) -> frozenset[str]:
        """Paths of the submission in its forms, its file tables and settings."""
        tables = {group.table.path for group in self.groups if group.table}
        forms = (SUBMISSION_NAME, *_OTHER_NAMES)
        return frozenset({self.document.path, *forms, SETTINGS_NAME, *tables})


def read_document(path: Path, name: str | None = None) -> Document:
    """Read a submission document, or what an archive or a crate has of one.

    Parameters
    ----------
    path
        The file: a submission in YAML, JSON or a workbook, PageTab in JSON or TSV, an
        RO-Crate, or a deposition of EMPIAR; see `Document.layout`.
    name
        Name that findings show; the path itself by default.

    Raises
    ------
    MetadataError
        If there is no such file or it cannot be opened.
    MissingExtraError
        If the library that reads workbooks is not installed.
    """
    shown = name or path.as_posix()
    try:
        with path.open("rb") as file:
            # One byte more than is taken: an image named by mistake is not read whole.
            # A crate names every file, and may be as long as a table.
            long = path.suffix.lower() in {*JSON, *TABLES}
            raw = file.read((MAX_TABLE_BYTES if long else MAX_DOCUMENT_BYTES) + 1)
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        finding = Finding(
            "DOC101", "unreadable-document", Severity.ERROR, f"{shown}: {words}", shown
        )
        message = f"{shown} cannot be opened: {words}"
        if isinstance(error, FileNotFoundError):
            message = f"there is no {path.name} in {path.parent}"
        raise MetadataError(
            message,
            findings=[finding],
            hint=f"write a {SUBMISSION_NAME} in the dataset's folder; "
            "`fairsubmit schema` describes it",
        ) from error
    if is_workbook(path.name):
        from fairsubmit.workbook.read import read_workbook  # noqa: PLC0415 - heavy

        return read_workbook(raw, shown)
    return read_any(raw, shown)


def _most_bytes(path: Path) -> int:
    """Return how much is read of a document: a crate names every file."""
    if is_workbook(path.name):
        return MAX_FILE_BYTES
    long = path.suffix.lower() in {*JSON, *TABLES}
    return MAX_TABLE_BYTES if long else MAX_DOCUMENT_BYTES


def open_dataset(path: Path) -> Dataset:
    """Read a dataset's submission and list its files; no image is opened.

    Parameters
    ----------
    path
        The folder, or the submission document in it.

    Raises
    ------
    MetadataError
        If there is no submission document, or it is one of an archive.
    ManifestError
        If the folder cannot be listed.
    """
    root, name = _located(path)
    if not root.is_dir():
        message = f"{path} is not a folder"
        raise MetadataError(message, hint="give the folder that holds the images")
    document = read_document(root / name, name)
    if document.layout != "submission":
        message = f"{path} is {FOREIGN[document.layout]} and no dataset"
        raise MetadataError(
            message,
            hint="check it with `fairsubmit lint`, or give the dataset's folder",
        )
    files = {file.path: file for file in walk(root)}
    return Dataset(root, document, files, tuple(_groups(root, document, files, {})))


def has_submission(folder: Path) -> bool:
    """Whether a folder holds a submission document."""
    return any((folder / name).is_file() for name in (SUBMISSION_NAME, *_OTHER_NAMES))


def open_table(path: Path) -> Dataset:
    """Read a file table alone; whether its files are there is not asked.

    Parameters
    ----------
    path
        The table.

    Raises
    ------
    MetadataError
        If it cannot be read.
    """
    root = path.parent.resolve()
    try:
        table = parse_table(_table_text(path.resolve(), root), path.name)
    except (OSError, UnreadableError) as error:
        message = f"{path} cannot be read: {getattr(error, 'strerror', error)}"
        raise MetadataError(message, hint="give a TSV file in UTF-8") from error
    document = Document(path.name, {}, {}, {}, layout="table")
    return Dataset(root, document, {}, (FileGroup("component", "", "", (), table),))


def open_crate(path: Path) -> Dataset | Document:
    """Read an RO-Crate with the files in its folder.

    Parameters
    ----------
    path
        ``ro-crate-metadata.json``. Under another name it is a document without files:
        a detached crate, or a copy.

    Raises
    ------
    MetadataError
        If it cannot be opened.
    ManifestError
        If the folder cannot be listed.
    """
    document = read_document(path, path.name)
    graph = graph_of(document)
    if graph is None or path.name != DESCRIPTOR:
        return document
    root = path.parent.resolve()

    def text(name: str) -> str:
        return _table_text((root / name).resolve(), root)

    tables = list(crate_tables(graph, text))
    associate(document, graph, tables)
    files = {file.path: file for file in walk(root)}
    return Dataset(root, document, files, tuple(_crate_groups(tables, files)))


def _crate_groups(
    tables: Iterable[FileTable], files: Mapping[str, FileStat]
) -> Iterator[FileGroup]:
    """Return the files of a crate: those it describes, then those of each list."""
    taken: set[str] = set()
    for table in tables:
        paths = {row.path for row in table.rows if row.path in files}
        yield FileGroup("component", "", "", tuple(sorted(paths - taken)), table)
        taken |= paths


def with_texts(dataset: Dataset, texts: Mapping[str, str]) -> Dataset:
    """Return the dataset as it would be with other texts; nothing is written.

    Parameters
    ----------
    dataset
        As it is.
    texts
        Text of the submission document and of file tables, by path.
    """
    document = dataset.document
    if document.path in texts:
        document = parse(texts[document.path].encode(), document.path)
    groups = tuple(_groups(dataset.root, document, dataset.files, texts))
    return replace(dataset, document=document, groups=groups)


def _located(path: Path) -> tuple[Path, str]:
    if not path.is_dir():
        return path.parent.resolve(), path.name
    names = (SUBMISSION_NAME, *_OTHER_NAMES)
    found = (name for name in names if (path / name).is_file())
    return path.resolve(), next(found, SUBMISSION_NAME)


def _groups(
    root: Path,
    document: Document,
    files: Mapping[str, FileStat],
    texts: Mapping[str, str],
) -> Iterator[FileGroup]:
    parts = [
        (part, f"/{key}/{index}", kind)
        for key, kind in _KINDS.items()
        for index, part in enumerate(_listed(document.tree.get(key)))
        if isinstance(part, dict)
    ]
    names = [_file_set(part).get("table") for part, _, _ in parts]
    tables = [_table(root, name, files, texts) for name in names]
    forms = {SUBMISSION_NAME, *_OTHER_NAMES}
    own = {document.path, *forms, *(table.path for table, _ in tables if table)}
    for (part, pointer, kind), (table, problem) in zip(parts, tables, strict=True):
        paths, idle = _selected(_file_set(part), files, own)
        if table is not None:
            paths.update(path for path in table.rows.paths if path in files)
        name = part.get("id")
        yield FileGroup(
            kind,
            name if isinstance(name, str) else "",
            pointer,
            tuple(sorted(paths)),
            table,
            problem,
            tuple(f"{pointer}/files/include/{index}" for index in idle),
        )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _file_set(part: Mapping[str, object]) -> Mapping[str, object]:
    chosen = part.get("files")
    return chosen if isinstance(chosen, dict) else {}


def _selected(
    chosen: Mapping[str, object], files: Mapping[str, FileStat], own: set[str]
) -> tuple[set[str], list[int]]:
    """Return the paths that patterns select, and the number of each idle pattern.

    The submission and its tables describe the data and are not part of it, unless a
    pattern names one of them exactly.
    """
    exclude = [text for text in _listed(chosen.get("exclude")) if isinstance(text, str)]
    paths: set[str] = set()
    idle = []
    for index, pattern in enumerate(_listed(chosen.get("include"))):
        if not isinstance(pattern, str):
            continue
        found = set(select([pattern], exclude, files))
        if not (is_literal(pattern) and pattern in own):
            found -= own
        paths |= found
        if not found:
            idle.append(index)
    return paths, idle


def _table(
    root: Path,
    name: object,
    files: Mapping[str, FileStat],
    texts: Mapping[str, str],
) -> tuple[FileTable | None, str | None]:
    """Return a file table, or why it cannot be read."""
    if not isinstance(name, str) or not name:
        return None, None
    try:
        path, target = Path(os.path.normpath(root / name)), (root / name).resolve()
        shown = path if path.is_relative_to(root) else target
        known = texts.get(shown.relative_to(root).as_posix()) if texts else None
        text = _table_text(target, root) if known is None else known
    except (OSError, ValueError) as error:
        return None, getattr(error, "strerror", None) or str(error)
    except UnreadableError as error:
        return None, error.why
    table = parse_table(text, shown.relative_to(root).as_posix())
    return replace(table, rows=_sharing(table.rows, files)), None


def _sharing(rows: Rows, files: Mapping[str, FileStat]) -> Rows:
    """Return the rows with the very texts of the listing: memory for one of the two."""
    found = zip(map(files.get, rows.paths), rows.paths, strict=True)
    return rows.with_paths([file.path if file else path for file, path in found])


def _table_text(path: Path, root: Path) -> str:
    if not path.is_relative_to(root):
        raise UnreadableError("it is outside the dataset's folder")
    if path.exists() and not path.is_file():
        raise UnreadableError("it is not a file")
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise UnreadableError("it is larger than 256 MiB, which no file table is")
    return decode(path.read_bytes())
