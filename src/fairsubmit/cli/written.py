"""Write a file as a whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from fairsubmit.errors import ManifestError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, and move it there.

    Parameters
    ----------
    path
        Where to; what is there is replaced.
    content
        Of the file.

    Raises
    ------
    ManifestError
        If it cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        message = f"{path} cannot be written: {error.strerror or error}"
        raise ManifestError(
            message, hint="name a place that you may write to"
        ) from error
