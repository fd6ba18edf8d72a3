"""What the files beside a BigDataViewer XML say about the pixels.

Sources: BigDataViewer's HDF5 layout (``t00000/s00/0/cells``: z, y, x; 16-bit values are
unsigned, although they are stored as signed ones), its N5 layout
(``setup0/timepoint0/s0``) and that of its OME-Zarr (an array for each view).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.readers.hdf5.file import Group, Hdf5File
from fairsubmit.readers.zarr.document import parse
from fairsubmit.readers.zarr.node import Nodes
from fairsubmit.readers.zarr.pixel_types import pixel_type
from fairsubmit.readers.zarr.store import FolderStore, is_inside, normal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["View", "cells", "views_hdf5", "views_n5", "views_zarr"]

FORMAT = "BigDataViewer"
MAX_VIEWS = 1_024


class View(NamedTuple):
    """The array of one view setup at one time point.

    Attributes
    ----------
    size
        x, y, z.
    """

    size: tuple[int, ...]
    pixel_type: str | None


def cells(root: Group, time: int, setup: int) -> View | None:
    """Return the header of a view's full resolution in HDF5."""
    group = root.group(f"t{time:05d}", f"s{setup:02d}", "0")
    values = group.values("cells") if group is not None else None
    if values is None or len(values.shape) != 3:
        return None
    kind = "uint16" if values.pixel_type == "int16" else values.pixel_type
    return View(tuple(reversed(values.shape)), kind)


def views_hdf5(path: Path, time: int, setups: list[int]) -> dict[int, View | None]:
    """Return the views of a time point, by setup; none that stand in other files.

    Raises
    ------
    ReadError
        If the file cannot be read.
    """
    with Hdf5File(path, FORMAT) as file:
        found = {}
        for setup in setups[:MAX_VIEWS]:
            group = file.root.group(f"t{time:05d}")
            linked = file.root.external(f"t{time:05d}") or (
                group is not None and group.external(f"s{setup:02d}")
            )
            if not linked:
                found[setup] = cells(file.root, time, setup)
        return found


def views_n5(path: Path, time: int, setups: list[int]) -> dict[int, View | None]:
    """Return the views of a time point of an N5 folder, by setup.

    Raises
    ------
    ReadError
        If its metadata cannot be read.
    """
    store = FolderStore(path.as_posix())
    found: dict[int, View | None] = {}
    for setup in setups[:MAX_VIEWS]:
        key = f"setup{setup}/timepoint{time}/s0/attributes.json"
        raw = store.read(key)
        if raw is None:
            found[setup] = None
            continue
        node = parse(raw, store.where(key))
        size = node.get("dimensions")
        whole = isinstance(size, list) and all(type(n) is int and n > 0 for n in size)
        kind = pixel_type(node.get("dataType"))[0]
        found[setup] = View(tuple(size or ()) if whole else (), kind)
    return found


def views_zarr(
    path: Path, time: int, setups: list[int], views: Mapping[tuple[int, int], str]
) -> dict[int, View | None]:
    """Return the views of a time point of an OME-Zarr folder, by setup.

    Raises
    ------
    ReadError
        If its metadata cannot be read.
    """
    nodes = Nodes(FolderStore(path.as_posix()))
    found: dict[int, View | None] = {}
    for setup in setups[:MAX_VIEWS]:
        view = views.get((setup, time), f"s{setup}-t{time}.zarr")
        array = nodes.array(f"{normal(view)}0/") if is_inside(view) else None
        size = tuple(reversed(array.shape))[:3] if array is not None else ()
        found[setup] = View(size, array.pixel_type) if array is not None else None
    return found
