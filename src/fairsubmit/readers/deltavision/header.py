"""The header of a DeltaVision file, and the record of each section after it.

Sources: the Imsubs file format of IVE (UCSF), "IM_ref2", image header; the file format
page of Microscope-Cockpit for the extended header. What softWoRx adds for more than
five wavelengths and for panels (file type 100) is as Bio-Formats describes it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import DamagedFileError

if TYPE_CHECKING:
    from fairsubmit.readers.source import Source

__all__ = [
    "LENGTH",
    "PIXEL_TYPES",
    "SEQUENCES",
    "Header",
    "Sections",
    "is_deltavision",
    "read_header",
]

LENGTH = 1024
# DVID, -16224, by byte order.
MAGIC = {b"\xa0\xc0": "<", b"\xc0\xa0": ">"}
# Bytes 209-211 of MRC, where this format has the origin along z.
MRC_MAP = b"MAP"
WITH_PANELS = 100
MAX_WAVES, MAX_WAVES_BEFORE = 12, 5
MAX_EXTENDED = 1 << 23
MAX_PANELS = 1 << 12

# Mode of the image header: name in OME, bytes of a pixel.
PIXEL_TYPES: dict[int, tuple[str | None, int]] = {
    0: ("uint8", 1),
    1: ("int16", 2),
    2: ("float", 4),
    3: (None, 4),  # complex of two 16-bit integers
    4: ("complex", 8),
    5: ("int16", 2),
    6: ("uint16", 2),
    7: ("int32", 4),
}
# Image sequence: fastest first; W is a wavelength, P a panel.
SEQUENCES = (
    *("ZTWP", "WZTP", "ZWTP", "ZPWT", "ZWPT", "WZPT", "WPTZ", "PWTZ"),
    *("PTWZ", "PZWT", "PWZT", "WPZT", "WTPZ", "TWPZ", "TPWZ"),
)
# So many numbers of each section's record are known.
FLOATS = 11


def is_deltavision(head: bytes) -> bool:
    """Whether a file has the number of DeltaVision files and a possible size."""
    order = MAGIC.get(head[96:98])
    if order is None or len(head) < LENGTH or head[208:211] == MRC_MAP:
        return False
    sizes = struct.unpack_from(f"{order}4i", head)
    return min(sizes[:3]) > 0 and sizes[3] in PIXEL_TYPES


class Header(NamedTuple):
    """The image header; `panels` is 0 where none are recorded."""

    order: str
    size: int
    width: int
    height: int
    sections: int
    mode: int
    pixel: tuple[float, float, float]
    extended: int
    integers: int
    floats: int
    lens: int
    times: int
    sequence: str | None
    waves: tuple[int, ...]
    panels: int
    created: float
    titles: tuple[str, ...]

    @property
    def planes(self) -> int:
        """Sections along z."""
        return self.sections // (self.times * len(self.waves) * max(self.panels, 1))


def read_header(source: Source) -> Header:
    """Read the image header.

    Raises
    ------
    DamagedFileError
        If it is cut short, or no DeltaVision header.
    """
    head, shown = source.head[:LENGTH], source.path.as_posix()
    order = MAGIC.get(head[96:98])
    if len(head) < LENGTH:
        expected = f"a DeltaVision header of {LENGTH} bytes"
        raise DamagedFileError(shown, expected, offset=len(head))
    if order is None:
        raise DamagedFileError(shown, "the number -16224 of DeltaVision", offset=96)
    width, height, count, mode = struct.unpack_from(f"{order}4i", head)
    if min(width, height, count) <= 0 or mode not in PIXEL_TYPES:
        expected = "columns, rows, sections and a pixel type"
        raise DamagedFileError(shown, expected, offset=0)
    kind, lens = struct.unpack_from(f"{order}2h", head, 160)
    (extended,) = struct.unpack_from(f"{order}i", head, 92)
    integers, floats = struct.unpack_from(f"{order}2h", head, 128)
    times, sequence = struct.unpack_from(f"{order}2H", head, 180)
    times, panels, created = _panels(head, order, kind, times)
    waves = _waves(head, order, kind)
    if panels and count % (max(times, 1) * len(waves) * panels):
        panels = 0
    return Header(
        order,
        source.size,
        width,
        height,
        count,
        mode,
        struct.unpack_from(f"{order}3f", head, 40),
        max(extended, 0),
        max(integers, 0),
        max(floats, 0),
        lens,
        max(times, 1),
        SEQUENCES[sequence] if sequence < len(SEQUENCES) else None,
        waves,
        panels,
        created,
        _titles(head, order, kind),
    )


def _panels(head: bytes, order: str, kind: int, times: int) -> tuple[int, int, float]:
    """Return time points, panels and seconds since 1970, where they are recorded."""
    if kind != WITH_PANELS:
        return times, 0, 0.0
    created, more_times = struct.unpack_from(f"{order}di", head, 844)
    (panels,) = struct.unpack_from(f"{order}i", head, 880)
    if not 0 <= panels <= MAX_PANELS:
        return times, 0, 0.0
    if times in {0, 0xFFFF} and more_times > 0:
        times = more_times
    return times, panels, created


def _waves(head: bytes, order: str, kind: int) -> tuple[int, ...]:
    (count,) = struct.unpack_from(f"{order}h", head, 196)
    most = MAX_WAVES if kind == WITH_PANELS else MAX_WAVES_BEFORE
    waves = struct.unpack_from(f"{order}5h", head, 198)
    if kind == WITH_PANELS:
        waves += struct.unpack_from(f"{order}7h", head, 676)
    # Files of one wavelength may say 0.
    return waves[: min(max(count, 1), most)]


def _titles(head: bytes, order: str, kind: int) -> tuple[str, ...]:
    (count,) = struct.unpack_from(f"{order}h", head, 220)
    most = 4 if kind == WITH_PANELS else 10
    texts = []
    for index in range(min(max(count, 0), most)):
        raw = head[224 + 80 * index : 304 + 80 * index].split(b"\0")[0]
        texts.append(raw.decode("latin-1").strip())
    return tuple(text for text in texts if text)


class Sections:
    """The extended header: numbers that were measured with each section."""

    def __init__(self, source: Source, header: Header) -> None:
        self.stride = 4 * (header.integers + header.floats)
        self.start = 4 * header.integers
        self.shape = struct.Struct(f"{header.order}{FLOATS}f")
        needed = min(self.stride * header.sections, header.extended, MAX_EXTENDED)
        self.raw = b""
        if header.floats >= FLOATS:
            self.raw = source.read(LENGTH, needed)

    def of(self, index: int) -> tuple[float, ...] | None:
        """Return the floating-point numbers of a section, if there are any."""
        start = index * self.stride + self.start
        if not self.raw or start + self.shape.size > len(self.raw):
            return None
        return self.shape.unpack_from(self.raw, start)
