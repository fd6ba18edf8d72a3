"""Which format an HDF5 file is: by its groups, or by what is left of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import MissingReaderError, ReadError
from fairsubmit.readers.hdf5.file import Group, Hdf5File, Values, is_hdf5
from fairsubmit.readers.source import opened

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "BDV",
    "EMD",
    "IMARIS",
    "TIME_POINT",
    "VIEW_SETUP",
    "emd_array",
    "emd_groups",
    "layout",
]

IMARIS, BDV, EMD = "imaris", "bdv", "emd"
TIME_POINT = re.compile(r"t(\d{5,9})")
VIEW_SETUP = re.compile(r"s(\d{2,9})")
# The specification has the first; Prismatic and py4DSTEM wrote the others.
ARRAYS = ("data", "datacube", "realslice", "diffractionslice")
MAX_DEPTH = 5
MAX_GROUPS = 512
MAX_NAMES = 4_096


class _Layout(NamedTuple):
    """What was found out about a file that is open, for the readers asked later."""

    kind: str | None


def layout(path: Path, head: bytes) -> str | None:
    """Return which format an HDF5 file is; ``None`` if none of those that are read.

    Parameters
    ----------
    path
        The file.
    head
        Its first bytes.
    """
    if not is_hdf5(head):
        return None
    try:
        with opened(path) as source:
            if not isinstance(source.parsed, _Layout):
                source.parsed = _Layout(_look(path, head))
            return source.parsed.kind
    except ReadError:
        return None


def _look(path: Path, head: bytes) -> str | None:
    try:
        with Hdf5File(path, "HDF5") as file:
            return _kind(file.root)
    except MissingReaderError:
        return _guess(path, head)
    except ReadError:
        return _guess(path, head)


def _kind(root: Group) -> str | None:
    names = set(root.names(MAX_NAMES))
    if "DataSetInfo" in names or root.attribute("ImarisDataSet") is not None:
        return IMARIS
    if _is_bdv(root, names):
        return BDV
    data = root.group("Data")
    if data is not None and data.group("Image") is not None:
        return EMD
    return EMD if emd_groups(root) else None


def _is_bdv(root: Group, names: set[str]) -> bool:
    """Whether there are time points and the resolutions of view setups."""
    setups = [name for name in names if VIEW_SETUP.fullmatch(name)]
    if not setups or not any(TIME_POINT.fullmatch(name) for name in names):
        return False
    setup = root.group(min(setups))
    return setup is not None and setup.values("resolutions") is not None


def emd_array(group: Group) -> tuple[str, Values] | None:
    """Return name and values of an EMD group's array; ``None`` if it has none."""
    for name in ARRAYS:
        values = group.values(name)
        if values is not None:
            return name, values
    return None


def emd_groups(root: Group) -> list[tuple[str, Group]]:
    """Return path and group of the arrays of an EMD file (0.1 to 1.0)."""
    found: list[tuple[str, Group]] = []
    left = [MAX_GROUPS]
    _search(root, "", 0, left, found)
    return found


def _search(
    group: Group, path: str, depth: int, left: list[int], found: list[tuple[str, Group]]
) -> None:
    for name in group.names(MAX_GROUPS):
        left[0] -= 1
        if left[0] < 0:
            return
        inner = group.group(name)
        if inner is None:
            continue
        place = f"{path}/{name}"
        kind = inner.attribute("emd_group_type")
        if kind in ("1", "array") and emd_array(inner) is not None:
            found.append((place, inner))
        elif depth < MAX_DEPTH:
            _search(inner, place, depth + 1, left, found)


def _guess(path: Path, head: bytes) -> str | None:
    """Decide where the file cannot be opened, or the library is missing."""
    suffix = path.suffix.lower()
    if b"DataSetInfo" in head or b"ImarisDataSet" in head or suffix == ".ims":
        return IMARIS
    if b"emd_group_type" in head or suffix == ".emd":
        return EMD
    return BDV if b"t00000" in head and b"s00" in head else None
