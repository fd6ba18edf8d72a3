"""Imaris 5.5 (``.ims``): HDF5 with texts as arrays of single characters.

Source: "Imaris 5.5 File Format" by Oxford Instruments (Bitplane): the group
``DataSetInfo`` holds sections of parameters, ``DataSet`` the pixels by resolution,
time point and channel. Datasets are padded to whole chunks: the attributes
``ImageSizeX``, ``Y`` and ``Z`` of a channel are the size. ``ExtMin`` and ``ExtMax``
are the outer borders of the volume.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.readers.about import About
from fairsubmit.readers.hdf5.file import EXTRA, Group, Hdf5File
from fairsubmit.readers.hdf5.imaris_image import FORMAT, NAME, Image
from fairsubmit.readers.hdf5.layout import IMARIS, layout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Imaris"]

MAX_IMAGES = 1_024


class Imaris:
    """Imaris 5.5 and later."""

    name = NAME
    suffixes: Sequence[str] = (".ims",)
    about = About(
        FORMAT,
        (".ims",),
        "pixel sizes, channels with names and wavelengths, objective, time points, "
        "recording date; the sizes without the padding of chunks",
        "1 real file",
        library="h5py",
        licence="BSD-3-Clause",
        extra=EXTRA,
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is HDF5 with the groups of Imaris."""
        return layout(path, head) == IMARIS

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each image (``DataSet``, ``DataSet1``, …).

        Raises
        ------
        DamagedFileError
            If the file is cut short, or has no pixels.
        MissingReaderError
            If h5py is not installed.
        ReadError
            If it cannot be opened.
        """
        with Hdf5File(path, FORMAT) as file:
            root = file.root
            own = root.attribute("DataSetDirectoryName") or "DataSet"
            info = root.attribute("DataSetInfoDirectoryName") or "DataSetInfo"
            found: list[ImageMetadata] = []
            for number in _images(root, own):
                dataset = root.group(f"{own}{number}")
                if dataset is None:
                    continue
                section = root.group(f"{info}{number}") or root.group(info)
                names = (f"{own}{number}", f"{info}{number}" if section else "")
                image = Image(dataset, section, names)
                found.append(image.record(path.as_posix(), len(found)))
        if not found:
            expected = "the group DataSet with the pixels"
            raise DamagedFileError(path.as_posix(), expected)
        return found


def _images(root: Group, own: str) -> list[str]:
    """Return what follows the group's own name in that of each image: ``1``, ``2``."""
    names = [n[len(own) :] for n in root.names() if n.startswith(own)]
    numbers = [n for n in names if not n or n.strip().isdecimal()]
    return sorted(numbers, key=lambda n: int(n or "0"))[:MAX_IMAGES]
