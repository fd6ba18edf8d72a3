"""The images of one OME-Zarr hierarchy: which there are, and which should be.

Sources: NGFF specification 0.4 and 0.5 ("plate", "well", "labels", "bioformats2raw
layout"). A plate takes precedence over the bioformats2raw layout.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.zarr.document import mappings
from fairsubmit.readers.zarr.image import Images, Place
from fairsubmit.readers.zarr.metadata import Described, describe
from fairsubmit.readers.zarr.plate import Plate
from fairsubmit.readers.zarr.store import is_inside, normal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fairsubmit.metadata.image import ImageMetadata, PlatePosition
    from fairsubmit.readers.zarr.node import Group, Nodes

__all__ = ["Collection"]

MAX_FOLDERS = 4_096
MAX_DEPTH = 3
MAX_SERIES = 100_000
MAX_ENTRIES = 256
# So many problems of one kind are told one by one.
MAX_TOLD = 16


class Collection:
    """The images below one group.

    Parameters
    ----------
    nodes
        The hierarchy.

    Attributes
    ----------
    failure
        The first thing that went wrong.
    """

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        self.failure: ReadError | None = None
        self._problems: list[Problem] = []
        self._told: dict[str, int] = {}
        self._images = Images(nodes)
        self._found: list[ImageMetadata] = []
        self._described: Described | None = None
        self._number = 0
        self._seen: set[str] = set()

    def records(self) -> list[ImageMetadata]:
        """Return the records; what concerns all stands in the first."""
        found = self._found
        for code, count in self._told.items():
            if count > MAX_TOLD:
                message = f"{count - MAX_TOLD} more like these"
                self._problems.append(Problem(code, message, None, error=True))
        if found and self._problems:
            first = found[0]
            found[0] = replace(first, problems=(*self._problems, *first.problems))
        return found

    def read(self, group: Group) -> None:
        """Read the images of the outermost group."""
        self.nodes.version = group.version
        kinds: tuple[tuple[str, Callable[[Group], None]], ...] = (
            ("plate", self._plate),
            ("multiscales", self._image),
            ("well", self._well),
            ("bioformats2raw.layout", self._layout),
        )
        for key, method in kinds:
            if key in group.attributes:
                method(group)
                return
        self.search(group.prefix)

    def add(self, problem: Problem) -> None:
        """Note what concerns all images."""
        self._problems.append(problem)

    def _note(self, code: str, message: str, place: str) -> None:
        count = self._told[code] = self._told.get(code, 0) + 1
        if count <= MAX_TOLD:
            self.add(Problem(code, message, place or None, error=True))
        self.failure = self.failure or DamagedFileError(
            self.nodes.store.where(place).rstrip("/"), message
        )

    def _group(self, path: str, what: str) -> Group | None:
        """Read a group that another one names."""
        if not is_inside(path):
            self._note("path-outside", f"{what} inside the folder, not {path!r}", path)
            return None
        prefix = normal(path)
        if prefix in self._seen:
            self._note("named-twice", f"{what} named once, not again: {path!r}", path)
            return None
        self._seen.add(prefix)
        try:
            group = self.nodes.group(prefix)
        except ReadError as error:
            self._note("metadata-unreadable", error.message, path)
            self.failure = error if len(self._told) == 1 else self.failure
            return None
        if group is None:
            self._note("missing-image", f"{what} at {path!r}, which is not there", path)
        return group

    # -- kinds -----------------------------------------------------------------

    def _image(
        self,
        group: Group,
        name: str | None = None,
        position: PlatePosition | None = None,
    ) -> None:
        entries = mappings(group.attributes.get("multiscales"))
        if not entries:
            place = group.prefix[:-1]
            self._note("multiscales-empty", "an image in its multiscales", place)
        for entry in entries[:MAX_ENTRIES]:
            which = Place(len(self._found), name, position)
            record = self._images.record(group, entry, which)
            if self._described is not None:
                record = self._described.completed(record, self._number)
            self._found.append(record)

    def _plate(self, group: Group) -> None:
        plate = Plate(group.attributes["plate"])
        self._described = describe(self.nodes)
        for path, position in plate.wells():
            found = self._group(path, "a well")
            if found is not None:
                self._fields(found, path, position)
        if not self._told and not self._found:
            self._note("plate-empty", "wells in its plate", "")
        self._check_described()

    def _well(self, group: Group) -> None:
        self._fields(group, "", Plate({}).nowhere)

    def _fields(self, group: Group, path: str, position: PlatePosition) -> None:
        well = group.attributes.get("well")
        fields = mappings(well.get("images")) if isinstance(well, dict) else []
        if not fields:
            self._note("well-empty", "images in its well", path)
        prefix = path.rstrip("/")
        for number, field in enumerate(fields):
            name = field.get("path")
            if isinstance(name, str | int) and self._number < MAX_SERIES:
                inner = f"{prefix}/{name}".strip("/")
                found = self._group(inner, "a field")
                if found is not None:
                    self._image(found, inner, Plate.field(position, number))
                self._number += 1

    def _layout(self, group: Group) -> None:
        # Layout 1 had the OME-XML beside the folder.
        beside = group.attributes.get("bioformats2raw.layout") == 1
        self._described = describe(self.nodes, beside=beside)
        listed = self._described.series if self._described else []
        for path in listed or self._numbered(group.prefix):
            found = self._group(path, "an image")
            if found is not None:
                self._image(found)
            self._number += 1
        if not self._found:
            self._note("layout-empty", "images 0, 1, … in the folder", "")
        self._check_described()

    def _numbered(self, prefix: str) -> Iterator[str]:
        """Yield 0, 1, … as long as there are such groups."""
        for number in range(MAX_SERIES):
            if not self.nodes.exists(f"{prefix}{number}/"):
                return
            yield f"{number}"

    def _check_described(self) -> None:
        described = self._described
        if described is not None:
            self._problems += described.problems
            if described.images and described.images != len(self._found):
                message = (
                    f"{described.file} describes {described.images} images, the folder "
                    f"has {len(self._found)}"
                )
                self.add(Problem("series-mismatch", message, described.file))

    def search(self, prefix: str) -> None:
        """Look for images in the groups below, as SpatialData and others nest them."""
        self._search(prefix, 0, [MAX_FOLDERS], {self.nodes.store.identity(prefix)})

    def _search(
        self, prefix: str, depth: int, left: list[int], above: set[str]
    ) -> None:
        for name in self.nodes.store.folders(prefix):
            left[0] -= 1
            if left[0] < 0 or name == "labels":
                continue
            inner = f"{prefix}{name}/"
            try:
                group = self.nodes.group(inner)
            except ReadError as error:
                self.failure = self.failure or error
                continue
            identity = self.nodes.store.identity(inner)
            if group is None or identity in above:
                continue
            if "multiscales" in group.attributes:
                self.nodes.version = group.version
                self._image(group, inner[:-1])
            elif depth < MAX_DEPTH:
                self._search(inner, depth + 1, left, above | {identity})
