"""OIF and OIB of FluoView (FV300 to FV1200): one acquisition, as a folder or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.readers.about import About
from fairsubmit.readers.olympus.compound import MAGIC
from fairsubmit.readers.olympus.settings import looks_like_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Oib", "Oif"]

FOLDER = ".files"
_READS = (
    "pixel size, time step, channels, dyes, wavelengths, objective, date, microscope, "
    "missing planes"
)
_TESTED = "files written from the structure"
# The name of the stream that lists the others, as the directory has it.
_INFO = "OibInfo.txt".encode("utf-16-le")


class Oif:
    """A text of settings, and a folder of the same name with the planes."""

    name = "olympus_oif"
    suffixes: Sequence[str] = (".oif",)
    about = About("Olympus OIF", (".oif",), _READS, _TESTED)

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a text of settings that is named as the main one."""
        return path.suffix.lower() == ".oif" and looks_like_settings(head)

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the settings that the folder of a file belongs to."""
        folder = path.parent
        if not folder.name.lower().endswith(".oif" + FOLDER):
            return ()
        return (folder.with_name(folder.name[: -len(FOLDER)]),)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the record of the acquisition.

        Raises
        ------
        DamagedFileError
            If the settings describe no image.
        ReadError
            If the file cannot be opened.
        """
        from fairsubmit.readers.olympus.read import read_oif

        return read_oif(path, self.about.format, self.name)


class Oib:
    """The files of an OIF in one compound file."""

    name = "olympus_oib"
    suffixes: Sequence[str] = (".oib",)
    about = About("Olympus OIB", (".oib",), _READS, "1 real file")

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a compound file with FluoView's list, or named as one."""
        if not head.startswith(MAGIC):
            return False
        # The directory may lie behind the pixels; other programs write other names.
        return _INFO in head or path.suffix.lower() == ".oib"

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the record of the acquisition.

        Raises
        ------
        DamagedFileError
            If the tables or the settings lie behind the end of the file.
        ReadError
            If the file cannot be opened.
        """
        from fairsubmit.readers.olympus.read import read_oib

        return read_oib(path, self.about.format, self.name)
