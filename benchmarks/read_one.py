"""Read one image's metadata over and over; print the best seconds per read.

usage: read_one.py fairsubmit|ome-types|bioio FILE REPEATS
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def reader(tool: str) -> Callable[[Path], object]:
    """Return the tool's own full way from a path to metadata."""
    if tool == "fairsubmit":
        from fairsubmit.readers import read_image

        return read_image
    if tool == "ome-types":
        from ome_types import from_tiff

        return from_tiff
    from bioio import BioImage

    def read(path: Path) -> object:
        image = BioImage(path)
        return image.dims, image.channel_names, image.physical_pixel_sizes

    return read


def main() -> None:
    tool, path, repeats = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    read = reader(tool)
    read(path)
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        read(path)
        seconds.append(time.perf_counter() - began)
    print(json.dumps({"seconds": min(seconds)}))


if __name__ == "__main__":
    main()
