"""Which files may describe the images of a folder, from one listing of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.readers.sets import recall

if TYPE_CHECKING:
    import re
    from pathlib import Path

__all__ = ["Descriptions", "above", "descriptions"]

_ENDINGS = (".htd", ".nd", ".mlf", ".xml", "metadata.txt", "ndtiff.index")
# Best first: the three are copies of one another.
_INDICES = ("index.idx.xml", "index.xml", "index.ref.xml")


class Descriptions(NamedTuple):
    """Names of the files of a folder that describe others, by their format."""

    htd: tuple[str, ...] = ()
    nd: tuple[str, ...] = ()
    mlf: tuple[str, ...] = ()
    indices: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()
    ndtiff: tuple[str, ...] = ()


def descriptions(folder: Path) -> Descriptions:
    """Return the describing files of a folder; none where it cannot be listed."""
    name = str(folder)
    return recall("descriptions", name, lambda: _listed(name))


def _listed(folder: str) -> Descriptions:
    try:
        with os.scandir(folder) as found:
            names = sorted(e.name for e in found if e.name.lower().endswith(_ENDINGS))
    except OSError:
        return Descriptions()
    lower = {name: name.lower() for name in names}

    def ending(suffix: str) -> tuple[str, ...]:
        return tuple(name for name in names if lower[name].endswith(suffix))

    def named(wanted: str) -> tuple[str, ...]:
        return tuple(name for name in names if lower[name] == wanted)

    return Descriptions(
        ending(".htd"),
        ending(".nd"),
        ending(".mlf"),
        tuple(name for wanted in _INDICES for name in named(wanted)),
        named("metadata.txt"),
        named("ndtiff.index"),
    )


def above(folder: Path, pattern: re.Pattern[str], most: int) -> list[Path]:
    """Return a folder and those that hold it, outermost first.

    Goes up only from folders so named, so that no file makes others' folders be listed.

    Parameters
    ----------
    folder
        Where to begin.
    pattern
        What the name of a folder is, if the one that holds it is wanted too.
    most
        So many steps up.
    """
    found = [folder]
    while len(found) <= most and pattern.fullmatch(found[-1].name):
        found.append(found[-1].parent)
    return found[::-1]
