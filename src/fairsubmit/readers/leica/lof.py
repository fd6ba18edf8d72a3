"""LOF: one image of a LAS X project in a file of its own, pixels first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.readers.about import About
from fairsubmit.readers.leica.container import LOF_TEXT, is_container

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Lof"]

_TEXT_START = 13


class Lof:
    """Leica Object File."""

    name = "leica_lof"
    suffixes: Sequence[str] = (".lof",)
    about = About(
        "Leica LOF",
        (".lof",),
        "as LIF",
        "files written from the structure",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it starts with a Leica header that says it is a LOF."""
        return is_container(head) and head.startswith(LOF_TEXT, _TEXT_START)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the image's record.

        Raises
        ------
        DamagedFileError
            If the pixels or the XML behind them are not all there.
        ReadError
            If the file cannot be opened.
        """
        from fairsubmit.readers.leica.project import read_lof

        return read_lof(path, self.about.format, self.name)
