"""Plates of Operetta and Opera Phenix: Harmony's index beside a TIFF for every plane.

``Index.idx.xml`` (of some versions ``Index.xml`` or ``Index.ref.xml``, copies of one
another) has a plate, its wells, and an ``Image`` element for each plane. Later versions
keep what a channel's planes share in ``Map/Entry`` elements.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.readers.about import About
from fairsubmit.readers.plates.beside import above, descriptions
from fairsubmit.readers.plates.harmony.planes import ROOT, Index
from fairsubmit.readers.plates.harmony.record import FORMAT, Plate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Harmony"]

_MEMBERS = (".tif", ".tiff", ".xml")
_BELOW = re.compile("images?", re.IGNORECASE)


class Harmony:
    """Plates of Operetta, Operetta CLS and Opera Phenix."""

    name = "harmony"
    # Index.xml and Index.ref.xml too, but other programs use these names.
    suffixes: Sequence[str] = (".idx.xml",)
    about = About(
        FORMAT,
        ("Index.idx.xml", "Index.xml"),
        "wells and fields, z and time, channels, pixel size, objective, date, files",
        "files written from the specification",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it is XML whose root is ``EvaluationInputData``."""
        start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
        return start.startswith(b"<") and f"<{ROOT}".encode() in start

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the indices in the file's folder, or above its ``Images``."""
        if not path.name.lower().endswith(_MEMBERS):
            return ()
        found = [
            folder / name
            for folder in above(path.parent, _BELOW, 1)
            for name in descriptions(folder).indices
        ]
        return found[: found.index(path)] if path in found else found

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each field of each well.

        Raises
        ------
        DamagedFileError
            If it is no index, or has no image.
        ReadError
            If it cannot be opened.
        """
        index = Index(path)
        index.run()
        if not index.fields:
            raise DamagedFileError(path.as_posix(), "an Image with a URL")
        return Plate(path, index).records()
