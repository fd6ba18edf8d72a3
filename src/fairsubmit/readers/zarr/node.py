"""Zarr groups and arrays as plain JSON: versions 2 and 3, no library, no chunks.

Sources: Zarr storage specification version 2 (``.zgroup``, ``.zattrs``, ``.zarray``)
and core specification version 3.0 (``zarr.json``).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from io import FileIO
from typing import TYPE_CHECKING, Any

from fairsubmit.errors import DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Array", "Group", "is_zarr", "read_array", "read_group", "read_json"]

MAX_JSON = 1 << 26
GROUP_FILES = ("zarr.json", ".zattrs", ".zgroup")
# NumPy kinds of .zarray and names of zarr.json, as OME-XML 2016-06 calls them.
_KINDS = {
    "b1": "bit",
    "f4": "float",
    "f8": "double",
    "c8": "complex",
    "c16": "double-complex",
    **{f"i{size}": f"int{8 * size}" for size in (1, 2, 4, 8)},
    **{f"u{size}": f"uint{8 * size}" for size in (1, 2, 4, 8)},
}
_NAMES = {
    "bool": "bit",
    "float32": "float",
    "float64": "double",
    "complex64": "complex",
    "complex128": "double-complex",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A group: its OME attributes, the file they stand in and the Zarr version."""

    folder: str
    attributes: Mapping[str, Any]
    file: str
    version: int


@dataclass(frozen=True, slots=True)
class Array:
    """An array's header; `names` are version 3's ``dimension_names``."""

    shape: tuple[int, ...]
    pixel_type: str | None
    names: tuple[str, ...] | None


def read_json(path: str) -> dict[str, Any] | None:
    """Return a JSON object; ``None`` if there is no such file.

    Raises
    ------
    DamagedFileError
        If the file is no JSON object.
    """
    try:
        with FileIO(path) as file:
            if os.fstat(file.fileno()).st_size > MAX_JSON:
                raise DamagedFileError(path, f"JSON of at most {MAX_JSON} bytes")
            raw = file.readall()
    except (OSError, ValueError):  # a NUL in the name is a ValueError
        return None
    try:
        value = json.loads(raw)
    except json.JSONDecodeError as error:
        raise DamagedFileError(path, "JSON", offset=error.pos) from None
    except (UnicodeDecodeError, RecursionError) as error:
        message = f"JSON ({type(error).__name__})"
        raise DamagedFileError(path, message) from None
    if not isinstance(value, dict):
        raise DamagedFileError(path, "a JSON object", offset=0)
    return value


def is_zarr(folder: str) -> bool:
    """Whether a folder is a Zarr group or array."""
    return any(_exists(f"{folder}/{name}") for name in (*GROUP_FILES, ".zarray"))


def _exists(path: str) -> bool:
    try:
        return os.access(path, os.F_OK)
    except ValueError:  # a NUL in the name
        return False


def read_group(folder: str, version: int = 3) -> Group | None:
    """Return a group with its OME attributes; ``None`` if there is none.

    Version 3 keeps them below ``ome``; files between the versions do not.

    Parameters
    ----------
    folder
        The group.
    version
        Zarr version to try first: that of the group above.

    Raises
    ------
    DamagedFileError
        If its metadata is no JSON object.
    """
    if version == 2:
        return _group_2(folder) or _group_3(folder)
    return _group_3(folder) or _group_2(folder)


def _group_3(folder: str) -> Group | None:
    path = f"{folder}/zarr.json"
    node = read_json(path)
    if node is None or node.get("node_type") == "array":
        return None
    return Group(folder, _ome(node.get("attributes")), path, 3)


def _group_2(folder: str) -> Group | None:
    path = f"{folder}/.zattrs"
    attributes = read_json(path)
    if attributes is None and not _exists(f"{folder}/.zgroup"):
        return None
    return Group(folder, _ome(attributes), path, 2)


def _ome(attributes: object) -> Mapping[str, Any]:
    if not isinstance(attributes, dict):
        return {}
    ome = attributes.get("ome")
    return {**attributes, **ome} if isinstance(ome, dict) else attributes


def read_array(folder: str) -> Array | None:
    """Return an array's header; ``None`` if there is none.

    Raises
    ------
    DamagedFileError
        If its metadata is no JSON object, or has no shape.
    """
    path = f"{folder}/.zarray"
    node = read_json(path)
    if node is None:
        path = f"{folder}/zarr.json"
        node = read_json(path)
        if node is None or node.get("node_type") == "group":
            return None
    shape = node.get("shape")
    if not isinstance(shape, list) or not all(_is_extent(n) for n in shape):
        raise DamagedFileError(path, "the array's shape, a list of whole numbers")
    names = node.get("dimension_names")
    return Array(
        tuple(shape),
        _pixel_type(node.get("dtype", node.get("data_type"))),
        tuple(str(name) for name in names) if isinstance(names, list) else None,
    )


def _is_extent(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _pixel_type(written: object) -> str | None:
    if not isinstance(written, str):
        return None
    return _KINDS.get(written.lstrip("<>|=")) or _NAMES.get(written, written)
