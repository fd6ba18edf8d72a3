"""EMD (``.emd``): electron microscopy data of two families that share a suffix.

Velox (Thermo Fisher) keeps images below ``Data/Image`` with their metadata as JSON;
EMD of the National Center for Electron Microscopy and its followers (0.1 to 1.0, also
by py4DSTEM) marks groups of arrays with ``emd_group_type``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.errors import UnsupportedFormatError
from fairsubmit.readers.about import About
from fairsubmit.readers.hdf5.file import EXTRA, Hdf5File
from fairsubmit.readers.hdf5.layout import EMD, layout
from fairsubmit.readers.hdf5.ncem import ncem_records
from fairsubmit.readers.hdf5.velox import velox_records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Emd"]

FORMAT = "EMD"


class Emd:
    """EMD of Velox, and EMD by the open specification."""

    name = "emd"
    suffixes: Sequence[str] = (".emd",)
    about = About(
        FORMAT,
        (".emd",),
        "pixel size, detector, instrument, date and frames of Velox images; axes of "
        "arrays by the open EMD specification; spectra are no images",
        "15 real files",
        library="h5py",
        licence="BSD-3-Clause",
        extra=EXTRA,
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is HDF5 laid out by Velox or by the EMD specification."""
        return layout(path, head) == EMD

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each image.

        Raises
        ------
        MissingReaderError
            If h5py is not installed.
        UnsupportedFormatError
            If there are spectra or lists of points, but no image.
        ReadError
            If it cannot be opened.
        """
        shown = path.as_posix()
        with Hdf5File(path, FORMAT) as file:
            found = velox_records(file.root, shown) or ncem_records(file.root, shown)
        if not found:
            message = f"{shown} is EMD without an image"
            raise UnsupportedFormatError(message)
        return found
