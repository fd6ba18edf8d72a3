"""MetaMorph STK: a TIFF of one directory whose planes follow one another.

The tags UIC1 to UIC4 (33628 to 33631) hold the rest (Molecular Devices, "MetaMorph
Stack (STK) Image File Format"): UIC2 counts the planes and has for each the
distance along z and the time of creation, days since 4713 BC and milliseconds; UIC3 the
wavelengths; UIC1 the calibration; UIC4 stage positions and labels.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import (
    Channel,
    ImageMetadata,
    ImageSize,
    Objective,
    PhysicalSize,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened
from fairsubmit.readers.tiff.chain import check
from fairsubmit.readers.tiff.metaseries import PlaneInfo, is_metaseries, page_text
from fairsubmit.readers.tiff.plain_tiff import software
from fairsubmit.readers.tiff.structure import Tiff, is_tiff, open_tiff
from fairsubmit.readers.units import length_unit
from fairsubmit.readers.values import Values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Stk"]

UIC1, UIC2, UIC3, UIC4 = 33628, 33629, 33630, 33631
COMPRESSION, STRIP_OFFSETS = 259, 273
# Identifiers within UIC1; the value is a number, or where a longer value stands.
CALIBRATED, X_CALIBRATION, Y_CALIBRATION, UNITS, NAME = 3, 4, 5, 6, 7
# Identifiers within UIC4, and how many bytes they have for each plane.
STAGE_LABEL, ABSOLUTE_Z = 37, 40
PLANE_BYTES = {28: 16, 29: 16, ABSOLUTE_Z: 8, 41: 4}
MAX_PLANES = 1 << 20
MAX_TEXT = 1 << 10
MAX_PAIRS = 1 << 10
MAX_UIC4 = 1 << 20
# Of a stack, so many planes are looked at.
MAX_ASKED = 4096
# The day before the first of proleptic Gregorian ordinals; the format's days change at
# midnight, Julian days at noon.
JULIAN_OFFSET = 1721424
DAY_MS = 86_400_000


class Stk:
    """Stacks of MetaMorph, and of VisiView."""

    name = "stk"
    suffixes: Sequence[str] = (".stk",)
    about = About(
        "MetaMorph STK",
        (".stk",),
        "planes along z or time, wavelength, pixel size, date",
        "files written from the specification",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a TIFF with the tags UIC1 and UIC2."""
        if not is_tiff(head):
            return False
        try:
            with opened(path) as source:
                tags = open_tiff(source).tags
        except ReadError:
            return False
        return UIC2 in tags and UIC1 in tags

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the stack's record.

        Raises
        ------
        DamagedFileError
            If there is no whole image file directory, or none of a stack.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            tiff = open_tiff(source)
            if UIC2 not in tiff.tags:
                raise DamagedFileError(path.as_posix(), "the tag UIC2 of a stack")
            return [_Stack(tiff).record(path.as_posix(), self.name)]


class _Plane(NamedTuple):
    """A plane's distance to the one before, and day and millisecond of creation."""

    distance: float
    day: int
    millisecond: int


class _Stack(Values):
    def __init__(self, tiff: Tiff) -> None:
        super().__init__()
        self.tiff = tiff
        self.order = tiff.layout.order
        self.problems += check(tiff)
        self.count = self._count()
        self.planes = self._planes()
        self.pairs = self._pairs()
        self.info = self._info()
        self.provenance = {"size.x": "IFD:0/ImageWidth", "size.y": "IFD:0/ImageLength"}

    # -- the tags --------------------------------------------------------------

    def _count(self) -> int:
        """Return the number of planes: so many have a place in the file."""
        count = self.tiff.tags[UIC2].values
        if not 0 < count <= MAX_PLANES:
            message = f"UIC2 says {count} planes, which cannot be meant; ignored"
            self.problem("value-ignored", message, "UIC2")
            return 1
        page = self.tiff.first
        entry = self.tiff.tags.get(STRIP_OFFSETS)
        start = next(iter(self.tiff.integers(entry, last=1)), 0) if entry else 0
        if not start or self.tiff.integer(self.tiff.tags, COMPRESSION, 1) != 1:
            return count
        row = (page.width * page.bits * page.samples + 7) // 8
        end = start + count * row * page.height
        if end > self.tiff.source.size:
            message = (
                f"the pixels of {count} planes end at byte {end}, past the end of the "
                f"file ({self.tiff.source.size} bytes): the file is cut short; copy it "
                "again from its source"
            )
            place = f"byte {self.tiff.source.size}"
            self.problem("truncated", message, place, error=True)
        return count

    def _numbers(self, offset: int, count: int, code: str = "I") -> tuple[int, ...]:
        """Return numbers of four bytes; fewer where the file ends."""
        raw = self.tiff.source.read(offset, 4 * count)
        whole = len(raw) // 4
        return struct.unpack(f"{self.order}{whole}{code}", raw[: 4 * whole])

    def _planes(self) -> list[_Plane]:
        offset = self.tiff.value_offset(self.tiff.tags[UIC2])
        numbers = self._numbers(offset, 6 * min(self.count, MAX_ASKED))
        return [
            _Plane(_ratio(*numbers[at : at + 2]), numbers[at + 2], numbers[at + 3])
            for at in range(0, len(numbers) - 5, 6)
        ]

    def _pairs(self) -> dict[int, int]:
        """Return the identifiers and values of UIC1."""
        entry = self.tiff.tags.get(UIC1)
        if entry is None or entry.type != 4:
            return {}
        count = min(entry.values, MAX_PAIRS)
        numbers = self._numbers(self.tiff.value_offset(entry), 2 * count)
        return dict(zip(numbers[::2], numbers[1::2], strict=False))

    def _fraction(self, identifier: int) -> float:
        offset = self.pairs.get(identifier, 0)
        numbers = self._numbers(offset, 2) if offset else ()
        return _ratio(*numbers) if len(numbers) == 2 else 0

    def _text(self, identifier: int) -> str | None:
        """Return the text that stands, after its length, where UIC1 says."""
        offset = self.pairs.get(identifier, 0)
        length = next(iter(self._numbers(offset, 1)), 0) if offset else 0
        if not 0 < length <= MAX_TEXT:
            return None
        return _words(self.tiff.source.read(offset + 4, length))

    def _later(self) -> tuple[str | None, float]:
        """Return the first plane's label and the distance of two planes, from UIC4."""
        entry = self.tiff.tags.get(UIC4)
        if entry is None or entry.type != 4 or self.count > MAX_ASKED:
            return None, 0
        raw = self.tiff.source.read(self.tiff.value_offset(entry), MAX_UIC4)
        label, step, at = None, 0.0, 0
        for _ in range(len(PLANE_BYTES) + 1):
            identifier = int.from_bytes(raw[at : at + 2], self.tiff.layout.byteorder)
            at += 2
            if identifier == STAGE_LABEL:
                label, at = self._labels(raw, at)
                continue
            if identifier == ABSOLUTE_Z and self.count > 1 and at + 16 <= len(raw):
                one, of_one, two, of_two = struct.unpack_from(
                    self.order + "4i", raw, at
                )
                step = abs(_ratio(two, of_two) - _ratio(one, of_one))
            if identifier not in PLANE_BYTES:
                break
            at += self.count * PLANE_BYTES[identifier]
        return label, step

    def _labels(self, raw: bytes, at: int) -> tuple[str | None, int]:
        """Return the first of the planes' labels, and where the last ends."""
        first = None
        for plane in range(self.count):
            length = int.from_bytes(raw[at : at + 4], self.tiff.layout.byteorder)
            if not plane:
                first = _words(raw[at + 4 : at + 4 + min(length, MAX_TEXT)])
            at += 4 + length
            if at > len(raw):
                break
        return first, at

    def _waves(self) -> tuple[float, ...]:
        """Return the different wavelengths, in the order of the planes."""
        entry = self.tiff.tags.get(UIC3)
        if entry is None:
            return ()
        count = min(self.count, entry.values, MAX_ASKED)
        numbers = self._numbers(self.tiff.value_offset(entry), 2 * count)
        ratios = (_ratio(*numbers[at : at + 2]) for at in range(0, 2 * count - 1, 2))
        return tuple(dict.fromkeys(ratios)) if len(numbers) == 2 * count else ()

    def _info(self) -> PlaneInfo | None:
        """Return the properties of the first plane, which later versions write."""
        text = page_text(self.tiff, self.tiff.offsets[0])
        if not is_metaseries(text[:64].encode()):
            return None
        return PlaneInfo(text.partition("\0")[0])

    # -- the record ------------------------------------------------------------

    def record(self, path: str, reader: str) -> ImageMetadata:
        """Return the stack's record."""
        page = self.tiff.first
        label, height = self._later()
        step = self.planes[0].distance if self.planes else 0
        waves = self._waves()
        size = self._size(len(waves) or 1, step or height)
        if step or height:
            place = "UIC2/ZDistance" if step else "UIC4/AbsoluteZ"
            self.provenance["size.z"] = self.provenance["physical_size.z"] = place
        known = size.z is not None
        return ImageMetadata(
            path,
            0,
            name=label or self._text(NAME),
            format="MetaMorph STK",
            reader=reader,
            size=size,
            pixel_type=page.pixel_type,
            physical_size=self._physical_size(step or height),
            time_increment=None,
            channels=self._channels(waves) if known else (),
            objective=self.info.objective() if self.info else Objective(),
            acquired_at=self._acquired_at(),
            software=software(self.tiff),
            files=(path,),
            problems=(*self.problems, *(self.info.problems if self.info else ())),
            provenance={
                **(self.info.provenance if self.info else {}),
                **self.provenance,
            },
        )

    def _size(self, waves: int, step: float) -> ImageSize:
        width, height = self.tiff.first.width, self.tiff.first.height
        rest, odd = divmod(self.count, waves)
        if rest == 1 and not odd:
            return ImageSize(width, height, 1, waves, 1)
        if step > 0 and not odd:
            return ImageSize(width, height, rest, waves, 1)
        times = {(plane.day, plane.millisecond) for plane in self.planes}
        if len(times) > 1 and not odd:
            self.provenance["size.t"] = "UIC2/TimeCreated"
            return ImageSize(width, height, 1, waves, rest)
        message = (
            f"holds {self.count} planes and does not say whether they are z positions, "
            "times or channels"
        )
        self.problem("axis-unknown", message, "UIC2")
        return ImageSize(width, height)

    def _channels(self, waves: tuple[float, ...]) -> tuple[Channel, ...]:
        found = []
        samples = self.tiff.first.samples
        for index, wave in enumerate(waves or (0,)):
            length = Quantity(wave, "nm") if wave > 0 else None
            if length is not None:
                key = f"channels.{index}.emission_wavelength"
                self.provenance[key] = "UIC3"
            found.append(
                Channel(index, emission_wavelength=length, samples_per_pixel=samples)
            )
        if len(found) == 1 and self.info is not None:
            name = self.info.channel(0).name
            found[0] = replace(found[0], name=name)
        return tuple(found)

    def _physical_size(self, step: float) -> PhysicalSize:
        z = Quantity(step, "µm") if step > 0 else None
        if self.pairs.get(CALIBRATED) != 1:
            size = self.info.physical_size() if self.info else PhysicalSize()
            return replace(size, z=z)
        written = self._text(UNITS) or "um"
        # The program knows no other spelling; it is no mistake of the user.
        unit = "µm" if written in {"um", "microns"} else length_unit(written).value
        if unit is None:
            message = f"the unit {written!r} is no length; the pixel size is ignored"
            self.problem("unit-unknown", message, "UIC1/CalibrationUnits")
            return PhysicalSize(z=z)
        lengths = [self._fraction(key) for key in (X_CALIBRATION, Y_CALIBRATION)]
        if min(lengths) <= 0:
            return PhysicalSize(z=z)
        self.provenance["physical_size.x"] = "UIC1/XCalibration"
        self.provenance["physical_size.y"] = "UIC1/YCalibration"
        return PhysicalSize(Quantity(lengths[0], unit), Quantity(lengths[1], unit), z)

    def _acquired_at(self) -> str | None:
        """Return when the first plane was created, by the clock of the computer."""
        first = self.planes[0] if self.planes else _Plane(0, 0, 0)
        ordinal = first.day - JULIAN_OFFSET
        if not 1 <= ordinal <= date.max.toordinal() or first.millisecond >= DAY_MS:
            return None
        self.provenance["acquired_at"] = "UIC2/DateCreated, TimeCreated"
        seconds, thousandths = divmod(first.millisecond, 1000)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        day = date.fromordinal(ordinal).isoformat()
        return f"{day}T{hour:02}:{minute:02}:{second:02}.{thousandths:03}"


def _ratio(numerator: int, denominator: int) -> float:
    return numerator / denominator if denominator else 0


def _words(raw: bytes) -> str | None:
    return raw.partition(b"\0")[0].decode("cp1252", "replace").strip() or None
