"""XLEF and what it refers to: a LAS X project as many files.

An XLEF (experiment), XLCF (collection) or XLLF (folder) lists others; an XLIF has the
XML of one image, whose pixels are in a LOF or in TIFF files.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from fairsubmit.readers.about import About
from fairsubmit.readers.sets import named_beside

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Xlef"]

LISTS = (".xlef", ".xllf")
_MEMBERS = frozenset({".xlif", ".xlcf", ".xllf", ".lof"})
_FRAMES = frozenset({".tif", ".tiff", ".jpg", ".png", ".bmp"})
# Where LAS X puts what it writes beside exported images.
_FOLDERS = ("LeicaMetadata", "Metadata")
_ROOT = b"<LMSDataContainerHeader"
_START = 1 << 10


class Xlef:
    """A LAS X project as many files; the XLEF speaks for them."""

    name = "leica_xlef"
    suffixes: Sequence[str] = (".xlef", ".xlif", ".xlcf", ".xllf")
    about = About(
        "Leica XLEF",
        (".xlef", ".xlif", ".xlcf", ".xllf"),
        "as LIF; missing files",
        "files written from the structure",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it is the XML of a Leica project."""
        start = head[:_START]
        marks = (b"<", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        if not start.startswith((*marks, b"\0<")):
            return False
        return _ROOT in start.replace(b"\0", b"")

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the lists around a file, then the XLIF that is named like it."""
        suffix = path.suffix.lower()
        here = path.parent
        if suffix in _MEMBERS:
            folders = [here, here.parent, here.parent.parent]
        elif suffix in _FRAMES:
            folders = [here, *(here / name for name in _FOLDERS), here.parent]
        else:
            return ()
        found = [
            folder / name
            for folder in folders
            for name in named_beside(str(folder), LISTS)
        ]
        if suffix != ".xlif":
            found += _alike(path, folders)
        return [lead for lead in found if lead != path]

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each image that the file holds or refers to.

        Raises
        ------
        DamagedFileError
            If no image can be read.
        ReadError
            If the file cannot be opened.
        """
        from fairsubmit.readers.leica.files import read_files

        return read_files(path, self.about.format, self.name)


def _alike(path: Path, folders: Sequence[Path]) -> list[Path]:
    """Return the XLIFs whose name a file's begins with: "a.xlif" and "a_z01.tif"."""
    stem = path.stem.lower()
    return [
        folder / name
        for folder in folders
        for name in named_beside(str(folder), (".xlif",))
        if stem.startswith(name.lower().removesuffix(".xlif"))
    ]
