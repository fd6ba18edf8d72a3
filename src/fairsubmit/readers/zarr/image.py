"""One OME-Zarr image: a ``multiscales`` entry and its full-resolution array.

Source: NGFF specification 0.4 and 0.5, "multiscales" and "omero" metadata; 0.1 to 0.3
where images of those versions are still around. Values of later drafts are taken as
far as they mean the same.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import (
    Channel,
    ImageAnnotation,
    ImageMetadata,
    ImageSize,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.units import length_unit, time_unit
from fairsubmit.readers.zarr.node import Array, Group, is_zarr, read_array, read_group

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ZarrImage", "mappings", "texts"]

READER = "ome_zarr"
FORMAT = "OME-Zarr"
# NGFF 0.1 and 0.2 had no axes: five dimensions in this order.
OLD_AXES = ("t", "c", "z", "y", "x")
MAX_DIMENSIONS = 32


def mappings(value: object) -> list[dict[str, Any]]:
    """Return the objects of a JSON list; none if it is no list."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """Return the texts of a JSON list; none if it is no list."""
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


class ZarrImage:
    """Reads one ``multiscales`` entry.

    Parameters
    ----------
    group
        The group that holds the image.
    multiscale
        The entry.
    root
        The folder that the caller named.
    """

    def __init__(self, group: Group, multiscale: Mapping[str, Any], root: str) -> None:
        self.group = group
        self.multiscale = multiscale
        self.root = root
        self.place = group.folder[len(root) :].strip("/")
        self.problems: list[Problem] = []
        self.provenance: dict[str, str] = {}

    def record(self, series: int, name: str | None) -> ImageMetadata:
        """Return the image's record.

        Parameters
        ----------
        series
            0-based number in the OME-Zarr.
        name
            What to call it; by default as it calls itself.
        """
        array = self._array()
        axes = self._axes(array)
        extents = dict(zip(axes, array.shape, strict=True)) if array else {}
        sizes = [extents.get(axis, 1 if extents else None) for axis in "xyzct"]
        for axis in extents:
            if axis in "xyzct":
                self.provenance[f"size.{axis}"] = f"{self._level(0)} shape"
        scale = self._scale(axes)
        channels = self._channels()
        annotations = self._labels()
        own = self.multiscale.get("name")
        if name is None and isinstance(own, str) and own.strip("/ "):
            name = own
            self.provenance["name"] = "multiscales.name"
        return ImageMetadata(
            self.root,
            series,
            name,
            FORMAT,
            READER,
            _order(axes),
            ImageSize(*sizes),
            array.pixel_type if array else None,
            physical_size=PhysicalSize(
                *(self._quantity(axis, scale, length=True) for axis in "xyz")
            ),
            time_increment=self._quantity("t", scale, length=False),
            channels=channels,
            annotations=annotations,
            files=(self.root,),
            problems=tuple(self.problems),
            provenance=self.provenance,
        )

    def _problem(self, code: str, message: str, *, error: bool = False) -> None:
        self.problems.append(Problem(code, message, self.place or None, error))

    def _level(self, index: int) -> str:
        levels = mappings(self.multiscale.get("datasets"))
        path = levels[index].get("path") if index < len(levels) else None
        return f"{self.place}/{path}".lstrip("/")

    # -- arrays ----------------------------------------------------------------

    def _array(self) -> Array | None:
        levels = [
            level.get("path") for level in mappings(self.multiscale.get("datasets"))
        ]
        paths = [path for path in levels if isinstance(path, str) and _inside(path)]
        if not paths or len(paths) < len(levels):
            message = "multiscales.datasets does not name the arrays of the image"
            self._problem("datasets-missing", message, error=True)
        found = None
        for index, path in enumerate(paths):
            folder = f"{self.group.folder}/{path}"
            try:
                there = read_array(folder) if index == 0 else is_zarr(folder)
            except DamagedFileError as error:
                self._problem("level-unreadable", error.message, error=True)
                continue
            if not there:
                message = f"resolution {index} ({path!r}) is named, but is not there"
                self._problem("missing-level", message, error=True)
            elif isinstance(there, Array):
                found = there
                self._check_chunks(folder, path)
        return found

    def _check_chunks(self, folder: str, path: str) -> None:
        """Look for any chunk: an array that lost them all reads as empty."""
        try:
            with os.scandir(folder) as listing:
                for item in listing:
                    if not item.name.startswith(".") and item.name != "zarr.json":
                        return
        except OSError as error:
            words = error.strerror or str(error)
            self._problem("level-unreadable", f"{path}: {words}", error=True)
            return
        message = f"the full resolution ({path!r}) holds no chunk: no pixels are there"
        self._problem("missing-chunks", message, error=True)

    # -- axes ------------------------------------------------------------------

    def _written_axes(self) -> tuple[str, ...]:
        axes = self.multiscale.get("axes")
        if not isinstance(axes, list):
            return ()
        names = [axis.get("name") if isinstance(axis, dict) else axis for axis in axes]
        return tuple(str(name).lower() for name in names)

    def _axes(self, array: Array | None) -> tuple[str, ...]:
        axes = self._written_axes()
        if array is None:
            return axes
        count = len(array.shape)
        if not axes and count == len(OLD_AXES):
            return OLD_AXES
        if not axes and array.names is not None and len(array.names) == count:
            axes = tuple(name.lower() for name in array.names)
        if len(axes) != count or len(set(axes)) != count:
            message = f"names {len(axes)} axes, but the array has {count} dimensions"
            self._problem("axes-mismatch", message, error=True)
            return tuple(f"?{index}" for index in range(count))
        if array.names is not None and tuple(n.lower() for n in array.names) != axes:
            message = (
                f"axes are {', '.join(axes)}, dimension_names of the array are "
                f"{', '.join(array.names)}"
            )
            self._problem("axes-mismatch", message)
        return axes

    def _scale(self, axes: tuple[str, ...]) -> dict[str, float]:
        """Return the product of the scales of the first level and of the image."""
        levels = mappings(self.multiscale.get("datasets"))
        written = [
            *mappings(levels[0].get("coordinateTransformations") if levels else None),
            *mappings(self.multiscale.get("coordinateTransformations")),
        ]
        found: dict[str, float] = {}
        for transformation in written:
            kind = transformation.get("type")
            if kind in ("identity", "translation"):  # a list cannot be in a set
                continue
            factors = transformation.get("scale")
            if kind != "scale" or not isinstance(factors, list):
                message = f"coordinate transformation {kind!r} is not understood"
                self._problem("transformation-unknown", message)
                return {}
            if len(factors) != len(axes):
                message = f"a scale has {len(factors)} factors for {len(axes)} axes"
                self._problem("axes-mismatch", message, error=True)
                return {}
            for axis, factor in zip(axes, factors, strict=True):
                found[axis] = found.get(axis, 1.0) * _factor(factor)
        return found

    def _unit(self, axis: str) -> str | None:
        for written in mappings(self.multiscale.get("axes")):
            if str(written.get("name")).lower() == axis:
                unit = written.get("unit")
                return unit if isinstance(unit, str) and unit.strip() else None
        return None

    def _quantity(
        self, axis: str, scale: Mapping[str, float], *, length: bool
    ) -> Quantity | None:
        value = scale.get(axis)
        if value is None:
            return None
        written = self._unit(axis)
        if written is None:
            if value != 1:
                message = f"the scale along {axis} is {value:g}, but has no unit"
                self._problem("unit-missing", message)
            return None
        if not math.isfinite(value) or value <= 0:
            message = f"the scale along {axis} is {value}, which cannot be meant"
            self._problem("value-ignored", message)
            return None
        unit = (length_unit if length else time_unit)(written).value
        if unit is None:
            message = f"{written!r}, the unit of {axis}, is none; ignored"
            self._problem("unit-unknown", message)
            return None
        key = f"physical_size.{axis}" if length else "time_increment"
        self.provenance[key] = "multiscales.datasets.0.coordinateTransformations"
        return Quantity(value, unit)

    # -- what stands beside ------------------------------------------------------

    def _channels(self) -> tuple[Channel, ...]:
        omero = self.group.attributes.get("omero")
        written = mappings(omero.get("channels")) if isinstance(omero, dict) else []
        found = []
        for index, channel in enumerate(written):
            label = channel.get("label")
            name = None if label is None else str(label).strip() or None
            if name is not None:
                self.provenance[f"channels.{index}.name"] = f"omero.channels.{index}"
            found.append(Channel(index, name, samples_per_pixel=1))
        return tuple(found)

    def _labels(self) -> tuple[ImageAnnotation, ...]:
        """Return the label images that belong to this image."""
        if "image-label" in self.group.attributes:
            self._problem("label-image", "is a label image (a segmentation)")
            return ()
        try:
            group = read_group(f"{self.group.folder}/labels", self.group.version)
        except DamagedFileError as error:
            self._problem("labels-unreadable", error.message)
            return ()
        names = texts(group.attributes.get("labels")) if group else []
        found = []
        for name in names:
            path = f"{self.place}/labels/{name}".lstrip("/")
            if not _inside(name) or not is_zarr(f"{self.group.folder}/labels/{name}"):
                message = f"label image {name!r} is named, but is not there"
                self._problem("missing-label", message, error=True)
                continue
            found.append(ImageAnnotation("LabelImage", None, path, {"value": name}))
        return tuple(found)


def _order(axes: tuple[str, ...]) -> str | None:
    """Return the axes as OME writes them, fastest first; letters only."""
    known = bool(axes) and all(len(axis) == 1 and axis.isalpha() for axis in axes)
    return "".join(reversed(axes)).upper() if known else None


def _factor(value: object) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number else math.nan  # type: ignore[arg-type]


def _inside(path: str) -> bool:
    """Whether a path that JSON names stays in its folder."""
    parts = path.split("/")
    return bool(path) and not path.startswith("/") and ".." not in parts
