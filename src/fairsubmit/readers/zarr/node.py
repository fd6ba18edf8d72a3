"""Zarr groups and arrays as plain JSON: versions 2 and 3, no library, no chunks.

Sources: Zarr storage specification version 2 (``.zgroup``, ``.zattrs``, ``.zarray``)
and core specification version 3.0 (``zarr.json``).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fairsubmit.errors import DamagedFileError
from fairsubmit.readers.zarr.document import parse, texts
from fairsubmit.readers.zarr.pixel_types import item_size, pixel_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.readers.zarr.store import Store

__all__ = ["ARRAY_FILES", "NODE_FILES", "Array", "Chunks", "Group", "Nodes", "is_zarr"]

NODE_FILES = ("zarr.json", ".zattrs", ".zgroup", ".zarray")
ARRAY_FILES = {2: (".zarray", "zarr.json"), 3: ("zarr.json", ".zarray")}
MAX_DIMENSIONS = 32
MAX_EXTENT = 1 << 63
# Fields of a plate are described in the same words.
KEPT = 64


@dataclass(frozen=True, slots=True)
class Group:
    """A group: its prefix, its OME attributes and the Zarr version."""

    prefix: str
    attributes: Mapping[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class Chunks:
    """The grid of an array's chunks (with sharding: of its shards).

    Attributes
    ----------
    grid
        Number of chunks along each dimension.
    start
        What their keys start with: ``c`` in Zarr 3.
    separator
        Between the numbers of a key; ``None`` where Zarr 2 does not say.
    bytes
        Of every chunk where they are stored as they are.
    fill_value
        What an absent chunk reads as.
    """

    grid: tuple[int, ...]
    start: str
    separator: str | None
    bytes: int | None
    fill_value: object


@dataclass(frozen=True, slots=True)
class Array:
    """An array's header; `names` are version 3's ``dimension_names``."""

    shape: tuple[int, ...]
    pixel_type: str | None
    type_problem: str | None
    names: tuple[str, ...] | None
    chunks: Chunks | None


def is_zarr(folder: str) -> bool:
    """Whether a folder is a Zarr group or array."""
    return any(_exists(f"{folder}/{name}") for name in NODE_FILES)


def _exists(path: str) -> bool:
    try:
        return os.access(path, os.F_OK)
    except ValueError:  # a NUL in the name
        return False


class Nodes:
    """Reads the groups and arrays of one hierarchy.

    Parameters
    ----------
    store
        Where it is.

    Attributes
    ----------
    version
        Zarr version to try first: that of the groups above.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.version = 3
        self._arrays: dict[bytes, Array] = {}

    def json(self, key: str) -> dict[str, Any] | None:
        """Return a JSON object; ``None`` if there is no such key.

        Raises
        ------
        ReadError
            If it cannot be read, or is no JSON object.
        """
        raw = self.store.read(key)
        return None if raw is None else parse(raw, self.store.where(key))

    def exists(self, prefix: str) -> bool:
        """Whether there is a group or an array."""
        return any(self.store.has(prefix + name) for name in NODE_FILES)

    def has_array(self, prefix: str) -> bool:
        """Whether there is an array."""
        return any(self.store.has(prefix + n) for n in ARRAY_FILES[self.version])

    def group(self, prefix: str) -> Group | None:
        """Return a group with its OME attributes; ``None`` if there is none.

        Version 3 keeps them below ``ome``; files between the versions do not.

        Raises
        ------
        ReadError
            If its metadata cannot be read, or is no JSON object.
        """
        if self.version == 2:
            return self._group_2(prefix) or self._group_3(prefix)
        return self._group_3(prefix) or self._group_2(prefix)

    def _group_3(self, prefix: str) -> Group | None:
        node = self.json(f"{prefix}zarr.json")
        if node is None or node.get("node_type") == "array":
            return None
        return Group(prefix, _ome(node.get("attributes")), 3)

    def _group_2(self, prefix: str) -> Group | None:
        attributes = self.json(f"{prefix}.zattrs")
        if attributes is None and not self.store.has(f"{prefix}.zgroup"):
            return None
        return Group(prefix, _ome(attributes), 2)

    def array(self, prefix: str) -> Array | None:
        """Return an array's header; ``None`` if there is none.

        Raises
        ------
        ReadError
            If its metadata cannot be read, is no JSON object, or has no shape.
        """
        for name in ARRAY_FILES[self.version]:
            raw = self.store.read(prefix + name)
            if raw is None:
                continue
            found = self._arrays.get(raw)
            if found is None:
                shown = self.store.where(prefix + name)
                node = parse(raw, shown)
                if node.get("node_type") == "group":
                    continue
                found = _array(node, shown)
                if len(self._arrays) == KEPT:
                    self._arrays.clear()
                self._arrays[raw] = found
            return found
        return None


def _ome(attributes: object) -> Mapping[str, Any]:
    if not isinstance(attributes, dict):
        return {}
    ome = attributes.get("ome")
    return {**attributes, **ome} if isinstance(ome, dict) else attributes


def _array(node: Mapping[str, Any], shown: str) -> Array:
    shape = _extents(node.get("shape"))
    if shape is None:
        raise DamagedFileError(shown, "the array's shape, a list of whole numbers")
    names = node.get("dimension_names")
    known = texts(names)
    written = node.get("dtype", node.get("data_type"))
    kind, problem = pixel_type(written)
    return Array(
        shape,
        kind,
        problem,
        tuple(known) if isinstance(names, list) and len(known) == len(names) else None,
        _chunks(node, shape, item_size(written)),
    )


def _extents(value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list) or len(value) > MAX_DIMENSIONS:
        return None
    if any(isinstance(n, bool) or not isinstance(n, int) for n in value):
        return None
    return tuple(value) if all(0 <= n < MAX_EXTENT for n in value) else None


def _chunks(
    node: Mapping[str, Any], shape: tuple[int, ...], item: int | None
) -> Chunks | None:
    """Return the grid of chunks, where it is a regular one."""
    old = "dtype" in node
    lengths = _extents(
        node.get("chunks") if old else _chunk_shape(node.get("chunk_grid"))
    )
    if lengths is None or len(lengths) != len(shape) or 0 in lengths:
        return None
    grid = tuple(-(-n // size) for n, size in zip(shape, lengths, strict=True))
    keys = _keys_2(node) if old else _keys_3(node.get("chunk_key_encoding"))
    if keys is None:
        return None
    plain = _is_plain_2(node) if old else _is_plain_3(node.get("codecs"))
    size = item if plain else None
    for length in lengths if size is not None else ():
        size = (size or 0) * length
    return Chunks(grid, *keys, size, node.get("fill_value"))


def _chunk_shape(grid: object) -> object:
    if not isinstance(grid, dict) or grid.get("name") != "regular":
        return None
    return _configuration(grid).get("chunk_shape")


def _configuration(extension: Mapping[str, Any]) -> Mapping[str, Any]:
    found = extension.get("configuration")
    return found if isinstance(found, dict) else {}


def _keys_2(node: Mapping[str, Any]) -> tuple[str, str | None] | None:
    separator = node.get("dimension_separator")
    return ("", separator if separator in (".", "/") else None)


def _keys_3(encoding: object) -> tuple[str, str | None] | None:
    """Return the start of the keys and their separator, by the core specification."""
    if not isinstance(encoding, dict):
        return None
    separator = _configuration(encoding).get("separator")
    if encoding.get("name") == "default":
        return ("c", "." if separator == "." else "/")
    if encoding.get("name") == "v2":
        return ("", "/" if separator == "/" else ".")
    return None


def _is_plain_2(node: Mapping[str, Any]) -> bool:
    return node.get("compressor", 0) is None and not node.get("filters")


def _is_plain_3(codecs: object) -> bool:
    if not isinstance(codecs, list) or not codecs:
        return False
    names = [codec.get("name") if isinstance(codec, dict) else None for codec in codecs]
    return all(name in ("bytes", "transpose", "endian") for name in names)
