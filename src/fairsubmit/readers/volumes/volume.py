"""What headers of volumes have in common: axes, a type, files of pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    PhysicalSize,
    Problem,
    Quantity,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LARGEST", "Axis", "Volume"]

LARGEST = 1 << 40
MAX_CHANNELS = 256


class Axis(NamedTuple):
    """One axis.

    Attributes
    ----------
    name
        x, y, z, c or t; empty where the header does not tell.
    size
        Pixels.
    step
        Their distance, with its unit.
    place
        What told the distance.
    """

    name: str
    size: int
    step: Quantity | None = None
    place: str = ""


@dataclass
class Volume:
    """An image as a header describes it.

    Attributes
    ----------
    path
        The header.
    format, reader
        For the record.
    axes
        Fastest first.
    pixel_type
        OME name.
    bits
        Of one sample.
    files
        Files of pixels.
    problems, provenance
        For the record.
    """

    path: Path
    format: str
    reader: str
    axes: list[Axis]
    pixel_type: str | None
    bits: int
    files: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    provenance: dict[str, str] = field(default_factory=dict)
    significant_bits: int | None = None
    samples: int = 1
    name: str | None = None
    acquired_at: str | None = None
    software: str | None = None
    channels: tuple[Channel, ...] = ()

    def problem(
        self, code: str, message: str, place: str, *, error: bool = False
    ) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, message, place, error))

    def check_length(self, available: int, place: str) -> None:
        """Note pixels that are missing.

        Parameters
        ----------
        available
            Bytes that are there for pixels, without compression.
        place
            Where they end.
        """
        bits = math.prod(axis.size for axis in self.axes) * self.bits * self.samples
        needed = (bits + 7) // 8
        if available < needed:
            message = (
                f"has {max(available, 0)} bytes of pixels where {needed} are needed"
            )
            self.problem("truncated", message, place, error=True)

    def record(self) -> ImageMetadata:
        """Return the record."""
        named = self._named()
        count = named["c"].size * self.samples if "c" in named else self.samples
        steps = {key: named[key].step if key in named else None for key in "xyzt"}
        for key in "zt":  # one slice has no distance from the next
            if key in named and named[key].size == 1:
                steps[key] = None
        for key, step in steps.items():
            if step is not None:
                field_name = "time_increment" if key == "t" else f"physical_size.{key}"
                self.provenance[field_name] = named[key].place
        sizes = {key: named[key].size if key in named else 1 for key in "xyzt"}
        file = self.path.as_posix()
        others = (part.as_posix() for part in self.files)
        return ImageMetadata(
            file,
            0,
            name=self.name,
            format=self.format,
            reader=self.reader,
            size=ImageSize(**sizes, c=count),
            pixel_type=self._type(),
            significant_bits=self.significant_bits,
            physical_size=PhysicalSize(steps["x"], steps["y"], steps["z"]),
            time_increment=steps["t"],
            channels=self._channels(count),
            acquired_at=self.acquired_at,
            software=self.software,
            files=tuple(dict.fromkeys((file, *others))),
            problems=tuple(self.problems),
            provenance=self.provenance,
        )

    def _type(self) -> str | None:
        if self.pixel_type is None:
            message = (
                f"pixels of {self.bits} bits are of no type that OME has a name for"
            )
            self.problem("pixel-type-unknown", message, "type")
        return self.pixel_type

    def _named(self) -> dict[str, Axis]:
        """Give an axis without a name the next that is free, and say so."""
        named = {axis.name: axis for axis in self.axes if axis.name}
        free = [name for name in "xyztc" if name not in named]
        for axis in self.axes:
            if axis.name or axis.size == 1:
                continue
            if not free:
                self.problem("axis-unknown", "has more axes than five", "sizes")
                break
            if free[0] not in "xyz":
                message = f"does not say what the axis of {axis.size} is"
                self.problem("axis-unknown", message, "sizes")
            named[free.pop(0)] = axis
        return named

    def _channels(self, count: int) -> tuple[Channel, ...]:
        if self.channels:
            return self.channels
        if count > MAX_CHANNELS:
            return ()
        return tuple(
            Channel(index, samples_per_pixel=self.samples)
            for index in range(count // self.samples)
        )
