"""OME-TIFF: TIFF or BigTIFF with OME-XML in the first page's ImageDescription.

Source: the OME-TIFF specification (OME Consortium, 6.x documentation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.readers.about import About
from fairsubmit.readers.ome.file import has_ome_xml
from fairsubmit.readers.ome.files import records
from fairsubmit.readers.source import opened
from fairsubmit.readers.tiff.structure import is_tiff, open_tiff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["OmeTiff"]


class OmeTiff:
    """OME-TIFF, single files and sets; sub-resolutions are not images."""

    name = "ome_tiff"
    suffixes: Sequence[str] = (
        ".ome.tif",
        ".ome.tiff",
        ".ome.tf2",
        ".ome.tf8",
        ".ome.btf",
    )
    about = About(
        "OME-TIFF",
        (".ome.tif", ".ome.tiff", ".ome.btf", ".companion.ome"),
        "all that OME-XML holds; sets of files, pyramids, every schema since 2003",
        "11 real files, 56 made for their faults",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a TIFF whose description is OME-XML."""
        if not is_tiff(head):
            return False
        try:
            with opened(path) as source:
                return has_ome_xml(open_tiff(source))
        except ReadError:
            return False

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the records of the file or its set.

        Raises
        ------
        DamagedFileError
            If neither OME-XML nor pages can be read.
        ReadError
            If the file cannot be opened.
        """
        return records(path)
