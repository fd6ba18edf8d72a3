"""EMD by the open specification: arrays with a calibrated vector for each dimension.

Sources: "EMD file format" of the National Center for Electron Microscopy, 0.1 and 0.2
(https://emdatasets.com/format): a group with the attribute ``emd_group_type`` 1 holds
``data`` and ``dim1``, ``dim2``, …, each with the attributes ``name`` and ``units``,
spelled as ``[n_m]``; EMD 1.0 says ``array`` and numbers its vectors from 0. In files of
Prismatic the array is ``realslice`` or ``datacube`` and its vectors are ``R_x`` and
``R_y``, then ``Q_x`` and ``Q_y`` of the diffraction pattern of each pixel.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    Instrument,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.hdf5.layout import emd_array, emd_groups
from fairsubmit.readers.units import length_unit

if TYPE_CHECKING:
    from fairsubmit.readers.hdf5.file import Group, Values

__all__ = ["ncem_records"]

FORMAT = "EMD"
READER = "emd"
MAX_DIMENSIONS = 8
_LETTERS = {
    "x": "x",
    "y": "y",
    "z": "z",
    "r_x": "x",
    "r_y": "y",
    "r_z": "z",
    "width": "x",
    "height": "y",
    "depth": "z",
    "t": "t",
    "time": "t",
    "c": "c",
    "channel": "c",
}
MAX_FIELDS = 8


class _Axis(NamedTuple):
    """A dimension: its letter where it has one, the step of its vector and its unit."""

    letter: str | None
    name: str
    extent: int
    step: float | None
    units: str


def ncem_records(root: Group, shown: str) -> list[ImageMetadata]:
    """Return one record for each array of two dimensions or more.

    Parameters
    ----------
    root
        Of the HDF5 file.
    shown
        The file's path.
    """
    people = _people(root)
    microscope = root.group("microscope")
    model = microscope.attribute("name") if microscope is not None else None
    found: list[ImageMetadata] = []
    for place, group in emd_groups(root):
        name, values = emd_array(group) or ("", None)
        if values is None or not 2 <= len(values.shape) <= MAX_DIMENSIONS:
            continue
        if values.pixel_type is None:  # records, as the lists of points of EMD 1.0
            continue
        where = (place.strip("/"), name)
        record = _record(group, values, where, (shown, len(found)))
        problems = (*people, *record.problems)
        instrument = Instrument(model=model or None)
        found.append(replace(record, instrument=instrument, problems=problems))
        people = []
    return found


def _people(root: Group) -> list[Problem]:
    """Notice the group ``user``: its attributes are a person's name and address."""
    group = root.group("user")
    names = group.attributes() if group is not None else []
    fields = [n for n in names if group is not None and group.attribute(n)]
    if not fields:
        return []
    message = (
        f"the group user names a person ({', '.join(sorted(fields)[:MAX_FIELDS])})"
    )
    return [Problem("personal-data", message, "user")]


def _axes(group: Group, values: Values) -> list[_Axis]:
    """Return the dimensions, slowest first; unnamed ones are told by their place."""
    start = 0 if group.values("dim0") is not None else 1
    found = []
    for index, extent in enumerate(values.shape):
        vector = group.values(f"dim{index + start}")
        name = vector.attribute("name") if vector is not None else None
        units = vector.attribute("units") if vector is not None else None
        step = vector.step() if vector is not None else None
        letter = _LETTERS.get((name or "").strip().lower())
        found.append(_Axis(letter, name or "", extent, step, units or ""))
    letters = [axis.letter for axis in found if axis.letter is not None]
    named = {"x", "y"} <= set(letters) and len(set(letters)) == len(letters)
    if named and not _is_frame(found[-2:]):
        return found
    # The last two dimensions are an image, row by row.
    places = [None] * (len(found) - 2) + ["y", "x"]
    return [a._replace(letter=place) for a, place in zip(found, places, strict=True)]


def _is_frame(axes: list[_Axis]) -> bool:
    """Whether two dimensions are those of a detector: ``qx`` and ``qy``, say."""
    ends = {axis.name.strip().lower()[-1:] for axis in axes if axis.letter is None}
    return ends == {"x", "y"}


def _record(
    group: Group, values: Values, where: tuple[str, str], which: tuple[str, int]
) -> ImageMetadata:
    (place, name), (shown, series) = where, which
    axes = _axes(group, values)
    problems: list[Problem] = []
    extents: dict[str, int] = {}
    lengths: dict[str, Quantity] = {}
    provenance: dict[str, str] = {}
    for axis in axes:
        if axis.letter is None:
            if axis.extent > 1:
                message = f"axis {axis.name!r} of {axis.extent} elements has no place"
                problems.append(Problem("axis-unknown", message, place))
            continue
        extents[axis.letter] = axis.extent
        provenance[f"size.{axis.letter}"] = f"{place}/{name}"
        length = _length(axis, place, problems) if axis.letter in "xyz" else None
        if length is not None:
            lengths[axis.letter] = length
            provenance[f"physical_size.{axis.letter}"] = f"{place}/dim ({axis.name})"
    others = any(axis.letter is None for axis in axes)
    sizes = [extents.get(a, None if others else 1) or None for a in "xyzct"]
    letters = "".join(axis.letter or "?" for axis in reversed(axes)).upper()
    return ImageMetadata(
        shown,
        series,
        place.rpartition("/")[2] or None,
        FORMAT,
        READER,
        None if "?" in letters else letters,
        ImageSize(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]),
        values.pixel_type,
        physical_size=PhysicalSize(*(lengths.get(a) for a in "xyz")),
        channels=(Channel(0, samples_per_pixel=1),) if sizes[3] in (None, 1) else (),
        files=(shown,),
        problems=tuple(problems),
        provenance=provenance,
    )


def _length(axis: _Axis, place: str, problems: list[Problem]) -> Quantity | None:
    """Return the step of a vector, where its unit is a length."""
    written = re.sub(r"[\[\]_]", "", axis.units).strip()
    if axis.step is None or not written:
        return None
    unit = length_unit(written).value
    if unit is None:
        if written.lower() not in ("px", "pixel", "pixels"):
            message = f"{written!r}, the unit of {axis.name!r}, is no length; ignored"
            problems.append(Problem("unit-unknown", message, place))
        return None
    if axis.step == 0:
        message = f"the vector of {axis.name!r} does not grow; ignored"
        problems.append(Problem("value-ignored", message, place))
        return None
    return Quantity(abs(axis.step), unit)
