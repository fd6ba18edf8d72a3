"""The images that a BigDataViewer XML names, and the files that hold their pixels."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError, MissingReaderError, ReadError
from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.hdf5.bdv_pixels import (
    FORMAT,
    View,
    views_hdf5,
    views_n5,
    views_zarr,
)
from fairsubmit.readers.hdf5.numbers import decimal_number, whole_number
from fairsubmit.readers.units import length_unit

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.hdf5.bdv_xml import SpimData, ViewSetup

__all__ = ["NAME", "Dataset"]

NAME = "bdv"
AXES = "xyz"
MAX_RECORDS = 10_000
MAX_FILES = 4_096
MAX_DIGITS = 9
MAX_TIMES = 1 << 20
_RANGE = re.compile(r"(\d{1,9})-(\d{1,9})(?::(\d{1,9}))?")


class Dataset:
    """One dataset.

    Parameters
    ----------
    path
        The XML.
    spim
        What it says.
    """

    def __init__(self, path: Path, spim: SpimData) -> None:
        self.path = path
        self.spim = spim
        self.problems: list[Problem] = []
        self.files = [path.as_posix()]
        self.times = _times(spim)

    def _problem(
        self, code: str, message: str, place: str, *, error: bool = True
    ) -> None:
        self.problems.append(Problem(code, message, place, error))

    def records(self) -> list[ImageMetadata]:
        """Return one record for each combination of attributes other than channels.

        Raises
        ------
        DamagedFileError
            If there is no view setup.
        """
        groups: dict[tuple[tuple[str, str], ...], list[ViewSetup]] = {}
        for setup in self.spim.setups:
            others = ((k, v) for k, v in setup.attributes.items() if k != "channel")
            key = (*sorted(others), ("size", setup.size), ("voxel", setup.voxel))
            groups.setdefault(key, []).append(setup)
        shown = self.path.as_posix()
        if not groups:
            raise DamagedFileError(shown, "a ViewSetup in its SequenceDescription")
        if not self.spim.complete:
            message = "the XML ends before its SequenceDescription does"
            self._problem("truncated", message, "SequenceDescription")
        views = self._views()
        found = [
            self._record(number, setups, views, single=len(groups) == 1)
            for number, setups in enumerate(list(groups.values())[:MAX_RECORDS])
        ]
        problems = (*self.problems, *found[0].problems)
        found[0] = replace(found[0], problems=problems)
        return found

    # -- files -------------------------------------------------------------------

    def _views(self) -> dict[int, View | None]:
        """Find the files of the pixels, and read what they say of the first time."""
        loader = self.spim.loader
        if not loader.files:
            message = (
                f"the pixels of format {loader.format!r} are not in files beside it"
            )
            self._problem("missing-part", message, "ImageLoader")
            return {}
        found: dict[int, View | None] = {}
        for kind, name, relative in loader.files[:MAX_FILES]:
            partner = self._partner(name, relative=relative)
            if partner is None:
                continue
            try:
                found |= self._views_in(kind, partner)
            except MissingReaderError as error:
                message = (
                    f"{partner.name} {error.message}, which is missing: {error.hint}"
                )
                self._problem("reader-missing", message, partner.name, error=False)
            except ReadError as error:
                self._problem("unreadable-part", error.message, partner.name)
        self._check_views(found)
        return found

    def _views_in(self, kind: str, partner: Path) -> dict[int, View | None]:
        """Return the views of the first time point.

        Raises
        ------
        ReadError
            If the file cannot be read, or the library for it is missing.
        """
        first = self.times[0] if self.times else 0
        setups = [s.id for s in self.spim.setups if s.id is not None]
        if kind == "hdf5":
            return views_hdf5(partner, first, setups)
        if kind == "n5":
            return views_n5(partner, first, setups)
        if kind == "zarr":
            return views_zarr(partner, first, setups, self.spim.loader.views)
        return {}

    def _partner(self, name: str, *, relative: bool) -> Path | None:
        """Return a file that the XML names, where it is there."""
        base = self.spim.base if relative else ""
        try:
            partner = (
                self.path.parent / base.replace("\\", "/") / name.replace("\\", "/")
            )
            inside = ".." not in partner.parts[len(self.path.parent.parts) :]
            if (
                not relative
                or not inside
                or not partner.is_relative_to(self.path.parent)
            ):
                beside = self.path.parent / partner.name
                message = f"names {name!r}, which is not in its folder"
                there = bool(partner.name) and beside.exists()
                self._problem("path-outside", message, "ImageLoader", error=not there)
                partner = beside
                if not there:
                    return None
            elif not partner.exists():
                message = f"names {name!r}, which is not there"
                self._problem("missing-part", message, "ImageLoader")
                return None
        except (OSError, ValueError):
            message = f"names {name!r}, which cannot be a file"
            self._problem("missing-part", message, "ImageLoader")
            return None
        self.files.append(partner.as_posix())
        return partner

    def _check_views(self, views: dict[int, View | None]) -> None:
        if self.spim.missing:
            message = f"MissingViews names {self.spim.missing} views without pixels"
            self._problem("planes-missing", message, "MissingViews", error=False)
        absent = [str(setup) for setup, view in views.items() if view is None]
        if len(absent) > self.spim.missing:
            message = (
                f"{len(absent)} of {len(views)} view setups have no pixels at the "
                f"first time point, the first of them is {absent[0]}; MissingViews "
                f"names {self.spim.missing}"
            )
            self._problem("planes-missing", message, "ViewSetups")

    # -- records -----------------------------------------------------------------

    def _record(
        self,
        series: int,
        setups: list[ViewSetup],
        views: dict[int, View | None],
        *,
        single: bool,
    ) -> ImageMetadata:
        first = setups[0]
        place = f"ViewSetup:{first.id}"
        problems: list[Problem] = []
        size = [whole_number(text) for text in (*first.size.split(), "", "", "")[:3]]
        provenance = {
            f"size.{axis}": f"{place}/size"
            for axis, extent in zip(AXES, size, strict=True)
            if extent is not None
        }
        kind = None
        for setup in setups:
            view = views.get(setup.id) if setup.id is not None else None
            if view is None:
                continue
            kind = kind or view.pixel_type
            if view.size and list(view.size) != size:
                message = f"is {size} in the XML, {list(view.size)} in the pixels"
                at = f"ViewSetup:{setup.id}/size"
                problems.append(Problem("size-mismatch", message, at, error=True))
        lengths = _lengths(first, place, problems, provenance)
        return ImageMetadata(
            self.path.as_posix(),
            series,
            self._name(setups, single=single),
            FORMAT,
            NAME,
            "XYZCT",
            ImageSize(size[0], size[1], size[2], len(setups), len(self.times) or None),
            kind,
            physical_size=PhysicalSize(*lengths),
            channels=self._channels(setups, provenance),
            files=tuple(self.files),
            problems=tuple(problems),
            provenance=provenance,
        )

    def _name(self, setups: list[ViewSetup], *, single: bool) -> str | None:
        """Return the setup's name, or what sets this image apart from the others."""
        if len(setups) == 1 and setups[0].name:
            return setups[0].name
        if single:
            return None
        others = (kv for kv in setups[0].attributes.items() if kv[0] != "channel")
        words = [f"{k} {self.spim.labels.get(k, {}).get(v, v)}" for k, v in others]
        return ", ".join(words) or None

    def _channels(
        self, setups: list[ViewSetup], provenance: dict[str, str]
    ) -> tuple[Channel, ...]:
        labels = self.spim.labels.get("channel", {})
        names = [labels.get(setup.attributes.get("channel", "")) for setup in setups]
        for index, name in enumerate(names):
            if name is not None:
                key = f"channels.{index}.name"
                provenance[key] = "ViewSetups/Attributes:channel"
        return tuple(
            Channel(index, name, samples_per_pixel=1)
            for index, name in enumerate(names)
        )


def _lengths(
    setup: ViewSetup, place: str, problems: list[Problem], provenance: dict[str, str]
) -> list[Quantity | None]:
    """Return the voxel size; in pixels, it is none."""
    texts = (*setup.voxel.split(), "", "", "")[:3]
    at = f"{place}/voxelSize"
    if not setup.voxel:
        return [None, None, None]
    unit = length_unit(setup.unit).value if setup.unit else None
    if unit is None:
        code = "unit-unknown" if setup.unit else "unit-missing"
        message = f"voxel size {setup.voxel!r} has the unit {setup.unit!r}; ignored"
        problems.append(Problem(code, message, at))
        return [None, None, None]
    found: list[Quantity | None] = []
    for axis, text in zip(AXES, texts, strict=True):
        value = decimal_number(text)
        if value is None or value <= 0:
            message = f"voxel size {text!r} along {axis} cannot be meant; ignored"
            problems.append(Problem("value-ignored", message, at))
            found.append(None)
            continue
        provenance[f"physical_size.{axis}"] = at
        found.append(Quantity(float(value), unit))
    return found


def _times(spim: SpimData) -> range | list[int]:
    """Return the ids of the time points."""
    first, last = (spim.times.get(key, "") for key in ("first", "last"))
    if all(t.isdecimal() and len(t) <= MAX_DIGITS for t in (first, last)):
        return range(int(first), int(last) + 1)
    pattern = spim.times.get("integerpattern") or spim.times.get("pattern") or ""
    return _listed(pattern)


def _listed(pattern: str) -> list[int]:
    """Return the numbers of a list like ``0-10, 12, 20-30:2``."""
    found: list[int] = []
    for part in pattern.split(","):
        text = part.strip()
        match = _RANGE.fullmatch(text)
        if text.isdecimal() and len(text) <= MAX_DIGITS:
            found.append(int(text))
        elif match is not None:
            step = int(match[3] or "1") or 1
            steps = range(int(match[1]), int(match[2]) + 1, step)
            found += steps[: max(0, MAX_TIMES - len(found))]
    return found
