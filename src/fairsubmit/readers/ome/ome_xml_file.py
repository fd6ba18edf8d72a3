"""OME-XML files: companions of OME-TIFF sets, and metadata on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.readers.about import About
from fairsubmit.readers.ome.files import records
from fairsubmit.readers.ome.xml import looks_like_ome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["OmeXmlFile"]


class OmeXmlFile:
    """A file that is an OME-XML document."""

    name = "ome_xml"
    suffixes: Sequence[str] = (".companion.ome", ".ome.xml", ".ome")
    about = About(
        "OME-XML",
        (".ome.xml", ".companion.ome", ".ome"),
        "all that OME-XML holds",
        "25 real files of nine schema versions",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether the document's root is OME."""
        return looks_like_ome(head)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the records of the file or its set.

        Raises
        ------
        DamagedFileError
            If the OME-XML cannot be read or describes no image.
        ReadError
            If the file cannot be opened.
        """
        return records(path)
