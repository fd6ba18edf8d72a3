"""TIA series (FEI, Emispec): images and spectra, ``.ser`` beside ``.emi``.

The company has published no specification; the structure is as C. B. Boothroyd
describes it ("TIA's .SER and .EMI file formats").
"""

from __future__ import annotations

import math
import struct
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    Instrument,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.em import emi
from fairsubmit.readers.source import opened
from fairsubmit.readers.units import length_unit
from fairsubmit.readers.volumes.numbers import metres, positive

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.readers.source import Source

__all__ = ["TiaSeries"]

MAGIC = b"II\x97\x01"
SPECTRA, IMAGES = 0x4120, 0x4122
TIMES = 0x4152  # tags of a time alone: a time series
WIDE = 0x0220  # since this version offsets have 64 bits
MAX_DIMENSIONS = 8
MAX_TEXT = 1 << 10
_LARGEST = 1 << 31
# Pixels of micrographs are smaller; diffraction patterns are in 1/m.
_SMALL = 1e-2
_TYPES = {
    1: ("uint8", 1),
    2: ("uint16", 2),
    3: ("uint32", 4),
    4: ("int8", 1),
    5: ("int16", 2),
    6: ("int32", 4),
    7: ("float", 4),
    8: ("double", 8),
    9: ("complex", 8),
    10: ("double-complex", 16),
}


class _Axis(NamedTuple):
    """One of the dimensions along which elements were taken."""

    size: int
    delta: float
    unit: str


class _Head(NamedTuple):
    kind: int
    tags: int
    total: int
    valid: int
    table: int
    wide: bool
    axes: tuple[_Axis, ...]


class _Element(NamedTuple):
    """An element: columns and rows, or channels of a spectrum, and where it ends."""

    shape: tuple[int, ...]
    deltas: tuple[float, ...]
    pixel_type: str
    end: int


class TiaSeries:
    """The elements of one file are one image."""

    name = "tia_ser"
    suffixes: Sequence[str] = (".ser",)
    about = About(
        "TIA series",
        (".ser", ".emi"),
        "pixel size, date, microscope",
        "49 real files",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it starts with TIA's byte order, series ID and a known kind."""
        if not head.startswith(MAGIC) or len(head) < 26:
            return False
        return struct.unpack_from("<i", head, 6)[0] in {SPECTRA, IMAGES}

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the series that an ``.emi`` describes."""
        if path.suffix.lower() != emi.SUFFIX:
            return ()
        return emi.series_named(path)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the record of the series.

        Raises
        ------
        DamagedFileError
            If the header or its first element is cut short or cannot be meant.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            if not self.recognises(path, source.head):
                expected = "the header of a TIA series"
                raise DamagedFileError(path.as_posix(), expected, offset=0)
            head = _head(source)
            element = _element(source, head, _offset(source, head, 0))
            series = _Series(path, head, element)
            series.check(source)
            series.look_beside()
            if series.acquired_at is None:
                series.acquired_at = _time(source, head)
        return [series.record(self.name)]


def _unpack(source: Source, code: str, at: int) -> tuple[float, ...]:
    """Read numbers.

    Raises
    ------
    DamagedFileError
        If the file ends before.
    """
    raw = source.read(at, struct.calcsize(code)) if 0 <= at < source.size else b""
    if len(raw) < struct.calcsize(code):
        expected = "a TIA series' numbers"
        raise DamagedFileError(_shown(source), expected, offset=source.size)
    return struct.unpack(code, raw)


def _shown(source: Source) -> str:
    return source.path.as_posix()


def _head(source: Source) -> _Head:
    """Read what stands before the elements.

    Raises
    ------
    DamagedFileError
        If a count cannot be meant.
    """
    version, kind, tags, total, valid = _unpack(source, "<H4i", 4)
    wide = version >= WIDE
    table, count = _unpack(source, "<qi" if wide else "<ii", 22)
    if not 0 < valid <= total or not 0 <= count <= MAX_DIMENSIONS:
        raise DamagedFileError(
            _shown(source), "counts of elements and dimensions", offset=14
        )
    axes = []
    at = 34 if wide else 30
    for _ in range(int(count)):
        size, _, delta, _ = _unpack(source, "<iddi", at)
        _, at = _text(source, at + 24)
        unit, at = _text(source, at)
        axes.append(_Axis(int(size), delta, unit))
    return _Head(
        int(kind), int(tags), int(total), int(valid), int(table), wide, tuple(axes)
    )


def _text(source: Source, at: int) -> tuple[str, int]:
    """Read a length and so many letters; return where they end, too.

    Raises
    ------
    DamagedFileError
        If it is longer than any.
    """
    (length,) = _unpack(source, "<i", at)
    if not 0 <= length <= MAX_TEXT:
        raise DamagedFileError(_shown(source), "the length of a name", offset=at)
    raw = source.read(at + 4, int(length))
    return raw.decode("latin-1").strip("\0 "), at + 4 + int(length)


def _offset(source: Source, head: _Head, number: int) -> int:
    """Return where an element stands, or a tag: tags follow the elements."""
    code, width = ("<q", 8) if head.wide else ("<i", 4)
    (found,) = _unpack(source, code, head.table + width * number)
    return int(found)


def _element(source: Source, head: _Head, at: int) -> _Element:
    """Read an element's calibration and extent.

    Raises
    ------
    DamagedFileError
        If they cannot be meant.
    """
    if head.kind == IMAGES:
        _, x, _, _, y, _, code, *shape = _unpack(source, "<ddiddihii", at)
        deltas: tuple[float, ...] = (x, y)
        length = 50
    else:
        _, delta, _, code, *shape = _unpack(source, "<ddihi", at)
        deltas, length = (delta,), 26
    extents = tuple(int(extent) for extent in shape)
    known = _TYPES.get(int(code))
    if known is None or not all(0 < extent < _LARGEST for extent in extents):
        raise DamagedFileError(
            _shown(source), "an element's type and extent", offset=at
        )
    end = at + length + known[1] * math.prod(extents)
    return _Element(extents, deltas, known[0], end)


def _time(source: Source, head: _Head) -> str | None:
    """Return when the first element was taken: seconds since 1970, which are UTC."""
    try:
        at = _offset(source, head, head.total)
        _, _, seconds = _unpack(source, "<HHI", at)
    except DamagedFileError:
        return None
    if not seconds:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Series:
    def __init__(self, path: Path, head: _Head, element: _Element) -> None:
        self.path = path
        self.head = head
        self.element = element
        self.problems: list[Problem] = []
        self.provenance = {"size": "ArraySize", "pixel_type": "DataType"}
        self.acquired_at: str | None = None
        self.instrument = Instrument()
        self.files = [path.as_posix()]

    def check(self, source: Source) -> None:
        head = self.head
        if head.valid < head.total:
            message = f"holds {head.valid} of {head.total} elements"
            self.problems.append(
                Problem("planes-missing", message, "ValidNumberElements")
            )
        try:
            end = _element(source, head, _offset(source, head, head.valid - 1)).end
        except DamagedFileError:
            end = source.size + 1
        if end > source.size:
            message = "ends before its last element does"
            place = f"byte {source.size}"
            self.problems.append(Problem("truncated", message, place, error=True))

    def look_beside(self) -> None:
        path = emi.beside(self.path)
        if path is None:
            return
        self.files.append(path.as_posix())
        try:
            with opened(path) as source:
                found = emi.parse(source.read(0, emi.MAX_BYTES))
        except ReadError as error:
            self.problems.append(Problem("unreadable-part", error.message, path.name))
            return
        self.acquired_at = found.acquired_at
        if found.acquired_at is not None:
            self.provenance["acquired_at"] = f"{path.name}/AcquireDate"
        self.instrument = Instrument(found.manufacturer, found.microscope)
        if found.names_a_user:
            message = "the file beside the series names its user"
            self.problems.append(Problem("personal-data", message, f"{path.name}/User"))

    def record(self, reader: str) -> ImageMetadata:
        images = self.head.kind == IMAGES
        size, physical = self._images() if images else self._spectra()
        return ImageMetadata(
            self.files[0],
            0,
            format="TIA series",
            reader=reader,
            size=size,
            pixel_type=self.element.pixel_type,
            physical_size=physical,
            channels=(Channel(0, samples_per_pixel=1),) if size.c == 1 else (),
            instrument=self.instrument,
            acquired_at=self.acquired_at,
            files=tuple(self.files),
            problems=tuple(self.problems),
            provenance=self.provenance,
        )

    def _images(self) -> tuple[ImageSize, PhysicalSize]:
        count: int | None = self.head.valid
        if self.head.tags != TIMES and self.head.valid > 1:
            message = f"holds {count} images taken at positions, not in a volume"
            self.problems.append(Problem("axis-unknown", message, "TagTypeID"))
            count = None
        lengths = [
            metres(delta) if positive(delta) and delta < _SMALL else None
            for delta in self.element.deltas
        ]
        for axis, length in zip("XY", lengths, strict=True):
            if length is not None:
                key = f"physical_size.{axis.lower()}"
                self.provenance[key] = f"CalibrationDelta{axis}"
        width, height = self.element.shape
        return ImageSize(width, height, 1, 1, count), PhysicalSize(*lengths)

    def _spectra(self) -> tuple[ImageSize, PhysicalSize]:
        """Return the extent of a map of spectra: their channels are no pixels."""
        energies = self.element.shape[0]
        axes = [axis for axis in self.head.axes if axis.size > 1][:2]
        if math.prod(axis.size for axis in axes) != self.head.total:
            axes = []
        if not axes:
            return ImageSize(energies, 1, 1, 1, self.head.valid), PhysicalSize()
        lengths = [_length(axis) for axis in axes]
        for name, length in zip("xy", lengths, strict=False):
            if length is not None:
                key = f"physical_size.{name}"
                self.provenance[key] = f"Dimension {'xy'.index(name)}/CalibrationDelta"
        width, height = (*(axis.size for axis in axes), 1)[:2]
        return ImageSize(width, height, 1, energies, 1), PhysicalSize(*lengths)


def _length(axis: _Axis) -> Quantity | None:
    unit, delta = length_unit(axis.unit).value, abs(axis.delta)
    if unit is None or not positive(delta):
        return None
    if unit == "m":  # one metre stands where nothing was measured
        return metres(delta) if delta < _SMALL else None
    return Quantity(delta, unit)
