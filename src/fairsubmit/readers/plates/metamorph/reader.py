"""Series of MetaMorph and VisiView: an ND file, and a file for each stack.

The ND file (``"NDInfoFile"``, then ``"Key", value`` lines) says how many stage
positions, waves, z steps and times there are. Each file, ``base_w1DAPI_s1_t1.STK`` or
``.TIF``, holds the z steps of one wave, stage position and time; parts of the name that
are not needed are left out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.plates.beside import descriptions
from fairsubmit.readers.plates.folder import CutParts
from fairsubmit.readers.plates.keyed import Keyed, begins_with
from fairsubmit.readers.plates.metamorph.files import Position, found_files
from fairsubmit.readers.source import Source, shared
from fairsubmit.readers.tiff.metaseries import MetaSeries
from fairsubmit.readers.tiff.plain_tiff import PlainTiff
from fairsubmit.readers.tiff.stk import Stk
from fairsubmit.readers.units import number

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MetaMorph"]

FORMAT = "MetaMorph series"
_MEMBERS = (".tif", ".tiff", ".stk")
# MetaMorph takes some tens.
MAX_WAVES = 1_000
_START = re.compile(r"(\d{4})(\d\d)(\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)")
BITS = {"uint8": 8, "uint16": 16, "int16": 16, "uint32": 32, "float": 32}
_READERS = (Stk(), MetaSeries(), PlainTiff())


class MetaMorph:
    """Series of MetaMorph and VisiView."""

    name = "metamorph"
    suffixes: Sequence[str] = (".nd",)
    about = About(
        FORMAT,
        (".nd",),
        "stage positions, z and time, waves, pixel size, objective, date, files",
        "files written from the specification",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it begins with the line ``"NDInfoFile"``."""
        return begins_with(head, "NDInfoFile")

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the ND files beside whose names begin as the file's does."""
        name = path.name.lower()
        if not name.endswith(_MEMBERS):
            return ()
        return [
            path.parent / nd
            for nd in descriptions(path.parent).nd
            if name.startswith(nd.lower().removesuffix(".nd"))
        ]

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each stage position.

        Raises
        ------
        DamagedFileError
            If it is no ND file.
        ReadError
            If it cannot be opened.
        """
        return _Series(path).records()


class _Series:
    def __init__(self, path: Path) -> None:
        self.shown = path.as_posix()
        self.text = Keyed(path, "NDInfoFile")
        waves = range(1, self._wave_count() + 1)
        names = [self.text.text(f"WaveName{wave}") or "" for wave in waves]
        self.positions = found_files(path, names)
        self.cut = CutParts(lambda path: _member(path.as_posix()).problems)
        there = {part.wave for p in self.positions.values() for part in p.parts}
        self.waves = sorted(there | set(waves))
        self.stages = self._planned("DoStage", "NStagePositions")
        self.times = self._planned("DoTimelapse", "NTimePoints")
        self.steps = self._planned("DoZSeries", "NZSteps")
        self.step = self._step() if self.steps > 1 else None
        self._names: dict[int, Channel] = {}

    def _planned(self, flag: str, key: str) -> int:
        return (self.text.count(key) or 1) if self.text.flag(flag) else 1

    def _wave_count(self) -> int:
        count = self._planned("DoWave", "NWavelengths")
        if count > MAX_WAVES:
            message = f"NWavelengths {count} cannot be meant; ignored"
            self.text.problem("value-ignored", message, "NWavelengths")
            return 1
        return count

    def _step(self) -> Quantity | None:
        """Return the distance of z steps in µm; the decimal sign is the computer's."""
        value, _ = number(self.text.text("ZStepSize") or "")
        return Quantity(abs(value), "µm") if value else None

    def records(self) -> list[ImageMetadata]:
        """Return the records; what is wrong with the series stands in the first."""
        found = [
            self._record(series, stage)
            for series, stage in enumerate(sorted(self.positions))
        ]
        absent = [n for n in range(1, self.stages + 1) if n not in self.positions]
        if absent:
            message = (
                f"{len(absent)} of {self.stages} stage positions have no files; the "
                f"first is number {absent[0]}"
            )
            self.text.problem("missing-part", message, "NStagePositions", error=True)
        if not found:
            found = [
                ImageMetadata(
                    self.shown,
                    0,
                    format=FORMAT,
                    reader=MetaMorph.name,
                    files=(self.shown,),
                )
            ]
        problems = (*self.text.problems, *found[0].problems)
        return [replace(found[0], problems=problems), *found[1:]]

    def _record(self, series: int, stage: int) -> ImageMetadata:
        position = self.positions[stage]
        first = _member(position.parts[0].path)
        size, problems = self._size(position, first)
        label = self.text.text(f"Stage{stage}")
        physical_size = first.physical_size
        if self.step is not None:
            physical_size = replace(physical_size, z=self.step)
        return replace(
            first,
            path=self.shown,
            series=series,
            name=label or first.name,
            format=FORMAT,
            reader=MetaMorph.name,
            size=size,
            physical_size=physical_size,
            channels=self._channels(),
            acquired_at=first.acquired_at or self._started_at(),
            files=(self.shown, *(part.path for part in position.parts)),
            problems=tuple(problems),
            provenance=self._provenance(position, first, stage if label else None),
        )

    def _provenance(
        self, position: Position, first: ImageMetadata, stage: int | None
    ) -> dict[str, str]:
        name = position.parts[0].path.rpartition("/")[2]
        found = {key: f"{name}: {place}" for key, place in first.provenance.items()}
        found |= {
            "size.z": "NZSteps",
            "size.c": "NWavelengths",
            "size.t": "NTimePoints",
        }
        if stage is not None:
            found["name"] = f"Stage{stage}"
        if self.step is not None:
            found["physical_size.z"] = "ZStepSize"
        if first.acquired_at is None and self._started_at():
            found["acquired_at"] = "StartTime1"
        return found

    def _size(
        self, position: Position, first: ImageMetadata
    ) -> tuple[ImageSize, list[Problem]]:
        """Return the size, and what lacks; a file's planes are z steps if planned."""
        own = first.size
        times = max(self.times, *(part.time for part in position.parts))
        steps, planes = self.steps, (own.z or 1) * (own.t or 1)
        problems = [p for p in first.problems if p.code != "axis-unknown" or steps == 1]
        known = own.z is not None
        if steps == 1:
            steps, times = own.z or 1, max(times, own.t or 1)
        elif known and planes > steps:
            steps = planes
        size = ImageSize(own.x, own.y, steps, len(self.waves), times)
        found = self._missing(position)
        found += self._cut_short(position, first, planes)
        wave = position.parts[0].wave
        if known and planes < steps and self.text.flag(f"WaveDoZ{wave}", default=True):
            message = f"{steps} z steps were to be taken, but a file has {planes}"
            found.append(Problem("planes-missing", message, "NZSteps"))
        return size, [*found, *problems]

    def _started_at(self) -> str | None:
        found = _START.match(self.text.text("StartTime1") or "")
        if found is None:
            return None
        return f"{'-'.join(found.groups()[:3])}T{found.group(4)}"

    def _channels(self) -> tuple[Channel, ...]:
        return tuple(
            replace(self._channel(wave), index=index)
            for index, wave in enumerate(self.waves)
        )

    def _channel(self, wave: int) -> Channel:
        """Return the channel of a wave, from its first file, which is opened once."""
        if wave not in self._names:
            parts = (
                p for at in sorted(self.positions) for p in self.positions[at].parts
            )
            part = next((part for part in parts if part.wave == wave), None)
            read = _member(part.path).channels if part is not None else ()
            channel = read[0] if read else Channel(0, samples_per_pixel=1)
            name = self.text.text(f"WaveName{wave}")
            self._names[wave] = replace(channel, name=name or channel.name)
        return self._names[wave]

    def _missing(self, position: Position) -> list[Problem]:
        there = {(part.wave, part.time) for part in position.parts}
        times = max(self.times, *(time for _, time in there))
        total = len(self.waves) * times
        if len(there) >= total:
            return []
        wanted = ((w, t) for w in self.waves for t in range(1, times + 1))
        wave, time = next(part for part in wanted if part not in there)
        message = (
            f"{total - len(there)} of {total} files are not there; the first is "
            f"that of wave {wave}, time point {time}"
        )
        place = "NWavelengths, NTimePoints"
        return [Problem("missing-part", message, place, error=True)]

    def _cut_short(
        self, position: Position, first: ImageMetadata, planes: int
    ) -> list[Problem]:
        """Find cut files; those of a wave are as long as its first is."""
        one = position.parts[0]
        bits = BITS.get(first.pixel_type or "", 0)
        least = (first.size.x or 0) * (first.size.y or 0) * planes * bits // 8
        if one.size < least:  # compressed, or cut itself
            least = 0
        alike = [(p.path, p.size) for p in position.parts if p.wave == one.wave]
        others = [(p.path, p.size) for p in position.parts if p.wave != one.wave]
        return [*self.cut.problems(alike, least), *self.cut.problems(others, 0)]


def _member(path: str) -> ImageMetadata:
    """Return the record of a file of the series, by itself."""
    file = Path(path)
    try:
        with Source(file) as source, shared(source):
            for reader in _READERS:
                if reader.recognises(file, source.head):
                    return reader.read(file)[0]
    except ReadError as error:
        problem = Problem("unreadable-part", error.message, file.name, error=True)
        return ImageMetadata(path, 0, problems=(problem,))
    message = f"{file.name} is no TIFF, although it should hold planes"
    problem = Problem("unreadable-part", message, file.name, error=True)
    return ImageMetadata(path, 0, problems=(problem,))
