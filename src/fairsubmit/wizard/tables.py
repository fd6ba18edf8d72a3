"""File tables: where on a plate an image was taken, and how large its pixels are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.metadata.table import FILES

if TYPE_CHECKING:
    from fairsubmit.wizard.observed import Folder

__all__ = ["table_of"]

_PLACE = ("Plate", "Well", "Field")
_SIZES = ("Pixel size X", "Pixel size Y")
# A table holds neither, and no path of an image that is to be deposited does.
_BREAKS = frozenset("\t\n\r")


def table_of(folder: Folder) -> str | None:
    """Return the file table of a folder, ``None`` where there is nothing to say.

    Columns for the size of a pixel stay empty: only the person knows it.

    Parameters
    ----------
    folder
        What its images say.
    """
    placed = {path for path, place in folder.wells.items() if any(place)}
    paths = sorted({*placed, *folder.unscaled})
    rows = [path for path in paths if not _BREAKS & set(path)]
    if not rows:
        return None
    nothing = ("",) * len(_PLACE)
    places = [folder.wells.get(path, nothing) for path in rows]
    used = [any(column) for column in zip(*places, strict=True)]
    names = [name for name, is_used in zip(_PLACE, used, strict=True) if is_used]
    sizes = _SIZES if folder.unscaled else ()
    lines = [(FILES, *names, *sizes)]
    for path, place in zip(rows, places, strict=True):
        cells = [cell for cell, is_used in zip(place, used, strict=True) if is_used]
        lines.append((path, *cells, *("" for _ in sizes)))
    return "".join("\t".join(line) + "\n" for line in lines)
