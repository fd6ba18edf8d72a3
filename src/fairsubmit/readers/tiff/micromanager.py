"""Micro-Manager: stacks, ND-TIFF and folders of images, of versions 1.4 and 2.

OME-TIFF that Micro-Manager writes is read as OME-TIFF.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.readers.about import About
from fairsubmit.readers.plates.beside import descriptions
from fairsubmit.readers.source import opened
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.micromanager_files import (
    frames_beside,
    is_stack,
    stack_frame,
    stack_of,
    text_of,
)
from fairsubmit.readers.tiff.micromanager_records import (
    FORMAT,
    READER,
    folder_records,
    stack_records,
)
from fairsubmit.readers.tiff.micromanager_summary import Summary
from fairsubmit.readers.tiff.ndtiff import is_index, nd_records
from fairsubmit.readers.tiff.structure import open_tiff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["MicroManager"]

_SUMMARY = re.compile(rb'"Summary"\s*:\s*\{')
_WRITER = re.compile(rb"MicroManager|Micro-Manager|MetadataVersion|PixelSize_um")


class MicroManager:
    """Stacks, ND-TIFF and folders of images of Micro-Manager."""

    name = READER
    suffixes: Sequence[str] = (".tif", ".tiff")
    about = About(
        FORMAT,
        (".tif", "metadata.txt", "NDTiff.index"),
        "positions, channels, z and time, pixel size, time step, objective, date",
        "files written by ndtiff, and from the specification",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a stack, or describes the images beside it."""
        if is_stack(head):
            return True
        name = path.name.lower()
        if name == "metadata.txt":
            return _is_text(head) and bool(frames_beside(path))
        return name == "ndtiff.index" and is_index(head)

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the description of the images in the file's folder."""
        name = path.name.lower()
        if not name.endswith((".tif", ".tiff")):
            return ()
        found = descriptions(path.parent)
        names = found.ndtiff
        if name.startswith("img_"):
            names = (*found.metadata, *names)
        return [path.parent / name for name in names]

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each position.

        Raises
        ------
        DamagedFileError
            If it is neither a stack nor a description of images.
        ReadError
            If it cannot be opened.
        """
        with opened(path) as source:
            head = source.head
            if is_stack(head):
                tiff = open_tiff(source)
                problems = check(tiff)
                stack = stack_of(source)
                summary = Summary(stack.summary, stack_frame(tiff))
                return stack_records(path, tiff, stack, summary, problems)
            if _is_text(head):
                return folder_records(path, Summary(*text_of(source)))
        if is_index(head):
            return nd_records(path)
        expected = "the header of a Micro-Manager stack, or its metadata"
        raise DamagedFileError(path.as_posix(), expected, offset=0)


def _is_text(head: bytes) -> bool:
    start = head[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(b"{"):
        return False
    return bool(_SUMMARY.search(head) and _WRITER.search(head))
