"""Plates of Yokogawa CellVoyager microscopes (CV7000, CV8000, CQ1).

XML beside the images: ``MeasurementData.mlf`` lists every plane's file,
``MeasurementDetail.mrf`` holds pixel sizes, the ``.mes`` file objectives and lasers,
the ``.wpi`` file the plate.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.readers.about import About
from fairsubmit.readers.plates.beside import above, descriptions
from fairsubmit.readers.plates.cellvoyager.planes import Listed
from fairsubmit.readers.plates.cellvoyager.record import FORMAT, Plate
from fairsubmit.readers.plates.cellvoyager.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["CellVoyager"]

NAMESPACE = b"http://www.yokogawa.co.jp/BTS/"
_MEMBERS = (".tif", ".tiff", ".png", ".mrf", ".mes", ".wpi")
_BELOW = re.compile("images?|projection", re.IGNORECASE)


class CellVoyager:
    """Plates of Yokogawa CV7000, CV8000 and CQ1."""

    name = "cellvoyager"
    suffixes: Sequence[str] = (".mlf",)
    about = About(
        FORMAT,
        (".mlf",),
        "wells and fields, z and time, channels, lasers, pixel size, objective, date, "
        "files",
        "files written from real descriptions",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it is XML of Yokogawa's list of measured images."""
        start = head[:1024]
        return NAMESPACE in start and b"MeasurementData" in start

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the list of images in the file's folder, or above its ``Image``."""
        if not path.name.lower().endswith(_MEMBERS):
            return ()
        return [
            folder / name
            for folder in above(path.parent, _BELOW, 1)
            for name in descriptions(folder).mlf
        ]

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each field of each well.

        Raises
        ------
        DamagedFileError
            If it is no list of images, or lists none.
        ReadError
            If it cannot be opened.
        """
        listed = Listed(path)
        listed.run()
        if not listed.fields and not listed.projected:
            expected = "a MeasurementRecord of an image"
            raise DamagedFileError(path.as_posix(), expected)
        return Plate(path, listed, settings_of(path)).records()
