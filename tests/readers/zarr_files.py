"""OME-Zarr folders, written from the NGFF and Zarr specifications."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

from fairsubmit.readers import read_image

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

AXES: list[dict[str, str]] = [
    {"name": "t", "type": "time", "unit": "millisecond"},
    {"name": "c", "type": "channel"},
    {"name": "z", "type": "space", "unit": "micrometer"},
    {"name": "y", "type": "space", "unit": "micrometer"},
    {"name": "x", "type": "space", "unit": "micrometer"},
]
SHAPE = [2, 3, 4, 50, 60]
CHUNKS = [1, 1, 4, 25, 30]
SCALE = [1.0, 1.0, 0.5, 0.25, 0.25]


def dump(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def write_group(folder: Path, attributes: dict[str, Any], version: int) -> Path:
    if version == 2:
        dump(folder / ".zgroup", {"zarr_format": 2})
        dump(folder / ".zattrs", attributes)
    else:
        ome = {"attributes": {"ome": {"version": "0.5", **attributes}}}
        dump(folder / "zarr.json", {"zarr_format": 3, "node_type": "group", **ome})
    return folder


def header(version: int, **changes: Any) -> dict[str, Any]:
    """Return an array's metadata, of 2 x 3 x 1 x 2 x 2 chunks unless changed."""
    if version == 2:
        found = {
            "zarr_format": 2,
            "shape": SHAPE,
            "chunks": CHUNKS,
            "dtype": "<u2",
            "compressor": {"id": "blosc"},
            "fill_value": 0,
            "order": "C",
            "filters": None,
            "dimension_separator": "/",
        }
    else:
        grid = {"chunk_shape": changes.pop("chunks", CHUNKS)}
        keys = {"separator": changes.pop("separator", "/")}
        found = {
            "zarr_format": 3,
            "node_type": "array",
            "shape": SHAPE,
            "data_type": "uint16",
            "chunk_grid": {"name": "regular", "configuration": grid},
            "chunk_key_encoding": {"name": "default", "configuration": keys},
            "fill_value": 0,
            "codecs": [{"name": "bytes"}, {"name": "zstd"}],
            "dimension_names": [axis["name"] for axis in AXES],
        }
    return {k: v for k, v in {**found, **changes}.items() if v is not ...}


def chunk_paths(version: int, node: dict[str, Any]) -> list[str]:
    """Return the keys of all chunks, by the specifications."""
    if version == 2:
        chunks, start = node["chunks"], []
        separator = node.get("dimension_separator", ".")
    else:
        chunks = node["chunk_grid"]["configuration"]["chunk_shape"]
        encoding = node["chunk_key_encoding"]
        start = ["c"] if encoding["name"] == "default" else []
        separator = encoding["configuration"]["separator"]
    counts = [-(-n // size) for n, size in zip(node["shape"], chunks, strict=True)]
    places = product(*(range(n) for n in counts))
    return [separator.join([*start, *map(str, place)]) or "0" for place in places]


def write_array(
    folder: Path, version: int, *, size: int = 8, **changes: Any
) -> list[Path]:
    """Write an array with all its chunks, of `size` bytes; return their paths."""
    node = header(version, **changes)
    dump(folder / (".zarray" if version == 2 else "zarr.json"), node)
    paths = [folder / key for key in chunk_paths(version, node)]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    return paths


def multiscale(**changes: Any) -> dict[str, Any]:
    step = {"type": "scale", "scale": SCALE}
    datasets = [{"path": "0", "coordinateTransformations": [step]}]
    return {"version": "0.4", "axes": AXES, "datasets": datasets, **changes}


def write_image(
    folder: Path, version: int, attributes: dict[str, Any] | None = None, **changes: Any
) -> Path:
    """Write an image of one resolution; `changes` are of its ``multiscales`` entry."""
    array = changes.pop("array", {})
    entry = multiscale(**changes)
    write_group(folder, {"multiscales": [entry], **(attributes or {})}, version)
    write_array(folder / "0", version, **array)
    return folder


def one(path: Path) -> ImageMetadata:
    extraction = read_image(path)
    assert extraction.findings == ()
    (found,) = extraction.images
    return found


def codes(found: ImageMetadata, *, error: bool | None = None) -> list[str]:
    return [p.code for p in found.problems if error is None or p.error is error]
