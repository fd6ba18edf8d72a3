"""CZI files of several parts: ``name.czi``, ``name (1).czi``, ``name (2).czi``.

The first file holds the metadata. Every part carries its GUID and a number of its own;
a copy that only happens to be so named does not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import Problem
from fairsubmit.readers.czi.checks import check, collect
from fairsubmit.readers.czi.segments import MAGIC, FileHeader, file_header
from fairsubmit.readers.sets import named_beside
from fairsubmit.readers.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.readers.czi.images import Collection

__all__ = ["lead_of", "parts_of", "read_parts"]

_PART = re.compile(r"(.+?) ?\((\d{1,5})\)(\.czi)", re.IGNORECASE)
MAX_PARTS = 1 << 12


def lead_of(path: Path) -> Sequence[Path]:
    """Return the first file of the set that `path` is named as a part of."""
    name = path.name
    if name[-4:].lower() != ".czi" or ")" not in name[-5:-4]:
        return ()
    found = _PART.fullmatch(name)
    return (path.with_name(found.group(1) + found.group(3)),) if found else ()


def parts_of(path: Path, header: FileHeader) -> list[Path]:
    """Return the other files of the set that `path` is the first of.

    Parameters
    ----------
    path
        The first file.
    header
        Its header.
    """
    stem = path.name[:-4]
    found: dict[int, Path] = {}
    for name in named_beside(str(path.parent), (").czi",)):
        if not name.startswith(stem) or len(found) >= MAX_PARTS:
            continue
        match = _PART.fullmatch(name)
        if match is None or match.group(1) != stem:
            continue
        part = path.with_name(name)
        if _belongs(part, header):
            found[int(match.group(2))] = part
    return [found[number] for number in sorted(found)]


def _belongs(part: Path, header: FileHeader) -> bool:
    try:
        with Source(part) as source:
            if not source.head.startswith(MAGIC):
                return False
            other = file_header(source)
    except ReadError:
        return False
    # Copies of the first file have its own number too.
    return other.primary == header.own and other.own != header.own and any(header.own)


def read_parts(
    parts: Sequence[Path], found: Collection, problems: list[Problem]
) -> None:
    """Add the sub-blocks of the parts, and what is wrong with the parts.

    Parameters
    ----------
    parts
        Files of the set.
    found, problems
        What is added to.
    """
    for part in parts:
        try:
            with Source(part) as source:
                header = file_header(source)
                collect(source, header, found, problems)
                problems.extend(check(source, header, found))
        except ReadError as error:
            message = f"{part.name} cannot be read: {error.message}"
            problems.append(Problem("missing-part", message, part.name, error=True))
