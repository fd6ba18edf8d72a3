"""ND2 of NIS-Elements, through the library nd2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.readers.about import About
from fairsubmit.readers.nikon.chunks import MAGIC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Nd2"]

# Files until 2008 are JPEG 2000 with boxes of their own; the first box is JPEG 2000's.
_OLD_MAGIC = b"\x00\x00\x00\x0cjP  "


class Nd2:
    """Nikon ND2; one record for each position of the stage."""

    name = "nikon_nd2"
    suffixes: Sequence[str] = (".nd2",)
    about = About(
        "Nikon ND2",
        (".nd2",),
        "pixel size, time step, channels, wavelengths, modality, objective, "
        "microscope, camera, date, positions, ROIs, program",
        "1 real file",
        "nd2",
        "BSD-3-Clause",
        "nd2",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it starts as ND2 does; JPEG 2000 is ND2 only by its name."""
        if head.startswith(MAGIC):
            return True
        return head.startswith(_OLD_MAGIC) and path.suffix.lower() == ".nd2"

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each position of the stage.

        Raises
        ------
        DamagedFileError
            If the chunks that describe the image are missing or cannot be decoded.
        MissingReaderError
            If the library is not installed.
        ReadError
            If the file cannot be opened.
        """
        from fairsubmit.readers.nikon.read import read_nd2

        return read_nd2(path, self.about.format, self.name)
