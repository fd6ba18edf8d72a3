"""LSM files written byte by byte: TIFF pages, a thumbnail after each, tag 34412.

The settings of the scan are a tree of entries: a number, a type, a length, a value.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairsubmit.readers.tiff.lsm import Lsm as LsmReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata, Problem

LSMINFO, LENGTH = 34412, 500
MAGIC = 0x00400494C
UINT8, UINT16, FLOAT, MIXED = 1, 2, 5, 0
BITS = {UINT8: 8, UINT16: 16, FLOAT: 32, MIXED: 16}
RECORDING, END = 0x10000000, 0xFFFFFFFF
TRACKS, TRACK = 0x20000000, 0x40000000
LIGHTS, LIGHT = 0x80000000, 0x90000000
CHANNELS, CHANNEL = 0xC0000000, 0xD0000000


def value(number: int, content: str | float) -> bytes:
    """Return an entry: text, 32 bits for an integer, 64 for another number."""
    if isinstance(content, str):
        raw, kind = content.encode("latin-1") + b"\0", 2
    elif isinstance(content, int):
        raw, kind = struct.pack("<i", content), 4
    else:
        raw, kind = struct.pack("<d", content), 5
    return struct.pack("<3I", number, kind, len(raw)) + raw


def block(number: int, *entries: bytes) -> bytes:
    head, tail = struct.pack("<3I", number, 0, 0), struct.pack("<3I", END, 0, 0)
    return head + b"".join(entries) + tail


def track(
    *lights: tuple[float, int],
    channels: tuple[tuple[str, str, int], ...] = (),
    acquired: int = 1,
) -> bytes:
    """Return a track: lines and whether they are on; names, dyes, bits."""
    beams = [
        block(LIGHT, value(0x90000003, line), value(0x90000004, on))
        for line, on in lights
    ]
    recorded = [
        block(
            CHANNEL,
            value(0xD0000001, name),
            value(0xD0000014, dye),
            value(0xD0000006, bits),
            value(0xD0000017, 1),
        )
        for name, dye, bits in channels
    ]
    return block(
        TRACK,
        value(0x40000006, acquired),
        block(LIGHTS, *beams),
        block(CHANNELS, *recorded),
    )


def recording(*entries: bytes, tracks: tuple[bytes, ...] = ()) -> bytes:
    return block(RECORDING, *entries, block(TRACKS, *tracks))


@dataclass
class Lsm:
    """A file; `written` gives its bytes.

    Attributes
    ----------
    pages
        Number of pages, where it is not what the dimensions say.
    names
        Of the channels, in the block ChannelColors.
    """

    x: int = 8
    y: int = 6
    z: int = 2
    channels: int = 2
    times: int = 1
    kind: int = UINT8
    voxel: tuple[float, float, float] = (1e-7, 1e-7, 5e-7)
    scan_type: int = 0
    data: int = 0
    interval: float = 0.0
    positions: int = 0
    tiles: int = 0
    pages: int | None = None
    page_height: int | None = None
    names: tuple[str, ...] = ()
    types: tuple[int, ...] = ()
    stamps: tuple[float, ...] = ()
    scan: bytes = b""
    thumbnails: bool = True
    compression: int = 1
    length: int = LENGTH
    magic: int = MAGIC
    strip_length: int | None = None

    def written(self) -> bytes:
        out = bytearray(b"II*\0\0\0\0\0")
        colors = self._put(out, self._colors)
        types = self._put(out, self._types)
        stamps = self._put(out, self._stamps)
        scan = self._put(out, lambda: self.scan)
        info = self._put(out, lambda: self._info(colors, types, scan, stamps))
        count = self.z * max(self.times, 1) * max(self.positions, 1)
        count *= max(self.tiles, 1)
        count = count if self.pages is None else self.pages
        pointer = 4
        for _ in range(count):
            pointer = self._page(out, pointer, info if pointer == 4 else 0)
            if self.thumbnails:
                pointer = self._page(out, pointer, 0, reduced=True)
        return bytes(out)

    @staticmethod
    def _put(out: bytearray, make: Callable[[], bytes]) -> int:
        """Append a block; return where it is, 0 if it is empty."""
        content = make()
        position = len(out) if content else 0
        out += content + b"\0" * (len(content) % 2)
        return position

    def _colors(self) -> bytes:
        if not self.names:
            return b""
        names = b"".join(
            struct.pack("<I", len(name) + 1) + name.encode("latin-1") + b"\0"
            for name in self.names
        )
        at, count = 24 + 4 * len(self.names), len(self.names)
        head = struct.pack("<6I", at + len(names), count, count, 24, at, 0)
        return head + bytes(4 * count) + names

    def _types(self) -> bytes:
        count = len(self.types)
        return struct.pack(f"<I{count}I", count, *self.types) if count else b""

    def _stamps(self) -> bytes:
        count = len(self.stamps)
        if not count:
            return b""
        return struct.pack(f"<ii{count}d", 8 + 8 * count, count, *self.stamps)

    def _info(self, colors: int, types: int, scan: int, stamps: int) -> bytes:
        out = bytearray(self.length)
        sizes = (self.x, self.y, self.z, self.channels, self.times, self.kind)
        fields = struct.pack(
            "<II6i8x3d24x", self.magic, self.length, *sizes, *self.voxel
        )
        fields += struct.pack("<HHI12xI", self.scan_type, 0, self.data, colors)
        fields += struct.pack("<d4I", self.interval, types, scan, 0, stamps)
        out[: len(fields)] = fields
        if self.length >= 272:
            struct.pack_into("<2i", out, 264, self.positions, self.tiles)
        return bytes(out)

    def _page(
        self, out: bytearray, pointer: int, info: int, *, reduced: bool = False
    ) -> int:
        """Append a directory and its pixels; return where the next is pointed to."""
        height = 3 if reduced else self.page_height or self.y
        width = 4 if reduced else self.x
        size = width * height * BITS[self.kind] // 8
        tags = {
            254: (4, 1, int(reduced)),
            256: (4, 1, width),
            257: (4, 1, height),
            258: (3, 1, BITS[self.kind]),
            259: (3, 1, self.compression),
            273: (4, 1, len(out)),
            277: (3, 1, 1),
            278: (4, 1, height),
            279: (4, 1, self.strip_length or size),
        }
        if info:
            tags[LSMINFO] = (1, self.length, info)
        out += bytes(size)
        out += b"\0" * (len(out) % 2)
        struct.pack_into("<I", out, pointer, len(out))
        out += struct.pack("<H", len(tags))
        for tag, (kind, count, content) in sorted(tags.items()):
            out += struct.pack("<HHII", tag, kind, count, content)
        out += bytes(4)
        return len(out) - 4


LENS = "Plan-Apochromat 63x/1.40 Oil DIC M27"
SCAN = recording(
    value(0x10000001, "cells"),
    value(0x10000004, LENS),
    value(0x10000036, 39_000.5),
    tracks=(
        track((488.0, 1), (561.0, 0), channels=(("Ch1", "EGFP", 12),)),
        track((561.0, 1), channels=(("Ch2", "", 12),)),
    ),
)
FULL = Lsm(names=("Ch1-T1", "Ch2-T2"), times=3, interval=2.5, scan=SCAN)


def read(folder: Path, lsm: Lsm | bytes, name: str = "a.lsm") -> list[ImageMetadata]:
    path = folder / name
    path.write_bytes(lsm if isinstance(lsm, bytes) else lsm.written())
    return list(LsmReader().read(path))


def one(folder: Path, lsm: Lsm | bytes) -> ImageMetadata:
    (record,) = read(folder, lsm)
    return record


def codes(record: ImageMetadata) -> list[str]:
    return [problem.code + "!" * problem.error for problem in record.problems]


def problem(record: ImageMetadata, code: str) -> Problem:
    (found,) = (p for p in record.problems if p.code == code)
    return found
