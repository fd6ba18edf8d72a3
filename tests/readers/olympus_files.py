"""OIF settings and OIB compound files, written from their structure ([MS-CFB])."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FREE, END, FAT, DIFAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
# Sectors of the table that the header lists; the others are in sectors of their own.
IN_HEADER = 109
SECTOR, MINI = 512, 64

Sections = dict[str, dict[str, str]]


def settings(sections: Sections) -> bytes:
    text = "".join(
        f"[{name}]\r\n" + "".join(f"{k}={v}\r\n" for k, v in values.items())
        for name, values in sections.items()
    )
    return b"\xff\xfe" + text.encode("utf-16-le")


def axis(code: str, size: int, **more: str) -> dict[str, str]:
    return {"AxisCode": f'"{code}"', "MaxSize": str(size), **more}


def sections(order: str = "XYCZ", **sizes: int) -> Sections:
    """The main settings of an acquisition."""
    known = {"X": 8, "Y": 6, "C": 2, "Z": 3, "T": 1, **sizes}
    units = {"Z": ("nm", "500"), "T": ("ms", "2000"), "L": ("nm", "10")}
    found: Sections = {
        "Acquisition Parameters Common": {
            "ImageCaputreDate": "'2020-02-10 13:07:52'",
            "ImageCaputreDate+MilliSec": "469",
        },
        "Axis Parameter Common": {"AxisOrder": f'"{order}"'},
    }
    for number, code in enumerate("XYCZTALPQ"):
        unit, interval = units.get(code, ("um", "0"))
        found[f"Axis {number} Parameters Common"] = axis(
            code,
            known.get(code, 0),
            PixUnit=f'"{unit}"',
            Interval=interval,
            StartPosition="420.0",
            EndPosition="430.0",
        )
    for number in range(1, known["C"] + 1):
        found[f"Channel {number} Parameters"] = {
            "CH Name": f'"CHS{number}"',
            "DyeName": '"Alexa Fluor 488"',
            "ExcitationWavelength": "488",
            "EmissionWavelength": "520",
        }
    found["File Info"] = {"DataName": '"cells.oif"'}
    found["Reference Image Parameter"] = {
        "ImageDepth": "2",
        "ValidBitCounts": "12",
        "WidthConvertValue": "0.207",
        "WidthUnit": '"um"',
        "HeightConvertValue": "0.207",
        "HeightUnit": '"um"',
    }
    found["Version Info"] = {
        "SystemName": '"FLUOVIEW FV1000"',
        "SystemVersion": '"4.2.1.20"',
    }
    return found


PLANE: Sections = {
    "Acquisition Parameters Common": {
        "ObjectiveLens Name": '"UPLSAPO 60X O NA:1.35 Oil"',
        "Magnification": "60.0",
        "ObjectiveLens NAValue": "1.35",
    }
}


def plane_names(channels: int = 2, depth: int = 3) -> list[str]:
    return [
        f"s_C{c:03}Z{z:03}.tif"
        for c in range(1, channels + 1)
        for z in range(1, depth + 1)
    ]


def write_oif(
    path: Path, main: Sections | None = None, names: list[str] | None = None
) -> Path:
    path.write_bytes(settings(main or sections()))
    folder = path.with_name(path.name + ".files")
    folder.mkdir()
    for name in plane_names() if names is None else names:
        (folder / name).write_bytes(b"II*\0")
    (folder / "s_C001Z001.pty").write_bytes(settings(PLANE))
    (folder / "s_C001-R001.pty").write_bytes(settings({}))
    return path


def entry(
    name: str, kind: int, start: int, size: int, links: tuple[int, int] = (FREE, FREE)
) -> bytes:
    """An entry of the directory; `links` are its right neighbour and first child."""
    raw = name.encode("utf-16-le") + b"\0\0"
    head = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1)
    tree = struct.pack("<III", FREE, *links)
    return head + tree + bytes(36) + struct.pack("<IQ", start, size)


def compound(
    streams: dict[str, bytes], storage: dict[str, bytes], *, cutoff: int = 4096
) -> bytes:
    """A compound file: sectors of streams, the mini stream, tables, the directory."""
    table: list[int] = []
    sectors: list[bytes] = []
    mini_table: list[int] = []

    def stored(data: bytes) -> int:
        count = -(-len(data) // SECTOR)
        start = len(sectors)
        for index in range(count):
            piece = data[index * SECTOR : (index + 1) * SECTOR]
            sectors.append(piece.ljust(SECTOR, b"\0"))
            table.append(start + index + 1 if index + 1 < count else END)
        return start if count else END

    mini, entries = b"", []
    # Entry 0 is the root, 1 the storage; each is its predecessor's right neighbour.
    last = {1 + len(storage), 1 + len(storage) + len(streams)}
    for number, (name, data) in enumerate({**storage, **streams}.items(), 2):
        links = (FREE if number in last else number + 1, FREE)
        if len(data) >= cutoff:
            entries.append(entry(name, 2, stored(data), len(data), links))
            continue
        first, count = len(mini_table), -(-len(data) // MINI)
        mini_table += [first + i + 1 for i in range(count - 1)] + [END] * (count > 0)
        mini += data.ljust(count * MINI, b"\0")
        entries.append(entry(name, 2, first, len(data), links))
    folder = entry("Storage00001", 1, 0, 0, (2 + len(storage), 2))
    raw_table = struct.pack(f"<{len(mini_table)}I", *mini_table)
    mini_start = stored(raw_table + b"\xff" * (-len(raw_table) % SECTOR))
    root = entry("Root Entry", 5, stored(mini), len(mini), (FREE, 1))
    directory = stored(b"".join([root, folder, *entries]))
    each = SECTOR // 4
    fats = lists = 0
    while fats * each < len(sectors) + fats + lists:
        fats += 1
        lists = -(-max(fats - IN_HEADER, 0) // (each - 1))
    begin = len(sectors)
    places = list(range(begin, begin + fats))
    numbers = table + [FAT] * fats + [DIFAT] * lists
    numbers += [FREE] * (fats * each - len(numbers))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 62, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIII", 0, fats, directory, 0, cutoff)
    first_list = begin + fats if lists else END
    header += struct.pack("<IIII", mini_start, len(raw_table) > 0, first_list, lists)
    inside = places[:IN_HEADER]
    header += struct.pack("<109I", *inside, *[FREE] * (IN_HEADER - len(inside)))
    tables = struct.pack(f"<{len(numbers)}I", *numbers)
    for number in range(lists):
        rest = places[IN_HEADER + number * (each - 1) :][: each - 1]
        rest += [FREE] * (each - 1 - len(rest))
        following = first_list + number + 1 if number + 1 < lists else END
        tables += struct.pack("<128I", *rest, following)
    return header + b"".join(sectors) + tables


def oib(
    main: Sections | None = None, names: list[str] | None = None, pixels: int = 5000
) -> bytes:
    """An acquisition in a compound file."""
    files = {
        name: b"II*\0" + bytes(pixels)
        for name in (plane_names() if names is None else names)
    }
    files["s_C001Z001.pty"] = settings(PLANE)
    info = {"Version": "2.0.0.0", "MainFileName": "Stream99999"}
    info["Storage00001"] = "cells.oif.files"
    storage = {}
    for number, (name, data) in enumerate(files.items(), 1):
        storage[f"Stream{number:05}"] = data
        info[f"Stream{number:05}"] = f"Storage00001/{name}"
    info["Stream99999"] = "cells.oif"
    streams = {
        "Stream99999": settings(main or sections()),
        "OibInfo.txt": settings({"OibSaveInfo": info}),
    }
    return compound(streams, storage)


def ets(
    sizes: tuple[int, ...] = (70, 50),
    *,
    kind: int = 2,
    samples: int = 3,
    tiles: int = 3,
    tile: int = 100,
) -> bytes:
    """An ETS file: two headers, the table of tiles, the tiles."""
    coordinates = 4
    each = 4 + 4 * coordinates + 16
    table = 64 + 228
    head = struct.pack("<4sIII", b"SIS\0", 64, 3, coordinates)
    head += struct.pack("<QIIQI", 64, 228, 0, table, tiles)
    second = struct.pack("<4sIII", b"ETS\0", 0x30006, kind, samples).ljust(184, b"\0")
    second += struct.pack(f"<I{len(sizes)}I", len(sizes), *sizes)
    start = table + tiles * each
    rows = b"".join(
        struct.pack("<5IQII", coordinates, n, 0, 0, 0, start + n * tile, tile, n)
        for n in range(tiles)
    )
    return head.ljust(64, b"\0") + second.ljust(228, b"\0") + rows + bytes(tiles * tile)


def write_vsi(path: Path, **stacks: bytes) -> Path:
    """A VSI with the folder of its ETS files."""
    path.write_bytes(b"II*\0" + struct.pack("<I", 32) + b"\x18\0IS" + bytes(200))
    for name, content in (stacks or {"stack1": ets(), "stack10001": ets()}).items():
        folder = path.with_name(f"_{path.stem}_") / name
        folder.mkdir(parents=True)
        (folder / "frame_t.ets").write_bytes(content)
    return path
