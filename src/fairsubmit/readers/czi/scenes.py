"""Scenes of a CZI file: their names, and the wells that they lie in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import PlatePosition

if TYPE_CHECKING:
    from fairsubmit.readers.czi.document import Element

__all__ = ["Scenes", "well"]

_WELL = re.compile(r"([A-Z]{1,2})0*([1-9]\d?)")
_PATH = "Information/Image/Dimensions/S/Scenes/Scene"


def well(name: str) -> tuple[int, int] | None:
    """Return row and column, both 0-based, of a well such as ``D6`` or ``AA12``."""
    found = _WELL.fullmatch(name)
    if found is None:
        return None
    row = 0
    for letter in found.group(1):
        row = row * 26 + ord(letter) - ord("A") + 1
    return row - 1, int(found.group(2)) - 1


class Scenes:
    """The scenes that the document lists.

    Parameters
    ----------
    metadata
        The element ``ImageDocument/Metadata``.
    """

    def __init__(self, metadata: Element) -> None:
        self.listed = list(metadata.all(_PATH))
        self.by_index: dict[int, Element] = {}
        for place, scene in enumerate(self.listed):
            text = scene.attribute("Index") or ""
            index = int(text) if text.isdecimal() and len(text) < 10 else place
            self.by_index.setdefault(index, scene)
        # How many fields of a well came before.
        self.fields: dict[tuple[int, int], dict[int, int]] = {}

    def of(self, number: int | None, place: int, count: int) -> Element | None:
        """Return what is said about a scene.

        Parameters
        ----------
        number
            Its place along S; ``None`` in files without.
        place
            Its place among the scenes that have pixels.
        count
            How many have.
        """
        if number is not None and number in self.by_index:
            return self.by_index[number]
        # Scenes that were split into files keep their number along S alone.
        return self.listed[place] if len(self.listed) == count else None

    def position(self, scene: Element, number: int) -> PlatePosition | None:
        """Return the well of a scene, and which of its fields the scene is.

        Parameters
        ----------
        scene
            The scene.
        number
            A number of its own; views of a scene share it.
        """
        found = _well_of(scene)
        if found is None:
            return None
        fields = self.fields.setdefault(found, {})
        field = fields.setdefault(number, len(fields))
        return PlatePosition(None, found[0], found[1], field)


def _well_of(scene: Element) -> tuple[int, int] | None:
    """Return row and column where the scene lies in a well, not only on a slide."""
    shape = scene.first("Shape")
    names = [scene.value("ArrayName")]
    if shape is not None:
        names.append(shape.attribute("Name"))
    return next((w for name in names if name and (w := well(name))), None)
