"""Tag 34412 of an LSM file, and the blocks that it points to.

Source: "Image File Format Description LSM 5/7 Release 6.0 (ZEN 2010)", Carl Zeiss, as
tifffile documents its structures. All numbers are little-endian; offsets are from the
start of the file.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import DamagedFileError

if TYPE_CHECKING:
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["CZ_LSMINFO", "DIMENSIONS", "MAX_CHANNELS", "Blocks", "Fields", "is_lsm"]

CZ_LSMINFO = 34412
# Of versions 1.3 and 1.5-6.0 of the structure.
MAGIC = {0x00300494C, 0x00400494C}
SHORTEST, LONGEST = 136, 512
MAX_CHANNELS = 1 << 10
MAX_STAMPS = 1 << 17
MAX_NAMES = 1 << 16
_FIELDS = struct.Struct("<II6i8x3d24xHHI12xId4I")
# Positions and tiles, of versions that have them.
_POSITIONS = struct.Struct("<264x2i")


def is_lsm(tiff: Tiff) -> bool:
    """Whether the first page has the tag of LSM, with one of its numbers."""
    entry = tiff.tags.get(CZ_LSMINFO)
    if entry is None or tiff.layout.order != "<":
        return False
    magic = int.from_bytes(tiff.raw(entry, 4), "little")
    return magic in MAGIC and entry.values >= SHORTEST


class Fields(NamedTuple):
    """The fields of the tag that a record is made of, in their order.

    Offsets are from the start of the file, 0 where there is no such block.
    """

    magic: int
    length: int
    x: int
    y: int
    z: int
    channels: int
    times: int
    kind: int
    voxel_x: float
    voxel_y: float
    voxel_z: float
    scan_type: int
    spectral: int
    data: int
    colors_at: int
    interval: float
    types_at: int
    scan_at: int
    internal: int
    stamps_at: int


DIMENSIONS = Fields._fields[2:7]


class Blocks:
    """The blocks of one file.

    Parameters
    ----------
    tiff
        The file.

    Attributes
    ----------
    fields
        Of the tag.
    positions, tiles
        At least 1.

    Raises
    ------
    DamagedFileError
        If the tag's value is cut short.
    """

    def __init__(self, tiff: Tiff) -> None:
        self.source = tiff.source
        raw = tiff.raw(tiff.tags[CZ_LSMINFO], LONGEST)
        if len(raw) < SHORTEST:
            at = tiff.value_offset(tiff.tags[CZ_LSMINFO])
            expected = f"a description of {SHORTEST} bytes at least (tag {CZ_LSMINFO})"
            raise DamagedFileError(self.source.path.as_posix(), expected, offset=at)
        self.fields = Fields(*_FIELDS.unpack_from(raw))
        self.positions = self.tiles = 1
        # Versions before 5 end earlier.
        if min(self.fields.length, len(raw)) >= _POSITIONS.size:
            positions, tiles = _POSITIONS.unpack_from(raw)
            self.positions, self.tiles = max(positions, 1), max(tiles, 1)

    def _numbers(self, offset: int, code: str, most: int) -> tuple[float, ...]:
        """Return the numbers of a block that starts with how many they are."""
        if not 0 < offset < self.source.size:
            return ()
        count = int.from_bytes(self.source.read(offset, 4), "little")
        if not 0 < count <= most:
            return ()
        shape = struct.Struct(f"<{count}{code}")
        raw = self.source.read(offset + 4, shape.size)
        return shape.unpack(raw) if len(raw) == shape.size else ()

    def channel_types(self) -> tuple[float, ...]:
        """Return the data types of the channels, where they differ."""
        return self._numbers(self.fields.types_at, "I", MAX_CHANNELS)

    def stamps(self) -> tuple[float, ...]:
        """Return the times of the time points, in seconds."""
        start = self.fields.stamps_at
        # The block's length goes before the number of its times.
        return self._numbers(start + 4, "d", MAX_STAMPS) if start else ()

    def names(self) -> list[str]:
        """Return the channels' names of the block ChannelColors."""
        start = self.fields.colors_at
        if not 0 < start < self.source.size:
            return []
        head = self.source.read(start, 24)
        if len(head) < 24:
            return []
        size, _, count, _, names_at, _ = struct.unpack("<6I", head)
        length = min(max(size - names_at, 0), MAX_NAMES)
        raw = self.source.read(start + names_at, length)
        names = []
        for _ in range(min(count, MAX_CHANNELS)):
            length = int.from_bytes(raw[:4], "little")
            if len(raw) < 4 or length > len(raw) - 4:
                break
            names.append(raw[4 : 4 + length].split(b"\0")[0].decode("latin-1").strip())
            raw = raw[4 + length :]
        return names
