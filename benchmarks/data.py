"""The files that the benchmarks work on, made once into a folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 1 << 20


def ome_tiff(path: Path, planes: int, edge: int) -> Path:
    """Write an OME-TIFF with one channel and a Plane element for each page."""
    if path.exists():
        return path
    import numpy as np
    from tifffile import imwrite

    pixels = np.zeros((planes, edge, edge), np.uint16)
    step = {
        "DeltaT": [0.5 * index for index in range(planes)],
        "ExposureTime": [0.1] * planes,
    }
    metadata = {
        "axes": "TYX",
        "PhysicalSizeX": 0.108,
        "PhysicalSizeXUnit": "µm",
        "PhysicalSizeY": 0.108,
        "PhysicalSizeYUnit": "µm",
        "TimeIncrement": 0.5,
        "TimeIncrementUnit": "s",
        "Plane": step,
    }
    imwrite(path, pixels, ome=True, photometric="minisblack", metadata=metadata)
    return path


def big_file(path: Path, size: int) -> Path:
    """Write random bytes, not sparse, so that disks and hashes do real work."""
    if not path.exists() or path.stat().st_size != size:
        block = os.urandom(BLOCK)
        with path.open("wb") as file:
            for index in range(size // BLOCK):
                file.write(index.to_bytes(8, "little") + block[8:])
    return path


def small_files(folder: Path, count: int, size: int) -> Path:
    """Write many small random files, 500 to a folder."""
    marker = folder / f".{count}x{size}"
    if not marker.exists():
        for index in range(count):
            path = folder / f"plate{index // 500:03}" / f"image{index:06}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.urandom(size))
        marker.touch()
    return folder
