"""What the TIFF files of an ImageXpress plate say: few are opened.

The first plane of every site, and the first of every wave of the plate.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import (
    Channel,
    Objective,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.plates.folder import CutParts, pixels_of
from fairsubmit.readers.tiff.metaseries import PlaneInfo
from fairsubmit.readers.units import number

if TYPE_CHECKING:
    from fairsubmit.readers.plates.imagexpress.files import Files, Plane, SiteFiles
    from fairsubmit.readers.plates.imagexpress.shape import Shape
    from fairsubmit.readers.plates.keyed import Keyed

__all__ = ["PlateHeaders", "Seen"]

_Z_STEP = "Z Projection Step Size"


class Seen(NamedTuple):
    """What the first plane of a site says."""

    width: int | None = None
    height: int | None = None
    pixel_type: str | None = None
    name: str | None = None
    physical_size: PhysicalSize = PhysicalSize()
    objective: Objective = Objective()
    acquired_at: str | None = None
    software: str | None = None
    problems: tuple[Problem, ...] = ()
    provenance: dict[str, str] = {}  # noqa: RUF012 - never changed


class PlateHeaders:
    """The headers of a plate.

    Parameters
    ----------
    text
        The HTD file.
    files
        The plate's files.
    shape
        Its waves.

    Attributes
    ----------
    channels
        Of every site.
    """

    def __init__(self, text: Keyed, files: Files, shape: Shape) -> None:
        self._cut = CutParts()
        self._of_channels: dict[str, str] = {}
        self._processed: list[Problem] = []
        self.channels = tuple(
            self._channel(index, wave, text.text(f"WaveName{wave}"), files)
            for index, wave in enumerate(shape.waves)
        )
        self._step = self._z_step(files) if shape.steps > 1 else None

    def _channel(
        self, index: int, wave: int, name: str | None, files: Files
    ) -> Channel:
        planes = (p for site in files.sites.values() for p in site.planes)
        plane = next((p for p in planes if p.wave == wave), None)
        info = _info(plane) if plane is not None else None
        channel = info.channel(index) if info is not None else Channel(index)
        key = f"channels.{index}.name"
        if info is not None:
            self._of_channels |= info.provenance
            self._processed += _projection(info, index)
        if name is not None:
            self._of_channels[key] = f"WaveName{wave}"
        return replace(channel, name=name or channel.name, samples_per_pixel=1)

    def _z_step(self, files: Files) -> tuple[Quantity, str] | None:
        """Return the distance of z steps, which the header of a projection holds."""
        projections = (p for site in files.sites.values() for p in site.projections)
        plane = next(projections, None)
        info = _info(plane) if plane is not None else None
        if plane is None or info is None:
            return None
        value = number(info.properties.get(_Z_STEP, ""))[0]
        if value is None or value <= 0:
            return None
        return Quantity(value, "µm"), f"{name_of(plane)}: PlaneInfo/{_Z_STEP}"

    def of(self, site: SiteFiles) -> Seen:
        """Return what the first plane of a site says, and which files are cut short."""
        plane = min(
            site.planes, key=lambda p: (p.time, p.wave, p.step or 0), default=None
        )
        if plane is None:
            return Seen()
        pixels = pixels_of(Path(plane.path))
        if isinstance(pixels, Problem):
            return Seen(problems=(pixels,), provenance=dict(self._of_channels))
        parts = ((p.path, p.size) for p in site.planes)
        cut = self._cut.problems(parts, pixels.least)
        info = PlaneInfo(pixels.description, name_of(plane))
        info.provenance = {
            **self._of_channels,
            "size.x": f"{name_of(plane)}: IFD:0/ImageWidth",
            "size.y": f"{name_of(plane)}: IFD:0/ImageLength",
        }
        physical_size = info.physical_size()
        if self._step is not None:
            physical_size = replace(physical_size, z=self._step[0])
            info.provenance["physical_size.z"] = self._step[1]
        return Seen(
            pixels.width,
            pixels.height,
            pixels.pixel_type,
            info.name(),
            physical_size,
            info.objective(),
            info.acquired_at(),
            info.software(),
            (*cut, *self._processed, *info.problems),
            info.provenance,
        )


def name_of(plane: Plane) -> str:
    return plane.path.rpartition("/")[2]


def _info(plane: Plane) -> PlaneInfo | None:
    pixels = pixels_of(Path(plane.path))
    if isinstance(pixels, Problem):
        return None
    return PlaneInfo(pixels.description, name_of(plane))


def _projection(info: PlaneInfo, index: int) -> list[Problem]:
    """Say that a channel is a projection; `index` counts from 0."""
    info.processed()
    problems, info.problems = info.problems, []
    return [
        replace(problem, message=f"channel {index + 1} {problem.message}")
        for problem in problems
        if problem.code == "processed-image"
    ]
