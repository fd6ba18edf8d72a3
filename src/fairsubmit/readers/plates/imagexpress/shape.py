"""How many z steps, waves and time points an ImageXpress plate has, and which lack.

The HTD says what was planned, the files what was taken. A wave may be taken at one z
step alone, or kept as a projection alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import Problem
from fairsubmit.readers.plates.wells import Well

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairsubmit.readers.plates.imagexpress.files import Files, Plane, SiteFiles
    from fairsubmit.readers.plates.keyed import Keyed

__all__ = ["Missing", "Shape", "shape_of"]

# MetaXpress takes up to ten.
MAX_WAVES = 100
# Rows of wells and of sites that are looked for; a plate has at most 32 rows of wells.
MAX_ROWS = 1_000
FLAT = 0  # the z step of a wave without steps


class Missing(NamedTuple):
    """How many of how many are missing, and the first."""

    number: int
    total: int
    first: tuple[Well, int]


@dataclass(slots=True)
class Shape:
    """What every site of the plate should have.

    Attributes
    ----------
    waves
        Numbers of the waves, from 1, in order.
    steps, times
        Numbers of z steps and time points.
    wave_steps, wave_times
        At which a wave was taken, by wave; at all, where it is not in there.
    """

    waves: list[int]
    steps: int = 1
    times: int = 1
    first_time: int = 1
    wave_steps: dict[int, tuple[int, ...]] = field(default_factory=dict)
    wave_times: dict[int, tuple[int, ...]] = field(default_factory=dict)
    provenance: dict[str, str] = field(default_factory=dict)
    wells: list[Well] = field(default_factory=list)
    sites_of_well: int = 1

    @property
    def size(self) -> tuple[int, int, int]:
        """Number of z steps, waves and time points."""
        return self.steps, len(self.waves), self.times

    def steps_of(self, wave: int) -> tuple[int, ...] | range:
        """Return the z steps at which a wave should be there."""
        return self.wave_steps.get(wave, range(1, self.steps + 1))

    def times_of(self, wave: int) -> tuple[int, ...] | range:
        """Return the time points at which a wave should be there."""
        every = range(self.first_time, self.first_time + self.times)
        return self.wave_times.get(wave, every)

    def missing_sites(self, files: Files) -> Missing:
        """Return the sites of the selected wells that have no files."""
        there = {(site.well, site.number) for site in files.sites}
        total = len(self.wells) * self.sites_of_well
        wells = set(self.wells)
        found = sum(w in wells and number < self.sites_of_well for w, number in there)
        wanted = ((well, n) for well in self.wells for n in range(self.sites_of_well))
        first = next((s for s in wanted if s not in there), (Well(0, 0), 0))
        return Missing(total - found, total, first)

    def problems(self, site: SiteFiles) -> list[Problem]:
        """Return what the planes of a site lack."""
        there = {(p.wave, p.step or FLAT, p.time) for p in site.planes}
        total = sum(len(self.steps_of(w)) * len(self.times_of(w)) for w in self.waves)
        found = sum(
            wave in self.waves
            and step in self.steps_of(wave)
            and time in self.times_of(wave)
            for wave, step, time in there
        )
        if found >= total:
            return []
        first = next(plane for plane in self._planes() if plane not in there)
        message = (
            f"{total - found} of {total} planes are not there; the first is that of "
            f"wave {first[0]}, z step {first[1] or 1}, time point {first[2]}"
        )
        place = "TimePoints, ZSteps, NWavelengths"
        return [Problem("missing-part", message, place, error=True)]

    def _planes(self) -> Iterator[tuple[int, int, int]]:
        for wave in self.waves:
            for time in self.times_of(wave):
                for step in self.steps_of(wave):
                    yield wave, step, time


def shape_of(text: Keyed, files: Files) -> Shape:
    """Return the shape of a plate; projections in `files` are set apart."""
    planes = [plane for site in files.sites.values() for plane in site.planes]
    shape = Shape(_waves(text, {plane.wave for plane in planes}))
    shape.provenance["size.c"] = "NWavelengths"
    shape.wells = _wells(text)
    shape.sites_of_well = _sites(text)
    _times(shape, text, planes, alone=files.alone)
    _steps(shape, text, files, planes)
    return shape


def _waves(text: Keyed, there: set[int]) -> list[int]:
    count = text.count("NWavelengths") if text.flag("Waves", default=True) else 1
    if count is not None and count > MAX_WAVES:
        message = f"NWavelengths {count} cannot be meant; ignored"
        text.problem("value-ignored", message, "NWavelengths")
        count = None
    planned = range(1, (count or 1) + 1) if count or not there else ()
    taken = {n for n in planned if text.text(f"WaveCollect{n}") != "0"}
    return sorted(taken | there) or [1]


def _wells(text: Keyed) -> list[Well]:
    """Return the selected wells."""
    return [
        Well(row, column)
        for row in range(MAX_ROWS)
        if f"WellsSelection{row + 1}" in text.lines
        for column, on in enumerate(text.flags(f"WellsSelection{row + 1}"))
        if on
    ]


def _sites(text: Keyed) -> int:
    """Return the number of selected sites of each well."""
    if not text.flag("Sites"):
        return 1
    rows = (f"SiteSelection{row + 1}" for row in range(MAX_ROWS))
    return sum(sum(text.flags(key)) for key in rows if key in text.lines) or 1


def _times(shape: Shape, text: Keyed, planes: list[Plane], *, alone: bool) -> None:
    times = {plane.time for plane in planes} or {1}
    planned = 1 if alone else text.count("TimePoints") or 1
    shape.first_time = min(times) if alone else 1
    shape.times = max(planned, max(times) - shape.first_time + 1)
    shape.provenance["size.t"] = "TimePoints"
    for wave in shape.waves:
        if text.text(f"WaveCollect{wave}") not in {None, "0", "1"}:
            found = {plane.time for plane in planes if plane.wave == wave}
            shape.wave_times[wave] = tuple(sorted(found)) or (1,)


def _steps(shape: Shape, text: Keyed, files: Files, planes: list[Plane]) -> None:
    planned = text.count("ZSteps") if text.flag("ZSeries") else None
    numbers = {plane.step for plane in planes if plane.step is not None}
    if 0 in numbers and not text.flag("ZProjection") and (planned or 1) not in numbers:
        _count_from_one(files)
        numbers = {number + 1 for number in numbers}
    numbers.discard(0)
    by_wave = _steps_by_wave(files, shape.waves)
    for site in files.sites.values():
        _set_apart(site, by_wave)
    if not numbers:
        shape.wave_steps = dict.fromkeys(shape.waves, (FLAT,))
        _say_flat(text, planned)
        return
    alone = files.alone and len(numbers) == 1
    shape.steps = 1 if alone else max(planned or 1, *numbers)
    shape.provenance["size.z"] = "ZSteps"
    present = {plane.wave for plane in planes}
    for wave, found in by_wave.items():
        if wave in present and len(found) <= 1:
            shape.wave_steps[wave] = tuple(found) or (FLAT,)


def _count_from_one(files: Files) -> None:
    """Shift the z steps of a plate without projections, whose first is ZStep_0."""
    for site in files.sites.values():
        site.planes = [
            p if p.step is None else p._replace(step=p.step + 1) for p in site.planes
        ]


def _steps_by_wave(files: Files, waves: list[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {wave: set() for wave in waves}
    for site in files.sites.values():
        for plane in site.planes:
            if plane.step:
                found[plane.wave].add(plane.step)
    return found


def _set_apart(site: SiteFiles, by_wave: dict[int, set[int]]) -> None:
    """Move the projections of waves whose planes are there out of the planes."""
    planes, site.planes = site.planes, []
    for plane in planes:
        apart = not plane.step and by_wave[plane.wave]
        (site.projections if apart else site.planes).append(plane)


def _say_flat(text: Keyed, planned: int | None) -> None:
    if planned is not None and planned > 1:
        message = (
            f"{planned} z steps were to be taken, but there is one plane of each: a "
            "projection or a single step"
        )
        text.problem("planes-missing", message, "ZSteps")
