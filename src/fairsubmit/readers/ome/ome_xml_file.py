"""OME-XML files: companions of OME-TIFF sets, and metadata on its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.readers.about import About
from fairsubmit.readers.ome.files import records
from fairsubmit.readers.ome.xml import looks_like_ome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["OmeXmlFile"]

_PAGE = re.compile(rb"<!DOCTYPE\s+html", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_ELEMENT = re.compile(rb"<([A-Za-z_][\w.\-]{0,64}:)?([A-Za-z_][\w.\-]{0,64})")


def _holds(head: bytes) -> bool:
    """Whether another document only speaks of OME: a style sheet, a web page."""
    text = head.replace(b"\0", b"") if b"\0" in head[:8] else head
    if b"<!DOCTYPE" in text:  # its entities may hold elements
        return _PAGE.search(text) is not None
    first = _ELEMENT.search(_COMMENT.sub(b"", text[: 1 << 13]))
    return first is not None and first[2] != b"OME"


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
        return looks_like_ome(head) and not _holds(head)

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
