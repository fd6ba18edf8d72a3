"""The dataset: a folder, the submission in it, and which file belongs where."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fairsubmit.errors import MetadataError
from fairsubmit.findings import Finding, Severity
from fairsubmit.manifest import FileStat, walk
from fairsubmit.metadata.load import Document, parse
from fairsubmit.metadata.selection import select
from fairsubmit.metadata.table import FileTable, parse_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["SUBMISSION_NAME", "Dataset", "FileGroup", "open_dataset", "read_document"]

SUBMISSION_NAME = "submission.yaml"

Kind = Literal["component", "annotation"]


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

    @property
    def selected(self) -> dict[str, FileGroup]:
        """The group of each selected file; the first one where several claim it."""
        found: dict[str, FileGroup] = {}
        for group in self.groups:
            for path in group.paths:
                found.setdefault(path, group)
        return found

    @property
    def own_files(self) -> frozenset[str]:
        """Paths of the submission document and its file tables."""
        tables = {group.table.path for group in self.groups if group.table}
        return frozenset({self.document.path, *tables})


def read_document(path: Path, name: str | None = None) -> Document:
    """Read a submission document.

    Parameters
    ----------
    path
        The file.
    name
        Name that findings show; the path itself by default.

    Raises
    ------
    MetadataError
        If there is no such file or it cannot be opened.
    """
    shown = name or path.as_posix()
    try:
        raw = path.read_bytes()
    except OSError as error:
        words = error.strerror or str(error)
        finding = Finding(
            "DOC101", "unreadable-document", Severity.ERROR, f"{shown}: {words}", shown
        )
        message = f"{shown} cannot be opened: {words}"
        raise MetadataError(
            message,
            findings=[finding],
            hint=f"write a {SUBMISSION_NAME} in the dataset's folder; "
            "`fairsubmit schema` describes it",
        ) from error
    return parse(raw, shown)


def open_dataset(path: Path) -> Dataset:
    """Read a dataset's submission and list its files; no image is opened.

    Parameters
    ----------
    path
        The folder, or the submission document in it.

    Raises
    ------
    MetadataError
        If there is no submission document.
    ManifestError
        If the folder cannot be listed.
    """
    root, name = (path, SUBMISSION_NAME) if path.is_dir() else (path.parent, path.name)
    root = root.resolve()
    if not root.is_dir():
        message = f"{path} is not a folder"
        raise MetadataError(message, hint="give the folder that holds the images")
    document = read_document(root / name, name)
    files = {file.path: file for file in walk(root)}
    return Dataset(root, document, files, tuple(_groups(root, document, files)))


def _groups(
    root: Path, document: Document, files: Mapping[str, FileStat]
) -> Iterator[FileGroup]:
    kinds: tuple[tuple[str, Kind], ...] = (
        ("components", "component"),
        ("annotations", "annotation"),
    )
    for key, kind in kinds:
        parts = document.tree.get(key)
        for index, part in enumerate(parts if isinstance(parts, list) else []):
            if isinstance(part, dict):
                yield _group(root, part, f"/{key}/{index}", kind, files)


def _group(
    root: Path,
    part: Mapping[str, object],
    pointer: str,
    kind: Kind,
    files: Mapping[str, FileStat],
) -> FileGroup:
    chosen = part.get("files")
    chosen = chosen if isinstance(chosen, dict) else {}
    include, exclude = _texts(chosen.get("include")), _texts(chosen.get("exclude"))
    paths: set[str] = set()
    idle = []
    for index, pattern in include:
        found = list(select([pattern], [p for _, p in exclude], files))
        paths.update(found)
        if not found:
            idle.append(f"{pointer}/files/include/{index}")
    table, problem = _table(root, chosen.get("table"))
    if table is not None:
        paths.update(row.path for row in table.rows if row.path in files)
    name = part.get("id")
    return FileGroup(
        kind,
        name if isinstance(name, str) else "",
        pointer,
        tuple(sorted(paths)),
        table,
        problem,
        tuple(idle),
    )


def _texts(value: object) -> list[tuple[int, str]]:
    items = value if isinstance(value, list) else []
    return [(i, item) for i, item in enumerate(items) if isinstance(item, str)]


def _table(root: Path, name: object) -> tuple[FileTable | None, str | None]:
    if not isinstance(name, str) or not name:
        return None, None
    path = root / name
    if not path.resolve().is_relative_to(root):
        return None, "it is outside the dataset's folder"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return None, "it is not UTF-8 text; save it as tab-separated UTF-8"
    except OSError as error:
        return None, error.strerror or str(error)
    return parse_table(text, Path(name).as_posix()), None
