"""Read the first so many OME-TIFFs of a folder with ome-types; print the seconds.

usage: read_many.py FOLDER COUNT
"""

from __future__ import annotations

import json
import sys
import time
from itertools import islice
from pathlib import Path


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    from ome_types import from_tiff

    began = time.perf_counter()
    for path in islice(folder.rglob("*.tif"), count):
        from_tiff(path)
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
