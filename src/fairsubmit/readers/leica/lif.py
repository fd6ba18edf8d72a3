"""LIF: a Leica project, one file with the XML of all images and their pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.readers.about import About
from fairsubmit.readers.leica.container import is_container

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Lif"]

_TEXT_START = 13
_ROOT = "<LMSDataContainer".encode("utf-16-le")
SIDECAR = ".lifext"


class Lif:
    """Leica Image File of LAS X and LAS AF."""

    name = "leica_lif"
    suffixes: Sequence[str] = (".lif",)
    about = About(
        "Leica LIF",
        (".lif",),
        "pixel size, channels, dyes, wavelengths, objective, microscope, date, program",
        "1 real file with 3 images, files written from the structure",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it starts with a Leica header whose text is a project's XML."""
        return is_container(head) and head.startswith(_ROOT, _TEXT_START)

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the project that a side file of pyramids belongs to."""
        if path.suffix.lower() != SIDECAR:
            return ()
        return (path.with_suffix(".lif"),)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each image of the project.

        Raises
        ------
        DamagedFileError
            If the XML is missing or holds no image.
        UnsupportedFormatError
            If it is the side file of a project, with reduced copies of its images.
        ReadError
            If the file cannot be opened.
        """
        from fairsubmit.readers.leica.project import read_lif

        return read_lif(path, self.about.format, self.name)
