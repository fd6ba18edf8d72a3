"""Read one image's metadata over and over; print the best seconds per read.

usage: read_one.py TOOL FILE REPEATS
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

Read = Callable[[Path], object]


def fairsubmit() -> Read:
    from fairsubmit.readers import read_image

    def read(path: Path) -> object:
        found = read_image(path)
        assert found.images, found
        return found

    return read


def unchecked() -> Read:
    """All that fairsubmit does, but for looking whether the pages are all there."""
    from fairsubmit.readers import find_reader
    from fairsubmit.readers.ome.files import records
    from fairsubmit.readers.source import Source, shared

    def read(path: Path) -> object:
        with Source(path) as source, shared(source):
            assert find_reader(path, source.head)
            return records(path, whole=False)

    return read


def ome_types() -> Read:
    from ome_types import from_tiff, from_xml

    def read(path: Path) -> object:
        return from_xml(path) if path.suffix == ".xml" else from_tiff(path)

    return read


def bioio() -> Read:
    from bioio import BioImage

    def read(path: Path) -> object:
        image = BioImage(path)
        return image.dims, image.channel_names, image.physical_pixel_sizes

    return read


def tifffile_lxml() -> Read:
    """The XML as a tree, and nothing made of it."""
    from lxml import etree
    from tifffile import TiffFile

    parser = etree.XMLParser(huge_tree=True)

    def read(path: Path) -> object:
        with TiffFile(path) as tiff:
            return etree.fromstring(tiff.pages[0].description.encode(), parser)

    return read


def pylibczirw() -> Read:
    from pylibCZIrw import czi

    def read(path: Path) -> object:
        with czi.open_czi(str(path)) as document:
            return document.metadata, document.total_bounding_box

    return read


def zarr_python() -> Read:
    """What every well, image and first array of a plate say."""
    import zarr

    def image(group: zarr.Group) -> object:
        scales = group.attrs["multiscales"][0]
        array = group[scales["datasets"][0]["path"]]
        return scales, dict(group.attrs), array.shape, array.dtype

    def read(path: Path) -> object:
        plate = zarr.open_group(path, mode="r")
        return [
            image(well[each["path"]])
            for entry in plate.attrs["plate"]["wells"]
            for well in [plate[entry["path"]]]
            for each in well.attrs["well"]["images"]
        ]

    return read


TOOLS = {
    "fairsubmit": fairsubmit,
    "unchecked": unchecked,
    "ome-types": ome_types,
    "bioio": bioio,
    "tifffile + lxml": tifffile_lxml,
    "pylibCZIrw": pylibczirw,
    "zarr-python": zarr_python,
}


def main() -> None:
    read = TOOLS[sys.argv[1]]()
    path, repeats = Path(sys.argv[2]), int(sys.argv[3])
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        read(path)
        seconds.append(time.perf_counter() - began)
    # The first read of several warms up.
    print(json.dumps({"seconds": min(seconds[1:] or seconds)}))


if __name__ == "__main__":
    main()
