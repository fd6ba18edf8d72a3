"""OME-Zarr folders: images, plates, and what bioformats2raw writes.

Sources: NGFF specification 0.4 and 0.5 ("plate", "well", "labels", "bioformats2raw
layout"). A plate takes precedence over the bioformats2raw layout. `files` of a record
is the folder: an image may have millions of chunks.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError, ReadError, UnsupportedFormatError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.about import About
from fairsubmit.readers.zarr.image import ZarrImage, mappings
from fairsubmit.readers.zarr.metadata import Described, describe
from fairsubmit.readers.zarr.node import Group, is_zarr, read_group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["OmeZarr"]

MAX_FOLDERS = 4_096
MAX_DEPTH = 3
MAX_SERIES = 100_000


class OmeZarr:
    """OME-Zarr of any version, Zarr 2 and 3."""

    name = "ome_zarr"
    suffixes: Sequence[str] = (".zarr", ".ome.zarr")
    about = About(
        "OME-Zarr",
        (".ome.zarr", ".zarr"),
        "images, labels, plates and wells, versions 0.1 to 0.5",
        "4 real images, the specification's examples",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a folder with Zarr metadata, or named as one."""
        if head or not path.is_dir():
            return False
        return path.suffix.lower() == ".zarr" or is_zarr(path.as_posix())

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each image; labels are none.

        Raises
        ------
        DamagedFileError
            If the metadata of the folder cannot be read.
        UnsupportedFormatError
            If it is Zarr, but not OME-Zarr.
        """
        root = path.as_posix()
        group = read_group(root)
        if group is None and not is_zarr(root):
            raise DamagedFileError(root, "zarr.json, .zattrs or .zgroup in the folder")
        collection = _Collection(root)
        if group is not None:
            collection.read(group)
        found = collection.records()
        if found:
            return found
        if collection.failure is not None:
            raise collection.failure
        if ".ome." in path.name.lower():
            raise DamagedFileError(root, "multiscales, plate or well in its metadata")
        message = f"{root} is a Zarr folder without OME-Zarr metadata"
        raise UnsupportedFormatError(message)


class _Collection:
    """The images below one folder."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.version = 3
        self.problems: list[Problem] = []
        self.failure: ReadError | None = None
        self._found: list[ImageMetadata] = []
        self._described: Described | None = None

    def records(self) -> list[ImageMetadata]:
        found = self._found
        if found and self.problems:
            first = found[0]
            found[0] = replace(first, problems=(*self.problems, *first.problems))
        return found

    def read(self, group: Group) -> None:
        attributes = group.attributes
        self.version = group.version
        kinds: tuple[tuple[str, Callable[[Group], None]], ...] = (
            ("plate", self._plate),
            ("multiscales", self._image),
            ("well", self._well),
            ("bioformats2raw.layout", self._layout),
        )
        for key, method in kinds:
            if key in attributes:
                method(group)
                return
        self._search(group.folder, 0, [MAX_FOLDERS])

    def _note(self, code: str, message: str, place: str) -> None:
        self.problems.append(Problem(code, message, place, error=True))
        self.failure = self.failure or DamagedFileError(
            f"{self.root}/{place}".rstrip("/"), message
        )

    def _group(self, path: str, what: str) -> Group | None:
        """Read a group that another one names."""
        if ".." in path.split("/") or path.startswith("/"):
            self._note("path-outside", f"{what} inside the folder, not {path!r}", path)
            return None
        try:
            group = read_group(f"{self.root}/{path}", self.version)
        except DamagedFileError as error:
            self.problems.append(
                Problem("metadata-unreadable", error.message, path, error=True)
            )
            self.failure = self.failure or error
            return None
        if group is None:
            self._note("missing-image", f"{what} at {path!r}, which is not there", path)
        return group

    # -- kinds -----------------------------------------------------------------

    def _image(self, group: Group, name: str | None = None) -> None:
        entries = mappings(group.attributes.get("multiscales"))
        if not entries:
            place = group.folder[len(self.root) :].strip("/")
            self._note("multiscales-empty", "an image in its multiscales", place)
        for entry in entries:
            series = len(self._found)
            record = ZarrImage(group, entry, self.root).record(series, name)
            if self._described is not None:
                record = self._described.completed(record)
            self._found.append(record)

    def _plate(self, group: Group) -> None:
        plate = group.attributes["plate"]
        wells = mappings(plate.get("wells")) if isinstance(plate, dict) else []
        self._described = describe(self.root)
        for well in wells:
            path = well.get("path")
            if isinstance(path, str):
                found = self._group(path, "a well")
                if found is not None:
                    self._fields(found, path)
        if not wells:
            self._note("plate-empty", "wells in its plate", "")
        self._check_described()

    def _well(self, group: Group) -> None:
        self._fields(group, "")

    def _fields(self, group: Group, path: str) -> None:
        well = group.attributes.get("well")
        fields = mappings(well.get("images")) if isinstance(well, dict) else []
        if not fields:
            self._note("well-empty", "images in its well", path)
        for field in fields:
            name = field.get("path")
            if isinstance(name, str | int):
                inner = f"{path}/{name}".lstrip("/")
                found = self._group(inner, "a field")
                if found is not None:
                    self._image(found, inner)

    def _layout(self, group: Group) -> None:
        self._described = describe(self.root)
        listed = self._described.series if self._described else []
        for path in listed or _numbered(group.folder):
            found = self._group(path, "an image")
            if found is not None:
                self._image(found)
        if not self._found:
            self._note("layout-empty", "images 0, 1, … in the folder", "")
        self._check_described()

    def _check_described(self) -> None:
        described = self._described
        if described is not None:
            self.problems += described.problems
            if described.images and described.images != len(self._found):
                message = (
                    f"OME/METADATA.ome.xml describes {described.images} images, the "
                    f"folder has {len(self._found)}"
                )
                self.problems.append(
                    Problem("series-mismatch", message, "OME/METADATA.ome.xml")
                )

    def _search(self, folder: str, depth: int, left: list[int]) -> None:
        """Look for images in the groups below, as SpatialData and others nest them."""
        for name in _folders(folder):
            left[0] -= 1
            if left[0] < 0 or name == "labels":
                continue
            inner = f"{folder}/{name}"
            try:
                group = read_group(inner)
            except DamagedFileError as error:
                self.failure = self.failure or error
                continue
            if group is None:
                continue
            if "multiscales" in group.attributes:
                self._image(group, inner[len(self.root) :].strip("/"))
            elif depth < MAX_DEPTH:
                self._search(inner, depth + 1, left)


def _folders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as listing:
            return sorted(item.name for item in listing if item.is_dir())
    except OSError:
        return []


def _numbered(folder: str) -> Iterator[str]:
    """Yield 0, 1, … as long as there are such groups."""
    for number in range(MAX_SERIES):
        if not is_zarr(f"{folder}/{number}"):
            return
        yield str(number)
