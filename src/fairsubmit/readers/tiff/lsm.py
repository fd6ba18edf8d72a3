"""Zeiss LSM: a TIFF of LSM 510 to 780 and early ZEN, with a thumbnail for each page.

Source: "Image File Format Description LSM 5/7 Release 6.0 (ZEN 2010)", Carl Zeiss.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    Objective,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.exact import even_step, micrometres
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.dialect import DialectReader
from fairsubmit.readers.tiff.lsm_blocks import (
    CZ_LSMINFO,
    DIMENSIONS,
    MAX_CHANNELS,
    Blocks,
    is_lsm,
)
from fairsubmit.readers.tiff.lsm_scan import Scan, read_scan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.readers.tiff.lsm_blocks import Fields
    from fairsubmit.readers.tiff.lsm_scan import DataChannel, Track
    from fairsubmit.readers.tiff.structure import Page, Tiff

__all__ = ["Lsm"]

COMPRESSION, STRIP_OFFSETS = 259, 273
MAX_IMAGES = 1 << 12
# DataType, and of each channel ChannelDataTypes.
_PIXEL_TYPES = {1: ("uint8", 8), 2: ("uint16", 16), 5: ("float", 32)}
_DATA = {
    1: "calculated",
    2: "a reconstruction in three dimensions",
    3: "a map of heights",
}
# Time of Sample: days since this, in the microscope's own time.
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_LENS = re.compile(r"(\d+(?:\.\d+)?)\s*[xX](?![a-z])(?:\s*/\s*(\d+(?:[.,]\d+)?))?")
_IMMERSION = re.compile(r"\b(Oil|Water|Glycerin|Glycerol|Air|W)\b", re.IGNORECASE)
_TRACK = re.compile(r"[-_ ]T(\d{1,2})$")


class Lsm(DialectReader):
    """Images of Zeiss' laser scanning microscopes before CZI."""

    name = "lsm"
    suffixes: Sequence[str] = (".lsm",)
    about = About(
        "Zeiss LSM",
        (".lsm",),
        "dimensions, voxel size, channels, laser lines, dyes, objective, date, times",
        "files written from the specification",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether the first page has the tag of LSM, with one of its numbers."""
        return is_lsm(tiff)

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each position or tile.

        Raises
        ------
        DamagedFileError
            If the tag's value is cut short.
        """
        return _Image(tiff, path).records()


class _Image:
    def __init__(self, tiff: Tiff, path: Path) -> None:
        self.tiff, self.path = tiff, path.as_posix()
        self.source = tiff.source
        self.blocks = Blocks(tiff)
        self.info = self.blocks.fields
        self.positions, self.tiles = self.blocks.positions, self.blocks.tiles
        self.problems: list[Problem] = []
        self.provenance: dict[str, str] = {}
        self.scan = Scan()
        if self.info.scan_at:
            self.scan = read_scan(self.source, self.info.scan_at)

    # -- records -------------------------------------------------------------------

    def records(self) -> list[ImageMetadata]:
        info = self.info
        count = self.positions * self.tiles
        if count > MAX_IMAGES:
            message = f"{count} positions and tiles cannot be meant; read as one image"
            self._odd("value-ignored", message, "CZ_LSMINFO/DimensionP")
            count = self.positions = self.tiles = 1
        kind = self._pixel_type()
        record = ImageMetadata(
            self.path,
            0,
            name=self._scanned("name", "Recording/Name", self.scan.name),
            format="Zeiss LSM",
            reader=Lsm.name,
            dimension_order="XYCZT",
            size=self._size(count),
            pixel_type=kind,
            significant_bits=self._significant_bits(kind),
            physical_size=self._physical_size(),
            time_increment=self._time_increment(),
            channels=self._channels(),
            objective=self._objective(),
            acquired_at=self._acquired_at(),
            files=(self.path,),
            provenance=self.provenance,
        )
        self._notes(info)
        others = [replace(record, series=series) for series in range(1, count)]
        return [replace(record, problems=tuple(self.problems)), *others]

    def _size(self, count: int) -> ImageSize:
        """Return the size, after a comparison with the pages of the TIFF."""
        info, page = self.info, self.tiff.first
        for axis, name in zip("xyzct", DIMENSIONS, strict=True):
            self.provenance[f"size.{axis}"] = f"CZ_LSMINFO/Dimension {name}"
        self.problems.extend(self._broken())
        sizes = [max(getattr(info, name), 0) or None for name in DIMENSIONS]
        if None in sizes[:2] or math.prod(filter(None, sizes)) > 1 << 62:
            message = "the description says no size; that of the pages is taken"
            self._odd("size-mismatch", message, f"tag {CZ_LSMINFO}", error=True)
            self.provenance["size.x"] = "IFD:0/ImageWidth"
            self.provenance["size.y"] = "IFD:0/ImageLength"
            return ImageSize(page.width, page.height, c=page.samples)
        self._compare(math.prod(s or 1 for s in (*sizes[:3], sizes[4])) * count, page)
        return ImageSize(*(size or 1 for size in sizes))

    def _compare(self, promised: int, page: Page) -> None:
        pages = self._pages()
        there = page.width * page.height * pages
        if there == promised:
            return
        if there < promised and promised % (page.width * page.height) == 0:
            whole = promised // (page.width * page.height)
            message = f"{whole} planes are described, {pages} are there"
            self._odd("planes-missing", message, f"tag {CZ_LSMINFO}")
            return
        message = (
            f"{promised} pixels of each channel are described, but {pages} pages of "
            f"{page.width} by {page.height} are there"
        )
        self._odd("size-mismatch", message, f"tag {CZ_LSMINFO}", error=True)

    def _pages(self) -> int:
        """Return the number of pages without thumbnails, which alternate with them."""
        count = len(self.tiff.offsets)
        second = self.tiff.pages((1,))
        thumbnails = bool(second) and second[0].reduced
        return (count + 1) // 2 if thumbnails else count

    def _broken(self) -> list[Problem]:
        """Return what is wrong with the directories, and whether pixels are missing."""
        problems = check(self.tiff)
        tiff = self.tiff
        if tiff.integer(tiff.tags, COMPRESSION, 1) == 1:
            return problems
        # Of compressed strips, these files give the length before compression.
        end = f"byte {self.source.size}"
        if self._starts_beyond():
            return problems
        return [p for p in problems if p.code != "truncated" or p.place != end]

    def _starts_beyond(self) -> bool:
        """Whether pixels of the last pages begin past the end of the file."""
        tiff = self.tiff
        for offset in tiff.offsets[-2:]:
            try:
                tags, _ = tiff.directory(offset)
            except DamagedFileError:
                return True
            strips = tags.get(STRIP_OFFSETS)
            starts = tiff.integers(strips) if strips else ()
            if max(starts, default=0) >= self.source.size:
                return True
        return False

    # -- values --------------------------------------------------------------------

    def _pixel_type(self) -> str | None:
        kinds: set[float] = {self.info.kind}
        if self.info.kind == 0:
            kinds = set(self.blocks.channel_types())
        known = [_PIXEL_TYPES[int(kind)] for kind in kinds if kind in _PIXEL_TYPES]
        if len(known) > 1:
            names = ", ".join(sorted(name for name, _ in known))
            message = f"the channels differ in their pixel type: {names}"
            self._odd("pixel-types-differ", message, "ChannelDataTypes")
        if known:
            self.provenance["pixel_type"] = "CZ_LSMINFO/DataType"
            return max(known, key=lambda kind: kind[1])[0]
        found = self.tiff.first.pixel_type
        if found is None:
            message = f"the pixel type {self.info.kind} is not known"
            self._odd("pixel-type-unknown", message, f"tag {CZ_LSMINFO}")
        return found

    def _significant_bits(self, kind: str | None) -> int | None:
        widest = dict(_PIXEL_TYPES.values()).get(kind or "", 64)
        bits = max((c.bits for t in self.scan.acquired for c in t.data), default=0)
        if not 0 < bits <= widest:
            return None
        self.provenance["significant_bits"] = "DataChannel/BitsPerSample"
        return bits

    def _physical_size(self) -> PhysicalSize:
        info, found = self.info, []
        for axis, metres in zip("xyz", info[8:11], strict=True):
            length = micrometres(repr(metres))
            if length is not None:
                self.provenance[f"physical_size.{axis}"] = f"VoxelSize{axis.upper()}"
            elif metres:
                message = (
                    f"the voxel size {metres} along {axis} cannot be meant; ignored"
                )
                self._odd("value-ignored", message, f"VoxelSize{axis.upper()}")
            found.append(None if length is None else Quantity(length, "µm"))
        return PhysicalSize(*found)

    def _time_increment(self) -> Quantity | None:
        times, interval = self.info.times, self.info.interval
        if times < 2:
            return None
        place = "CZ_LSMINFO/TimeInterval"
        if not 0 < interval < math.inf:
            place = "TimeStamps"
            interval = even_step(self.blocks.stamps(), times) or 0
        if not interval:
            return None
        self.provenance["time_increment"] = place
        return Quantity(interval, "s")

    def _channels(self) -> tuple[Channel, ...]:
        count = self.info.channels
        if not 0 < count <= MAX_CHANNELS:
            return ()
        names = self.blocks.names()
        if len(names) != count:
            names = []
        data = [(track, c) for track in self.scan.acquired for c in track.data]
        if len(data) != count:
            data = []
        channels = []
        for index in range(count):
            name = names[index] if names else (data[index][1].name if data else None)
            if name:
                where = "ChannelColors" if names else "DataChannel/Name"
                self.provenance[f"channels.{index}.name"] = where
            line, dye = self._light(index, name, data)
            channels.append(
                Channel(
                    index,
                    name or None,
                    dye,
                    None if line is None else Quantity(line, "nm"),
                    samples_per_pixel=1,
                )
            )
        return tuple(channels)

    def _light(
        self, index: int, name: str | None, data: Sequence[tuple[Track, DataChannel]]
    ) -> tuple[float | None, str | None]:
        """Return the laser line and the dye of a channel, where they are certain."""
        found = _TRACK.search(name or "")
        track = dye = None
        if data:
            track, dye = data[index][0], data[index][1].dye
        elif found and 0 < int(found.group(1)) <= len(self.scan.tracks):
            track = self.scan.tracks[int(found.group(1)) - 1]
        elif len(self.scan.acquired) == 1:
            (track,) = self.scan.acquired
        # Two lasers at once: which of them made this channel, the file does not say.
        lines = set(track.lines) if track else set()
        line = lines.pop() if len(lines) == 1 else None
        if line is not None:
            place = "IlluminationChannel/Wavelength"
            self.provenance[f"channels.{index}.excitation_wavelength"] = place
        if dye:
            self.provenance[f"channels.{index}.fluorophore"] = "DataChannel/DyeName"
        return line, dye

    def _objective(self) -> Objective:
        model = self._scanned(
            "objective.model", "Recording/Objective", self.scan.objective
        )
        lens = _LENS.search(model or "")
        if model is None or lens is None:
            return Objective(model=model)
        self.provenance["objective.magnification"] = "Recording/Objective"
        aperture = (lens.group(2) or "").replace(",", ".")
        if aperture:
            self.provenance["objective.numerical_aperture"] = "Recording/Objective"
        medium = _IMMERSION.search(model, lens.end())
        immersion = medium.group(1).capitalize() if medium else None
        return Objective(
            None,
            model,
            float(lens.group(1)) or None,
            float(aperture or 0) or None,
            "Water" if immersion == "W" else immersion,
        )

    def _acquired_at(self) -> str | None:
        days = self.scan.time
        # From 1990, before which there was no such microscope, to 2100.
        if days is None or not 32_874 < days < 73_050:
            return None
        self.provenance["acquired_at"] = "Recording/Sample0time"
        found = _EPOCH + timedelta(seconds=round(days * 86_400, 3))
        return f"{found:%Y-%m-%dT%H:%M:%S}"

    def _scanned(self, key: str, place: str, value: str | None) -> str | None:
        if value:
            self.provenance[key] = place
        return value or None

    # -- what is odd ---------------------------------------------------------------

    def _notes(self, info: Fields) -> None:
        if info.data in _DATA:
            message = f"is {_DATA[info.data]}, not as it was acquired"
            self._odd("processed-image", message, "CZ_LSMINFO/TypeOfData")
        elif self.scan.original == 0:
            message = "is no original scan, not as it was acquired"
            self._odd("processed-image", message, "Recording/OriginalScanData")
        if self.scan.user:
            message = "the settings of the scan hold the user's name"
            self._odd("personal-data", message, "Recording/User")
        if self.scan.cut:
            message = "the settings of the scan cannot be read to their end"
            self._odd("metadata-unreadable", message, f"byte {info.scan_at}")

    def _odd(self, code: str, message: str, place: str, *, error: bool = False) -> None:
        self.problems.append(Problem(code, message, place, error))
