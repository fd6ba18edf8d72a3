"""Axes of an OME-Zarr image, and how long its pixels are along them.

Sources: NGFF specification 0.3 to 0.5, "axes" and "coordinateTransformations" metadata;
0.1 and 0.2 had neither. SpatialData (``0.4-dev-spatialdata``, ``0.5-dev-spatialdata``)
and NGFF RFC-5 let an image lead to several coordinate systems: there, each
transformation of the image names its ``output``, and stands for itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from fairsubmit.metadata.image import Quantity
from fairsubmit.readers.units import length_unit, time_unit
from fairsubmit.readers.zarr.document import mappings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fairsubmit.readers.zarr.node import Array

__all__ = ["Calibration", "calibration", "named_axes"]

# NGFF 0.1 and 0.2 had no axes: five dimensions in this order.
OLD_AXES = ("t", "c", "z", "y", "x")
LETTERS = "xyzct"
MAX_STEPS = 64
MAX_DEPTH = 8
_BY_TYPE = (("channel", "c"), ("time", "t"))
_UNMOVED = ("identity", "translation")


class Calibration(NamedTuple):
    """What the axes say.

    Attributes
    ----------
    axes
        Letter of each dimension, slowest first; other names where it has none.
    lengths
        Length of a pixel along x, y, z.
    time
        Between two time points.
    problems
        What is doubtful: code, message, whether it is an error.
    """

    axes: tuple[str, ...]
    lengths: tuple[Quantity | None, ...]
    time: Quantity | None
    problems: tuple[tuple[str, str, bool], ...]


class _Notes(list[tuple[str, str, bool]]):
    def add(self, code: str, message: str, *, error: bool = False) -> None:
        self.append((code, message, error))


def calibration(
    entry: Mapping[str, Any], array: Array | None, old: Sequence[str] = ()
) -> Calibration:
    """Read the axes of a ``multiscales`` entry.

    Parameters
    ----------
    entry
        The entry.
    array
        The header of its full resolution.
    old
        Names of the dimensions by other conventions, where the entry has none.
    """
    notes = _Notes()
    written = _written(entry)
    names = _names(written) or (tuple(n.lower() for n in old) if array else ())
    axes = _letters(names, written)
    if array is not None:
        axes = _checked(axes, names, array, notes)
    units = _units(written, axes)
    scale = _scale(entry, axes, units, notes)
    lengths = tuple(_quantity(a, scale, units, notes) for a in "xyz")
    time = _quantity("t", scale, units, notes)
    return Calibration(axes, lengths, time, tuple(notes))


def named_axes(entry: Mapping[str, Any]) -> bool:
    """Whether a ``multiscales`` entry names its axes."""
    return bool(_written(entry))


def _written(entry: Mapping[str, Any]) -> list[Any]:
    """Return the axes as they are written: NGFF 0.3 has names, 0.4 objects."""
    axes = entry.get("axes")
    if isinstance(axes, list):
        return axes
    systems = mappings(entry.get("coordinateSystems"))  # RFC-5
    target = next((s.get("output") for s in _of_level(entry)), None)
    chosen = [s for s in systems if s.get("name") == target] or systems
    axes = chosen[0].get("axes") if chosen else None
    return axes if isinstance(axes, list) else []


def _names(written: list[Any]) -> tuple[str, ...]:
    names = (axis.get("name") if isinstance(axis, dict) else axis for axis in written)
    return tuple(str(name).lower() for name in names)


def _letters(names: tuple[str, ...], written: list[Any]) -> tuple[str, ...]:
    """Name the axes by their letters: by their names, or failing that by their types.

    Axes may have any name; NGFF 0.4 puts those in space last, as z, y, x.
    """
    if all(name in LETTERS for name in names):
        return names
    kinds = [axis.get("type") if isinstance(axis, dict) else None for axis in written]
    kinds += [None] * (len(names) - len(kinds))
    found = list(names)
    in_space = [i for i, kind in enumerate(kinds) if kind == "space"]
    if not {"x", "y", "z"} & set(names):
        for index, letter in zip(reversed(in_space), "xyz", strict=False):
            found[index] = letter
    for kind, letter in _BY_TYPE:
        if letter not in found and kinds.count(kind) == 1:
            found[kinds.index(kind)] = letter
    return tuple(found)


def _checked(
    axes: tuple[str, ...], names: tuple[str, ...], array: Array, notes: _Notes
) -> tuple[str, ...]:
    count = len(array.shape)
    if not axes and count == len(OLD_AXES):
        return OLD_AXES
    own = tuple(name.lower() for name in array.names or ())
    if not axes and len(own) == count:
        axes = names = _letters(own, [])
    if len(axes) != count or len(set(axes)) != count:
        message = f"names {len(axes)} axes, but the array has {count} dimensions"
        notes.add("axes-mismatch", message, error=True)
        return tuple(f"?{index}" for index in range(count))
    if own and own != names:
        message = (
            f"axes are {', '.join(names)}, dimension_names of the array are "
            f"{', '.join(own)}"
        )
        notes.add("axes-mismatch", message)
    for axis, extent in zip(axes, array.shape, strict=True):
        if axis not in LETTERS and extent > 1:
            message = f"axis {axis!r} of {extent} elements is none of x, y, z, c, t"
            notes.add("axis-unknown", message)
    return axes


def _units(written: list[Any], axes: tuple[str, ...]) -> dict[str, str]:
    units = {}
    for letter, axis in zip(axes, written, strict=False):
        unit = axis.get("unit") if isinstance(axis, dict) else None
        if isinstance(unit, str) and unit.strip():
            units[letter] = unit
    return units


# -- transformations -----------------------------------------------------------------


def _of_level(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    levels = mappings(entry.get("datasets"))
    return mappings(levels[0].get("coordinateTransformations")) if levels else []


def _scale(
    entry: Mapping[str, Any],
    axes: tuple[str, ...],
    units: dict[str, str],
    notes: _Notes,
) -> dict[str, float]:
    """Return the product of the scales of the first level and of the image."""
    found: dict[str, float] = {}
    steps = [*_flat(_of_level(entry)), *_flat(_of_image(entry, axes, units))]
    for step in steps[:MAX_STEPS]:
        kind = step.get("type")
        if kind in _UNMOVED:  # a list cannot be in a set
            continue
        factors = step.get("scale")
        if kind != "scale" or not isinstance(factors, list):
            notes.add("transformation-unknown", _not_understood(step))
            return {}
        if len(factors) != len(axes):
            message = f"a scale has {len(factors)} factors for {len(axes)} axes"
            notes.add("axes-mismatch", message, error=True)
            return {}
        for axis, factor in zip(axes, factors, strict=True):
            found[axis] = found.get(axis, 1.0) * _factor(factor)
    return found


def _not_understood(step: Mapping[str, Any]) -> str:
    kind = step.get("type")
    if kind == "scale" and isinstance(step.get("path"), str):
        return f"the scale stands in an array ({step['path']!r}), which is not read"
    return f"coordinate transformation {str(kind)[:60]!r} is not understood"


def _flat(
    steps: Sequence[Mapping[str, Any]], depth: int = 0
) -> Iterator[Mapping[str, Any]]:
    """Yield the steps, those of sequences (RFC-5) one by one."""
    for step in steps:
        if step.get("type") == "sequence" and depth < MAX_DEPTH:
            yield from _flat(mappings(step.get("transformations")), depth + 1)
        else:
            yield step


def _of_image(
    entry: Mapping[str, Any], axes: tuple[str, ...], units: dict[str, str]
) -> list[dict[str, Any]]:
    """Return the image's own transformations, as far as they hold for every reader.

    Where each names a coordinate system, the first that measures lengths is taken, and
    the units are its own.
    """
    steps = mappings(entry.get("coordinateTransformations"))
    if not any("output" in step for step in steps):
        return steps
    for step in steps:
        output = step.get("output")
        if isinstance(output, dict) and isinstance(output.get("axes"), list):
            theirs = _units(output["axes"], _letters(_names(output["axes"]), []))
            real = {a: u for a, u in theirs.items() if a in axes and _is_length(u)}
            if real:
                units.update(real)
                return [step]
    return []


def _is_length(unit: str) -> bool:
    return length_unit(unit).value is not None


def _factor(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _quantity(
    axis: str, scale: Mapping[str, float], units: Mapping[str, str], notes: _Notes
) -> Quantity | None:
    value = scale.get(axis)
    if value is None:
        return None
    written = units.get(axis)
    if written is None:
        if value != 1:
            message = f"the scale along {axis} is {value:g}, but has no unit"
            notes.add("unit-missing", message)
        return None
    if not math.isfinite(value) or value <= 0:
        message = f"the scale along {axis} is {value}, which cannot be meant"
        notes.add("value-ignored", message)
        return None
    unit = (time_unit if axis == "t" else length_unit)(written).value
    if unit is None:
        message = f"{written!r}, the unit of {axis}, is none; ignored"
        notes.add("unit-unknown", message)
        return None
    return Quantity(value, unit)
