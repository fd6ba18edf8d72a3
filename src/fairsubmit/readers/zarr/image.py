"""One OME-Zarr image: a ``multiscales`` entry and its full-resolution array.

Source: NGFF specification 0.4 and 0.5, "multiscales" and "omero" metadata; 0.1 to 0.3
where images of those versions are still around. Values of later drafts are taken as
far as they mean the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import (
    Channel,
    ImageAnnotation,
    ImageMetadata,
    ImageSize,
    PhysicalSize,
    PlatePosition,
    Problem,
)
from fairsubmit.readers.zarr.axes import Calibration, calibration, named_axes
from fairsubmit.readers.zarr.chunks import ChunkCheck
from fairsubmit.readers.zarr.document import mappings, texts
from fairsubmit.readers.zarr.labels import labels_of, source_problem
from fairsubmit.readers.zarr.store import is_inside, normal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairsubmit.readers.zarr.node import Array, Group, Nodes

__all__ = ["Images", "Place"]

READER = "ome_zarr"
FORMAT = "OME-Zarr"
MAX_LEVELS = 64
MAX_CHANNELS = 4_096
# What a ``multiscales`` entry says about its axes.
_AXES_KEYS = ("axes", "coordinateSystems", "datasets", "coordinateTransformations")


@dataclass(frozen=True, slots=True)
class Place:
    """Which image of the collection this is.

    Attributes
    ----------
    series
        0-based number among the records.
    name
        What to call it; by default as it calls itself.
    plate
        Where it was taken.
    """

    series: int
    name: str | None = None
    plate: PlatePosition | None = None


class _Layout(NamedTuple):
    """What many images of a plate have in common."""

    keys: tuple[object, ...]
    array: Array | None
    calibration: Calibration
    order: str | None
    size: ImageSize
    physical_size: PhysicalSize


class Images:
    """Reads the images of one hierarchy.

    Parameters
    ----------
    nodes
        Its groups and arrays.
    """

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._chunks = ChunkCheck(nodes.store)
        self._layout: _Layout | None = None
        self._channels: tuple[object, int | None, tuple[Channel, ...]] | None = None

    def record(
        self, group: Group, entry: Mapping[str, Any], place: Place
    ) -> ImageMetadata:
        """Return an image's record.

        Parameters
        ----------
        group
            The group that holds the image.
        entry
            The ``multiscales`` entry.
        place
            Which image this is.
        """
        problems: list[Problem] = []
        at = group.prefix[:-1] or None
        levels = _levels(entry, at, problems)
        array = self._array(group, levels, problems)
        layout = self._laid_out(group, entry, array, levels)
        found = layout.calibration
        problems += (Problem(c, m, at, error=e) for c, m, e in found.problems)
        channels = self._named_channels(group, layout.size.c, at, problems)
        labels = self._labels(group, at, problems)
        provenance: dict[str, str] = {}
        name = place.name
        own = entry.get("name")
        if name is None and isinstance(own, str) and own.strip("/ "):
            name = own
            provenance["name"] = "multiscales.name"
        if array is not None:
            source = f"{group.prefix}{levels[0]}"
            shape = f"{source} shape"
            provenance |= {f"size.{a}": shape for a in found.axes if a in "xyzct"}
            provenance["pixel_type"] = f"{source} dtype"
        if layout.order is not None:
            provenance["dimension_order"] = "multiscales.axes"
        _trace(provenance, found, channels)
        software = _creator(group)
        if software is not None:
            provenance["software"] = "_creator"
        return ImageMetadata(
            self._nodes.store.shown,
            place.series,
            name,
            FORMAT,
            READER,
            layout.order,
            layout.size,
            array.pixel_type if array else None,
            physical_size=layout.physical_size,
            time_increment=found.time,
            channels=channels,
            software=software,
            annotations=labels,
            files=(self._nodes.store.shown,),
            problems=tuple(problems),
            provenance=provenance,
            plate=place.plate,
        )

    # -- arrays ----------------------------------------------------------------

    def _array(
        self, group: Group, levels: list[str], problems: list[Problem]
    ) -> Array | None:
        """Return the full resolution, and look for the others."""
        found = None
        at = group.prefix[:-1] or None
        for index, path in enumerate(levels):
            prefix = group.prefix + normal(path)
            there: Array | bool | None
            try:
                if index == 0:
                    there = found = self._nodes.array(prefix)
                else:
                    there = self._nodes.has_array(prefix)
            except ReadError as error:
                problems.append(
                    Problem("level-unreadable", error.message, at, error=True)
                )
                continue
            if not there:
                message = f"resolution {index} ({path!r}) is named, but is not there"
                problems.append(Problem("missing-level", message, at, error=True))
        if found is not None:
            if found.type_problem is not None:
                message = f"the data type is {found.type_problem}"
                problems.append(Problem("pixel-type-unknown", message, at))
            prefix = group.prefix + normal(levels[0])
            problems += self._chunks.problems(found, prefix, levels[0])
        return found

    def _laid_out(
        self,
        group: Group,
        entry: Mapping[str, Any],
        array: Array | None,
        levels: list[str],
    ) -> _Layout:
        keys = tuple(entry.get(key) for key in _AXES_KEYS)
        last = self._layout
        if last is not None and last.array is array and last.keys == keys:
            return last
        old = () if named_axes(entry) else self._old_names(group, levels)
        found = calibration(entry, array, old)
        shape = array.shape if array else ()
        extents = dict(zip(found.axes, shape, strict=False))
        sizes = [extents.get(a, 1 if extents else None) or None for a in "xyzct"]
        self._layout = _Layout(
            keys,
            array,
            found,
            _order(found.axes),
            ImageSize(*sizes),
            PhysicalSize(*found.lengths),
        )
        return self._layout

    def _old_names(self, group: Group, levels: list[str]) -> list[str]:
        """Return the names of dimensions that xarray leaves in Zarr 2."""
        if not levels or group.version != 2:
            return []
        try:
            found = self._nodes.json(f"{group.prefix}{normal(levels[0])}.zattrs")
        except ReadError:
            return []
        return texts((found or {}).get("_ARRAY_DIMENSIONS"))

    # -- what stands beside ------------------------------------------------------

    def _labels(
        self, group: Group, at: str | None, problems: list[Problem]
    ) -> tuple[ImageAnnotation, ...]:
        """Return the label images of this image, if it is none itself."""
        if "image-label" not in group.attributes:
            labels, theirs = labels_of(self._nodes, group)
            problems += theirs
            return tuple(labels)
        message = "is a label image (a segmentation)"
        problems.append(Problem("label-image", message, at))
        wrong = source_problem(self._nodes, group)
        if wrong is not None:
            problems.append(wrong)
        return ()

    def _named_channels(
        self, group: Group, count: int | None, at: str | None, problems: list[Problem]
    ) -> tuple[Channel, ...]:
        omero = group.attributes.get("omero")
        last = self._channels
        if last is not None and last[1] == count and last[0] == omero:
            channels = last[2]
        else:
            channels = _channels(omero, count)
            self._channels = (omero, count, channels)
        if count is not None and channels and len(channels) != count:
            message = f"omero names {len(channels)} channels, the array has {count}"
            problems.append(Problem("channel-count", message, at))
        return channels


def _levels(
    entry: Mapping[str, Any], at: str | None, problems: list[Problem]
) -> list[str]:
    """Return the paths of the resolutions, the full one first."""
    written = mappings(entry.get("datasets"))[:MAX_LEVELS]
    paths = [level.get("path") for level in written]
    found = [path for path in paths if isinstance(path, str) and is_inside(path)]
    if not found or len(found) < len(paths):
        message = "multiscales.datasets does not name the arrays of the image"
        problems.append(Problem("datasets-missing", message, at, error=True))
    return found


def _channels(omero: object, count: int | None) -> tuple[Channel, ...]:
    """Return the channels that are named, or as many as there are."""
    written = mappings(omero.get("channels")) if isinstance(omero, dict) else []
    labels = [channel.get("label") for channel in written[:MAX_CHANNELS]]
    if not labels and count is not None and count <= MAX_CHANNELS:
        labels = [None] * count
    return tuple(
        Channel(index, _label(label), samples_per_pixel=1)
        for index, label in enumerate(labels)
    )


def _label(label: object) -> str | None:
    if not isinstance(label, str | int | float):
        return None
    return str(label).strip() or None


def _creator(group: Group) -> str | None:
    """Return the program that wrote the image, as NGFF's ``_creator`` has it."""
    creator = group.attributes.get("_creator")
    if not isinstance(creator, dict):
        return None
    words = (creator.get("name"), creator.get("version"))
    return " ".join(w.strip() for w in words if isinstance(w, str)).strip() or None


def _trace(
    provenance: dict[str, str], found: Calibration, channels: tuple[Channel, ...]
) -> None:
    source = "multiscales.datasets.0.coordinateTransformations"
    for axis, length in zip("xyz", found.lengths, strict=True):
        if length is not None:
            provenance[f"physical_size.{axis}"] = source
    if found.time is not None:
        provenance["time_increment"] = source
    for channel in channels:
        if channel.name is not None:
            provenance[f"channels.{channel.index}.name"] = (
                f"omero.channels.{channel.index}"
            )


def _order(axes: tuple[str, ...]) -> str | None:
    """Return the axes as OME writes them, fastest first; letters only."""
    known = bool(axes) and all(len(axis) == 1 and axis.isalpha() for axis in axes)
    return "".join(reversed(axes)).upper() if known else None
