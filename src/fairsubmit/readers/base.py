"""The port of image formats: headers in, image metadata records out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.about import About

__all__ = ["OwnReader", "Reader", "SetReader"]


class Reader(Protocol):
    """One image format; reads headers only, never pixels.

    Attributes
    ----------
    name
        Stands in the records, e.g. ``ome_tiff``.
    suffixes
        In lower case, with the point. A file so named whose content is another is an
        error, so names that other programs use too (``.xml``) do not belong here.
    """

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


class OwnReader(Reader, Protocol):
    """A reader of this package: it also says what it reads.

    Attributes
    ----------
    about
        Its row in the table of formats.
    """

    about: About


@runtime_checkable
class SetReader(Reader, Protocol):
    """A reader of sets of files, one of which speaks for the others."""

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the files that may speak for `path`; `path` itself is none.

        Called for every file that another reader recognises, so it looks at names
        alone (`fairsubmit.readers.sets.named_beside` remembers listings), and gives
        up at once where the suffix is not that of a member.

        Parameters
        ----------
        path
            A file that may be a member.
        """
        ...
