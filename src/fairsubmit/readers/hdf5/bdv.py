"""BigDataViewer: an XML and its HDF5, N5 or OME-Zarr.

The XML leads: it has sizes, voxel sizes and channels. One record for each combination
of angle, tile and illumination, with its channels; an HDF5 file whose XML is not there
gives the sizes of its view setups.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    PhysicalSize,
    Problem,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.hdf5.bdv_dataset import NAME, Dataset
from fairsubmit.readers.hdf5.bdv_pixels import FORMAT, cells
from fairsubmit.readers.hdf5.bdv_xml import looks_like_bdv, parse
from fairsubmit.readers.hdf5.file import EXTRA, Group, Hdf5File, is_hdf5
from fairsubmit.readers.hdf5.layout import BDV, TIME_POINT, VIEW_SETUP, layout
from fairsubmit.readers.sets import named_beside
from fairsubmit.readers.source import opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["BigDataViewer"]

MAX_BESIDE = 4
MAX_RECORDS = 10_000
_MEMBERS = (".h5", ".hdf5", ".zarr")
# The files of the partitions of a large dataset: name-01-00.h5.
_PARTITION = re.compile(r"-\d+-\d+$")


class BigDataViewer:
    """BigDataViewer and BigStitcher datasets."""

    name = NAME
    suffixes: Sequence[str] = (".bdv.xml", ".bdv.h5")
    about = About(
        FORMAT,
        (".xml", ".h5"),
        "voxel sizes, channels, angles, tiles and time points of the XML; pixel type "
        "and missing views of its HDF5, N5 or OME-Zarr",
        "files written by npy2bdv, and from the specification",
        library="h5py",
        licence="BSD-3-Clause",
        extra=EXTRA,
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is XML with a SpimData element, or HDF5 laid out for it."""
        return looks_like_bdv(head) or layout(path, head) == BDV

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the XML beside an HDF5 file or OME-Zarr folder, by their names."""
        if not path.name.lower().endswith(_MEMBERS):
            return ()
        names = named_beside(path.parent.as_posix(), (".xml",))
        stem = path.name.partition(".")[0]
        own = {f"{stem}.xml", f"{_PARTITION.sub('', stem)}.xml"}
        same = [name for name in names if name in own]
        others = names if len(names) <= MAX_BESIDE else same
        return tuple(path.with_name(name) for name in dict.fromkeys([*same, *others]))

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each angle, tile and illumination.

        Raises
        ------
        DamagedFileError
            If the file names no image.
        MissingReaderError
            If h5py is not installed, for an HDF5 file without its XML.
        ReadError
            If it cannot be opened.
        """
        with opened(path) as source:
            if not is_hdf5(source.head):
                return Dataset(path, parse(source)).records()
        return _without_xml(path)


def _without_xml(path: Path) -> list[ImageMetadata]:
    """Read an HDF5 file of which the XML is not there.

    Raises
    ------
    DamagedFileError
        If there is no view.
    ReadError
        If it cannot be opened.
    """
    shown = path.as_posix()
    with Hdf5File(path, FORMAT) as file:
        names = file.root.names()
        times = sorted(int(m[1]) for n in names if (m := TIME_POINT.fullmatch(n)))
        setups = sorted(int(m[1]) for n in names if (m := VIEW_SETUP.fullmatch(n)))
        found: list[ImageMetadata] = []
        for setup in setups[:MAX_RECORDS]:
            record = _view(file.root, shown, len(found), (setup, times))
            if record is not None:
                found.append(record)
    if not found:
        expected = "the pixels of a view setup, as in t00000/s00/0/cells"
        raise DamagedFileError(shown, expected)
    return found


def _view(
    root: Group, shown: str, series: int, which: tuple[int, list[int]]
) -> ImageMetadata | None:
    setup, times = which
    views = (cells(root, time, setup) for time in times[:MAX_BESIDE])
    view = next((view for view in views if view is not None), None)
    if view is None:
        return None
    message = "has no XML beside it: no voxel sizes, channels and angles"
    problem = Problem("companion-missing", message, f"s{setup:02d}")
    x, y, z = (extent or None for extent in view.size)
    source = f"t{times[0]:05d}/s{setup:02d}/0/cells"
    return ImageMetadata(
        shown,
        series,
        format=FORMAT,
        reader=NAME,
        dimension_order="XYZCT",
        size=ImageSize(x, y, z, 1, len(times)),
        pixel_type=view.pixel_type,
        physical_size=PhysicalSize(),
        channels=(Channel(0, samples_per_pixel=1),),
        files=(shown,),
        problems=(problem,),
        provenance={f"size.{axis}": source for axis in "xyz"},
    )
