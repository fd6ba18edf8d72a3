"""The port of image formats: headers in, image metadata records out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Reader"]


class Reader(Protocol):
    """One image format; reads headers only, never pixels."""

    name: str
    suffixes: Sequence[str]

    def recognises(self, path: Path, head: bytes) -> bool:
        """Decide from the content whether this reader is the one.

        Parameters
        ----------
        path
            A file, or a folder for formats that are folders.
        head
            The first bytes of the file (``b""`` for a folder).
        """
        ...

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record per image series.

        `ImageMetadata.path` and `files` are paths as `path` was given; the caller
        makes them relative.

        Raises
        ------
        DamagedFileError
            If the file is cut short or contradicts itself so that nothing is left.
        ReadError
            If it cannot be opened.
        """
        ...
