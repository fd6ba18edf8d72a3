"""The 1,024 bytes that MRC, CCP4 and IMOD files begin with.

Source: MRC2014 (Cheng et al., J. Struct. Biol. 192, 146, 2015) and IMOD's
``mrc_format.txt``, whose flags and modes other programs write too.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

__all__ = ["LENGTH", "MODES", "Header", "Mode", "parse"]

LENGTH = 1024
IMOD_STAMP = 1146047817
SIGNED_BYTES, PACKED_NIBBLES = 1, 16
# Priism and DeltaVision write the same first words; this stands in their byte 96.
PRIISM = (b"\xa0\xc0", b"\xc0\xa0")
FIRST_STANDARD = 20140  # word NVERSION of MRC2014
_LARGEST = 1 << 24
_MOST_SECTIONS = 1 << 30
_MOST_EXTENDED = 1 << 31


@dataclass(frozen=True, slots=True)
class Mode:
    """What a value of word 4 means.

    Attributes
    ----------
    pixel_type
        OME name; ``None`` where OME has none.
    bits
        Of one pixel.
    samples
        Of one pixel: 3 for colour.
    words
        What it is, for people.
    """

    pixel_type: str | None
    bits: int
    words: str
    samples: int = 1


MODES = {
    0: Mode("int8", 8, "8-bit integers"),
    1: Mode("int16", 16, "16-bit integers"),
    2: Mode("float", 32, "32-bit floats"),
    3: Mode(None, 32, "complex 16-bit integers"),
    4: Mode("complex", 64, "complex 32-bit floats"),
    6: Mode("uint16", 16, "unsigned 16-bit integers"),
    12: Mode(None, 16, "16-bit floats"),
    16: Mode("uint8", 24, "24-bit colours", 3),
    101: Mode("uint8", 4, "4-bit integers"),
}


@dataclass(frozen=True, slots=True)
class Header:
    """The words that matter here, by the names of MRC2014.

    Attributes
    ----------
    order
        ``<`` or ``>``.
    size
        NX, NY, NZ.
    mode
        Data type.
    sampling
        MX, MY, MZ.
    cell
        Å.
    axes
        MAPC, MAPR, MAPS: the cell's axis of columns, rows and sections, from 1.
    density
        DMIN, DMAX.
    space_group
        ISPG.
    extended
        NSYMBT, bytes.
    kind
        EXTTYP.
    version
        NVERSION.
    per_section
        SerialEM's words: bytes of each section in the extended header, and flags.
    imod_flags
        ``None`` without IMOD's stamp.
    labels
        Text lines.
    """

    order: str
    size: tuple[int, int, int]
    mode: int
    sampling: tuple[int, int, int]
    cell: tuple[float, float, float]
    axes: tuple[int, int, int]
    density: tuple[float, float]
    space_group: int
    extended: int
    kind: bytes
    version: int
    per_section: tuple[int, int]
    imod_flags: int | None
    labels: tuple[str, ...]

    def plausible(self) -> bool:
        """Whether the words can be a header's, read in this byte order."""
        nx, ny, nz = self.size
        sizes = 0 < nx < _LARGEST and 0 < ny < _LARGEST and 0 < nz < _MOST_SECTIONS
        extended = 0 <= self.extended < _MOST_EXTENDED
        return sizes and self.mode in MODES and extended

    def strict(self) -> bool:
        """Whether all words agree that this is a header: for files without ``MAP``."""
        axes = sorted(self.axes) in ([1, 2, 3], [0, 0, 0])
        cell = all(math.isfinite(c) and 0 <= c < 1e9 for c in self.cell)  # 0.1 m
        sampling = all(0 <= m < _MOST_SECTIONS for m in self.sampling)
        group = 0 <= self.space_group <= 630
        return self.plausible() and axes and cell and sampling and group


def parse(raw: bytes) -> Header | None:
    """Return the header in the byte order that makes sense; ``None`` if none does.

    The machine stamp is believed first. Programs exist that write a wrong one, or
    none.
    """
    if len(raw) < LENGTH or raw[96:98] in PRIISM:
        return None
    orders = "><" if raw[212:214] == b"\x11\x11" else "<>"
    for order in orders:
        header = _unpacked(raw, order)
        if header.plausible():
            named = raw[208:211] == b"MAP"
            return header if named or header.strict() else None
    return None


def _unpacked(raw: bytes, order: str) -> Header:
    words = struct.unpack_from(f"{order}10i6f3i3f2i", raw)
    stamp, flags = struct.unpack_from(f"{order}2i", raw, 152)
    return Header(
        order,
        size=words[0:3],
        mode=words[3],
        sampling=words[7:10],
        cell=words[10:13],
        axes=words[16:19],
        density=words[19:21],
        space_group=words[22],
        extended=words[23],
        kind=raw[104:108],
        version=struct.unpack_from(f"{order}i", raw, 108)[0],
        per_section=struct.unpack_from(f"{order}2h", raw, 128),
        imod_flags=flags if stamp == IMOD_STAMP else None,
        labels=_labels(raw, struct.unpack_from(f"{order}i", raw, 220)[0]),
    )


def _labels(raw: bytes, count: int) -> tuple[str, ...]:
    lines = (raw[224 + 80 * n : 304 + 80 * n] for n in range(max(0, min(count, 10))))
    texts = (line.split(b"\0")[0].decode("latin-1").strip() for line in lines)
    return tuple(text for text in texts if text)
