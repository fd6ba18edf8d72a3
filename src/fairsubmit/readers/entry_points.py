"""Readers of other packages: found by entry point, loaded once, never trusted."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import ImageMetadata

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fairsubmit.readers.base import Reader

__all__ = ["GROUP", "PlugIn", "checked", "loaded", "plug_ins"]

GROUP = "fairsubmit.readers"
_PARTS = ("name", "suffixes", "recognises", "read")


class PlugIn(NamedTuple):
    """A reader and the package that it comes with."""

    reader: Reader
    package: str


@cache
def loaded() -> tuple[tuple[PlugIn, ...], tuple[str, ...]]:
    """Return readers of other packages, and why some could not be loaded."""
    from importlib import metadata

    found: list[PlugIn] = []
    failures: list[str] = []
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda p: p.name):
        package = point.dist.name if point.dist is not None else point.module
        try:
            thing = point.load()
            reader = thing() if isinstance(thing, type) else thing
            missing = [part for part in _PARTS if not hasattr(reader, part)]
        except Exception as error:  # noqa: BLE001 - another package's code
            words = f"{type(error).__name__}: {error}"
            failures.append(
                f"the reader {point.name!r} of {package} cannot be loaded: {words}"
            )
            continue
        if missing:
            failures.append(
                f"the reader {point.name!r} of {package} is none: it has no "
                + ", no ".join(f"`{part}`" for part in missing)
            )
        else:
            found.append(PlugIn(reader, package))
    return tuple(found), tuple(failures)


def plug_ins() -> tuple[tuple[Reader, ...], tuple[str, ...]]:
    """Return readers of other packages, and why some could not be loaded."""
    found, failures = loaded()
    return tuple(plug_in.reader for plug_in in found), failures


def checked(
    reader: Reader, records: Iterable[ImageMetadata], shown: str
) -> tuple[ImageMetadata, ...]:
    """Return what a reader gave, if it is what a reader gives.

    Parameters
    ----------
    reader
        Who gave it.
    records
        What it gave.
    shown
        The file, for messages.

    Raises
    ------
    ReadError
        If something in it is no record.
    """
    found = tuple(records)
    if all(isinstance(record, ImageMetadata) for record in found):
        return found
    packages = (package for other, package in loaded()[0] if other is reader)
    message = (
        f"{shown} cannot be read: the reader {reader.name!r} of "
        f"{next(packages, 'fairsubmit')} gave no record"
    )
    raise ReadError(message, hint="tell those who wrote the reader")
