"""VSI of cellSens and of Olympus' slide scanners: a file, and a folder of ETS files.

The VSI is a TIFF of a preview with a tree of records that nobody has documented; the
pixels of ``Image.vsi`` are in ``_Image_/stack1/frame_t.ets`` and so on. What is read
are the headers of the ETS files: sizes, pixel types, and whether they are whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.readers.about import About

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Vsi"]

# A little-endian TIFF whose header is followed by the first set of records.
_TIFF, _RECORDS = b"II*\0", b"\x18\x00IS"


class Vsi:
    """A VSI speaks for the ETS files in the folder that is named like it."""

    name = "olympus_vsi"
    suffixes: Sequence[str] = (".vsi",)
    about = About(
        "Olympus VSI",
        (".vsi", ".ets"),
        "size and pixel type of each image; missing and cut ETS files",
        "files written from the structure",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a TIFF that begins with cellSens' records, and named VSI.

        TIFF files that cellSens exports begin alike, and hold their pixels themselves.
        """
        if not head.startswith(_TIFF) or not head.startswith(_RECORDS, 8):
            return False
        return path.suffix.lower() == ".vsi"

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the VSI that a file of ``_name_/stack1`` belongs to."""
        folder = path.parent.parent
        name = folder.name
        named = len(name) > 2 and name[0] == name[-1] == "_"
        if not named or not path.parent.name.lower().startswith("stack"):
            return ()
        return (folder.with_name(f"{name[1:-1]}.vsi"),)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each ETS file.

        Raises
        ------
        DamagedFileError
            If no ETS file can be read.
        ReadError
            If the file cannot be opened.
        """
        from fairsubmit.readers.olympus.ets import read_vsi

        return read_vsi(path, self.about.format, self.name)
