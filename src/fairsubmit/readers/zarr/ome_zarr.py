"""OME-Zarr, as a folder or in a ZIP file.

`files` of a record is the folder or the ZIP file: an image may have millions of chunks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError, ReadError, UnsupportedFormatError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened
from fairsubmit.readers.zarr.archive import MAGIC, ArchiveStore, open_archive
from fairsubmit.readers.zarr.collection import Collection
from fairsubmit.readers.zarr.consolidated import KEY as CONSOLIDATED
from fairsubmit.readers.zarr.consolidated import ConsolidatedStore
from fairsubmit.readers.zarr.metadata import BESIDE
from fairsubmit.readers.zarr.node import NODE_FILES, Nodes, is_zarr
from fairsubmit.readers.zarr.store import FolderStore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.source import Source
    from fairsubmit.readers.zarr.node import Group
    from fairsubmit.readers.zarr.store import Store

__all__ = ["OmeZarr"]

ZIPPED = (".ozx", ".zarr.zip", ".ome.zarr.zip")
# Layout 1 of bioformats2raw.
DATA = "data.zarr"
_NAMES = tuple(name.encode() for name in NODE_FILES)


class OmeZarr:
    """OME-Zarr of any version, Zarr 2 and 3, folders and ZIP files."""

    name = "ome_zarr"
    suffixes: Sequence[str] = (".zarr", ".ome.zarr", *ZIPPED)
    about = About(
        "OME-Zarr",
        (".ome.zarr", ".zarr", *ZIPPED),
        "images, labels, plates and wells, versions 0.1 to 0.5, folders and ZIP files; "
        "missing chunks",
        "4 real images, the specification's examples",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a folder or ZIP file with Zarr metadata, or a .zarr folder."""
        if head:
            return head.startswith(MAGIC) and _is_zipped_zarr(path, head)
        if not path.is_dir():
            return False
        return path.suffix.lower() == ".zarr" or is_zarr(path.as_posix())

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the folder that OME-XML beside it describes (bioformats2raw 0.2)."""
        return (path.parent / DATA,) if path.name == BESIDE else ()

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each image; labels are none.

        Raises
        ------
        DamagedFileError
            If the metadata cannot be read.
        UnsupportedFormatError
            If it is Zarr, but not OME-Zarr.
        ReadError
            If it cannot be opened.
        """
        if path.is_dir():
            return _read(FolderStore(path.as_posix()), path)
        with opened(path) as source:
            archive = _archive(source)
            archive.root = _root(archive)
            return _read(archive, path)


def _archive(source: Source) -> ArchiveStore:
    """Return the archive, read once for recognising and reading.

    Raises
    ------
    ReadError
        If it cannot be read.
    """
    if isinstance(source.parsed, ArchiveStore):
        return source.parsed
    source.parsed = archive = open_archive(source)
    return archive


def _is_zipped_zarr(path: Path, head: bytes) -> bool:
    """Whether a ZIP file holds Zarr metadata, outermost or in a folder.

    A file that was cut short has lost the list of its members; then the first of them
    tell, where its name does.
    """
    named = path.name.lower().endswith(ZIPPED)
    evident = any(name in head for name in _NAMES)
    if not named and not evident:
        return False
    try:
        with opened(path) as source:
            archive = _archive(source)
            return _is_root(archive, "") or bool(_roots(archive))
    except ReadError:
        return named and evident


def _is_root(archive: ArchiveStore, prefix: str) -> bool:
    return any(archive.has(prefix + name) for name in (*NODE_FILES, CONSOLIDATED))


def _roots(archive: ArchiveStore) -> list[str]:
    """Return the folders of a ZIP file that are Zarr."""
    names = archive.folders("")
    return [f"{name}/" for name in names if _is_root(archive, f"{name}/")]


def _root(archive: ArchiveStore) -> str:
    """Return the prefix of the hierarchy: often the folder was packed with its name."""
    archive.root = ""
    roots = [] if _is_root(archive, "") else _roots(archive)
    return roots[0] if len(roots) == 1 else ""


def _read(store: Store, path: Path) -> Sequence[ImageMetadata]:
    """Read one hierarchy.

    Raises
    ------
    ReadError
        If there is no image in it.
    """
    nodes, group = _outermost(store)
    collection = Collection(nodes)
    if isinstance(store, ArchiveStore) and store.overrun is not None:
        message = f"{store.overrun} goes beyond the place where the ZIP file lists it"
        collection.add(Problem("truncated", message, store.overrun, error=True))
    if group is not None:
        collection.read(group)
    elif isinstance(store, ArchiveStore):
        collection.search("")
    found = collection.records()
    if not found:
        raise collection.failure or _none(store, path)
    return found


def _outermost(store: Store) -> tuple[Nodes, Group | None]:
    """Return the outermost group, by the consolidated metadata if need be.

    Raises
    ------
    ReadError
        If its metadata cannot be read.
    """
    nodes = Nodes(store)
    group = nodes.group("")
    if group is None and store.has(CONSOLIDATED):
        nodes = Nodes(ConsolidatedStore(store))
        group = nodes.group("")
    return nodes, group


def _none(store: Store, path: Path) -> ReadError:
    """Return why there is no image."""
    shown = path.as_posix()
    if not any(store.has(name) for name in (*NODE_FILES, CONSOLIDATED)):
        expected = "zarr.json, .zattrs or .zgroup in the folder"
        return DamagedFileError(shown, expected)
    if ".ome." in path.name.lower():
        return DamagedFileError(shown, "multiscales, plate or well in its metadata")
    message = f"{shown} is Zarr without OME-Zarr metadata"
    return UnsupportedFormatError(message)
