"""DeltaVision (softWoRx, OMX, Priism): a header, one record a section, a log beside."""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageMetadata,
    ImageSize,
    Objective,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.deltavision.header import (
    LENGTH,
    PIXEL_TYPES,
    SEQUENCES,
    Sections,
    is_deltavision,
    read_header,
)
from fairsubmit.readers.deltavision.log import Log, images_of, logs_of, read_log
from fairsubmit.readers.exact import even_step
from fairsubmit.readers.source import opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.readers.deltavision.header import Header

__all__ = ["DeltaVision"]

# Of the 32-bit numbers after the integers of each section's record.
_TIME, _STAGE_X, _STAGE_Y, _EXCITATION = 1, 2, 3, 10
# What softWoRx adds to the names of files that it computed.
_PROCESSED = {
    "_d3d": "deconvolved",
    "_decon": "deconvolved",
    "_sir": "reconstructed from structured illumination",
    "_prj": "projected along z",
    "_alx": "aligned",
}


class DeltaVision:
    """Images of DeltaVision and OMX microscopes."""

    name = "deltavision"
    suffixes: Sequence[str] = (".dv", ".r3d", ".r3d_d3d", ".dv_decon")
    about = About(
        "DeltaVision",
        (".dv", ".r3d"),
        "pixel size, wavelengths, time step, panels, date; objective, camera and "
        "filters from the log beside it",
        "1 real file",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it has the number of DeltaVision files and a possible size."""
        return is_deltavision(head)

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the images that a log may belong to."""
        return images_of(path)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each panel or stage position.

        Raises
        ------
        DamagedFileError
            If the file ends within its header, or the header says no size.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            header = read_header(source)
            sections = Sections(source, header)
        logs = logs_of(path)
        return _Image(path, header, sections, read_log(logs), logs).records()


class _Image:
    def __init__(
        self,
        path: Path,
        header: Header,
        sections: Sections,
        log: Log,
        logs: Sequence[Path],
    ) -> None:
        self.path, self.header, self.sections = path, header, sections
        self.log = log
        self.files = tuple(file.as_posix() for file in (path, *logs))
        self.problems: list[Problem] = list(log.problems)
        self.provenance = {"size.x": "header/NumCol", "size.y": "header/NumRow"}
        self.positions = header.panels or self._stage_positions()
        self.times = header.times if header.panels else header.times // self.positions

    def records(self) -> list[ImageMetadata]:
        header = self.header
        self._check()
        whole = header.sections % (header.times * len(header.waves)) == 0
        depth = header.planes if whole else None
        record = ImageMetadata(
            self.path.as_posix(),
            0,
            format="DeltaVision",
            reader=DeltaVision.name,
            dimension_order=self._order(),
            size=ImageSize(
                header.width,
                header.height,
                depth or None,
                len(header.waves),
                self.times if whole else None,
            ),
            pixel_type=PIXEL_TYPES[header.mode][0],
            physical_size=self._physical_size(),
            time_increment=self._time_increment(),
            channels=tuple(self._channel(w) for w in range(len(header.waves))),
            objective=self._objective(),
            detector=Detector(
                model=self._logged("detector.model", "Type", self.log.camera)
            ),
            acquired_at=self._acquired_at(),
            files=self.files,
            provenance=self.provenance,
        )
        others = [replace(record, series=series) for series in range(1, self.positions)]
        return [replace(record, problems=tuple(self.problems)), *others]

    # -- where a section stands --------------------------------------------------------

    def _index(self, time: int = 0, wave: int = 0) -> int:
        """Return the number of the first section of a time and a wavelength."""
        header = self.header
        lengths = {
            "Z": max(header.planes, 1),
            "W": len(header.waves),
            "T": header.times,
            "P": max(header.panels, 1),
        }
        wanted = {"T": time, "W": wave}
        stride, index = 1, 0
        for axis in header.sequence or SEQUENCES[0]:
            index += stride * wanted.get(axis, 0)
            stride *= lengths[axis]
        return index

    def _stage_positions(self) -> int:
        """Return the number of stage positions that older files count as times.

        They are a grid that is visited again and again; a stage that drifts, or that
        follows something, is none.
        """
        header = self.header
        places = []
        for time in range(header.times):
            numbers = self.sections.of(self._index(time))
            if numbers is None:
                return 1
            places.append((round(numbers[_STAGE_X], 1), round(numbers[_STAGE_Y], 1)))
        distinct = len(set(places))
        columns, rows = (len({place[axis] for place in places}) for axis in (0, 1))
        if distinct < 2 or columns * rows != distinct or header.times % distinct:
            return 1
        first = places[:distinct]
        regular = len(set(first)) == distinct and places == first * (
            header.times // distinct
        )
        return distinct if regular else 1

    # -- values ------------------------------------------------------------------------

    def _order(self) -> str | None:
        sequence = self.header.sequence
        if sequence is None:
            message = "the order of the sections is not known"
            self.problems.append(Problem("order-ignored", message, "byte 182"))
            return None
        self.provenance["dimension_order"] = "header/ImgSequence"
        return "XY" + sequence.replace("P", "").replace("W", "C")

    def _physical_size(self) -> PhysicalSize:
        found: list[Quantity | None] = []
        for axis, value in zip("xyz", self.header.pixel, strict=True):
            length = _decimal(value)
            if length is not None:
                self.provenance[f"physical_size.{axis}"] = f"header/d{axis}"
            elif value:
                message = (
                    f"the pixel size {value} along {axis} cannot be meant; ignored"
                )
                place = f"byte {40 + 4 * 'xyz'.index(axis)}"
                self.problems.append(Problem("value-ignored", message, place))
            found.append(None if length is None else Quantity(length, "µm"))
        return PhysicalSize(*found)

    def _time_increment(self) -> Quantity | None:
        stamps = []
        for time in range(self.times):
            numbers = self.sections.of(
                self._index(time * self.header.times // self.times)
            )
            if numbers is None:
                return None
            stamps.append(numbers[_TIME])
        step = even_step(stamps, self.times)
        if step is None:
            return None
        self.provenance["time_increment"] = "extended header, elapsed time"
        return Quantity(_decimal(step) or step, "s")

    def _channel(self, wave: int) -> Channel:
        key = f"channels.{wave}"
        emission = self.header.waves[wave]
        if emission > 0:
            self.provenance[f"{key}.emission_wavelength"] = f"header/wave {wave + 1}"
        numbers = self.sections.of(self._index(wave=wave))
        excitation = _decimal(numbers[_EXCITATION]) if numbers else None
        if excitation is not None:
            place = "extended header, excitation wavelength"
            self.provenance[f"{key}.excitation_wavelength"] = place
        name = None
        if len(self.log.filters) == len(self.header.waves):
            name = self._logged(f"{key}.name", "EM filter", self.log.filters[wave])
        return Channel(
            wave,
            name,
            # Negative numbers stand for light that passes no such filter.
            excitation_wavelength=Quantity(excitation, "nm") if excitation else None,
            emission_wavelength=Quantity(emission, "nm") if emission > 0 else None,
            samples_per_pixel=1,
        )

    def _objective(self) -> Objective:
        log = self.log
        model = self._logged("objective.model", "Objective", log.objective)
        if model is None and self.header.lens > 0:
            self.provenance["objective.model"] = "header/LensNum"
            model = f"lens ID {self.header.lens}"
        for key, value in (
            ("manufacturer", log.maker),
            ("magnification", log.magnification),
            ("numerical_aperture", log.aperture),
        ):
            if value is not None:
                self.provenance[f"objective.{key}"] = "log/Objective"
        return Objective(log.maker, model, log.magnification, log.aperture)

    def _logged(self, key: str, name: str, value: str | None) -> str | None:
        if value is not None:
            self.provenance[key] = f"log/{name}"
        return value

    def _acquired_at(self) -> str | None:
        seconds = self.header.created
        if math.isfinite(seconds) and 0 < seconds < 1 << 32:
            self.provenance["acquired_at"] = "byte 844"
            # Seconds since 1970 are UTC.
            found = datetime.fromtimestamp(seconds, UTC)
            return f"{found:%Y-%m-%dT%H:%M:%S}Z"
        return self._logged("acquired_at", "Created", self.log.created)

    # -- what is odd -------------------------------------------------------------------

    def _check(self) -> None:
        header = self.header
        plane = header.width * header.height * PIXEL_TYPES[header.mode][1]
        start = LENGTH + header.extended
        end = start + plane * header.sections
        if end > header.size:
            there = max(header.size - start, 0) // plane
            message = (
                f"{there} of {header.sections} sections are there; the pixels end "
                f"{end - header.size} bytes past the end of the file ({header.size} "
                "bytes): the file is cut short; copy it again from its source"
            )
            self._odd("truncated", message, f"byte {header.size}", error=True)
        planned = header.times * len(header.waves)
        if header.sections % planned:
            message = (
                f"{header.sections} sections cannot be {len(header.waves)} wavelengths "
                f"at {header.times} time points"
            )
            self._odd("size-mismatch", message, "byte 8", error=True)
        if PIXEL_TYPES[header.mode][0] is None:
            message = f"the pixel type {header.mode} (complex integers) has no OME name"
            self._odd("pixel-type-unknown", message, "byte 12")
        stem = self.path.name.lower().partition(".")[0]
        name = self.path.name.lower()
        for mark, what in _PROCESSED.items():
            if stem.endswith(mark) or name.endswith(mark):
                message = f"is {what}, as its name says, not as it was acquired"
                self._odd("processed-image", message, self.path.name)
                break

    def _odd(self, code: str, message: str, place: str, *, error: bool = False) -> None:
        self.problems.append(Problem(code, message, place, error))


def _decimal(value: float) -> float | None:
    """Return the shortest decimal number that a 32-bit number above 0 stands for."""
    if not 0 < value < math.inf:
        return None
    for digits in range(6, 10):
        text = f"{value:.{digits}g}"
        if struct.pack("f", float(text)) == struct.pack("f", value):
            return float(text)
    return value
