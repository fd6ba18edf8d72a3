"""The settings of a scan in an LSM file: a tree of numbered entries.

Source: "Image File Format Description LSM 5/7 Release 6.0 (ZEN 2010)", Carl Zeiss,
section on the recording, as tifffile documents its numbers. An entry is a number, a
type, a length and that many bytes; a sub-block is an entry of type 0, ended by a
number of its own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairsubmit.readers.source import Source

__all__ = ["DataChannel", "Scan", "Track", "read_scan"]

RECORDING, END = 0x10000000, 0xFFFFFFFF
TRACK, ILLUMINATION, DATA_CHANNEL = 0x40000000, 0x90000000, 0xD0000000
SUB_BLOCK, TEXT, LONG, RATIONAL = 0, 2, 4, 5
_ENTRY = struct.Struct("<3I")
MAX_BLOCK = 1 << 20
MAX_ENTRIES = 1 << 15
MAX_TEXT = 1 << 12
_Value = int | float | str


@dataclass(slots=True)
class DataChannel:
    """A channel of the image."""

    name: str | None = None
    dye: str | None = None
    bits: int = 0
    acquired: bool = True


@dataclass(slots=True)
class Track:
    """What is recorded at once.

    Attributes
    ----------
    lines
        Wavelengths of the lasers that were on, in nm.
    """

    acquired: bool = True
    lines: list[float] = field(default_factory=list)
    channels: list[DataChannel] = field(default_factory=list)

    @property
    def data(self) -> list[DataChannel]:
        """The channels that were recorded."""
        return [channel for channel in self.channels if channel.acquired]


@dataclass(slots=True)
class Scan:
    """The settings.

    Attributes
    ----------
    time
        Days since 1899-12-30.
    original
        0 for an image that is no original scan.
    cut
        Whether the settings could not be read to their end.
    """

    name: str | None = None
    objective: str | None = None
    user: str | None = None
    time: float | None = None
    original: int | None = None
    tracks: list[Track] = field(default_factory=list)
    cut: bool = False

    @property
    def acquired(self) -> list[Track]:
        """The tracks that were recorded."""
        return [track for track in self.tracks if track.acquired]


def read_scan(source: Source, offset: int) -> Scan:
    """Return the settings that stand at an offset."""
    raw = source.read(offset, MAX_BLOCK)
    scan = Scan()
    reading = _Reading(scan)
    position = depth = 0
    for _ in range(MAX_ENTRIES):
        if position + _ENTRY.size > len(raw):
            break
        number, kind, length = _ENTRY.unpack_from(raw, position)
        position += _ENTRY.size
        if depth == 0 and number != RECORDING:
            break
        if kind == SUB_BLOCK:
            depth += -1 if number == END else 1
            reading.enter(number)
            if depth == 0:
                return scan
        elif position + length <= len(raw):
            reading.take(number, _value(kind, raw[position : position + length]))
        position += length
    scan.cut = True
    return scan


def _value(kind: int, raw: bytes) -> _Value | None:
    if kind == TEXT:
        text = raw[:MAX_TEXT].split(b"\0")[0].decode("latin-1").strip()
        return text or None
    if kind == LONG and len(raw) >= 4:
        return int.from_bytes(raw[:4], "little", signed=True)
    if kind == RATIONAL and len(raw) >= 8:
        found: float = struct.unpack_from("<d", raw)[0]
        return found
    return None


class _Reading:
    """Puts entries where they belong; blocks and their parts share leading digits."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        # A laser that is not on has a line too.
        self.line: float | None = None

    def enter(self, number: int) -> None:
        self.line = None
        if number == TRACK:
            self.scan.tracks.append(Track())
        elif number == DATA_CHANNEL and self.scan.tracks:
            self.scan.tracks[-1].channels.append(DataChannel())

    def take(self, number: int, value: _Value | None) -> None:
        if value is None:
            return
        block = number & 0xFFF00000
        if block == RECORDING:
            self._recording(number, value)
        elif not self.scan.tracks:
            return
        elif number == 0x40000006:
            self.scan.tracks[-1].acquired = bool(value)
        elif block == ILLUMINATION:
            self._illumination(number, value)
        elif block == DATA_CHANNEL and self.scan.tracks[-1].channels:
            self._data_channel(number, value, self.scan.tracks[-1].channels[-1])

    def _recording(self, number: int, value: _Value) -> None:
        scan = self.scan
        if isinstance(value, str):
            if number == 0x10000001:
                scan.name = value
            elif number == 0x10000004:
                scan.objective = value
            elif number == 0x10000047:
                scan.user = value
        elif number == 0x10000036:
            scan.time = float(value)
        elif number == 0x10000015:
            scan.original = int(value)

    def _illumination(self, number: int, value: _Value) -> None:
        if isinstance(value, str):
            return
        if number == 0x90000003:
            self.line = float(value)
        elif number == 0x90000004 and value and self.line and self.line > 0:
            self.scan.tracks[-1].lines.append(self.line)

    @staticmethod
    def _data_channel(number: int, value: _Value, channel: DataChannel) -> None:
        if isinstance(value, str):
            if number == 0xD0000001:
                channel.name = value
            elif number == 0xD0000014:
                channel.dye = value
        elif number == 0xD0000006:
            channel.bits = int(value)
        elif number in {0xD0000003, 0xD0000017}:
            channel.acquired = bool(value)
