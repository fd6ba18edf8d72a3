r"""ETS files: the pixels of one image of a VSI, in tiles, behind two headers.

``SIS\0``: number of coordinates of a tile at 12, offset of the second header at 16 (64
bits), of the table of tiles at 32 (64 bits), number of tiles at 40. ``ETS\0``: version
at 4, type of the samples at 8, their number at 12, at 184 the number of sizes and the
sizes: x, y, and those of the further axes. All numbers are little-endian.
"""

from __future__ import annotations

import os
import re
import struct
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import Channel, ImageMetadata, ImageSize, Problem
from fairsubmit.readers.source import Source, opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Ets", "read_ets", "read_vsi"]

_SIS = struct.Struct("<4s8xIQ8xQI")
_SIZES_AT = 184
MAX_SIZES = 16
LARGEST = 1 << 31
MAX_FILES = 50_000
MAX_IMAGES = 2_000
# The last tiles of the table; they are written one behind the other.
TAIL = 1 << 16
_TYPES = {
    1: "int8",
    2: "uint8",
    3: "int16",
    4: "uint16",
    5: "int32",
    6: "uint32",
    9: "float",
    10: "double",
}
_STACK = re.compile(r"stack(\d{1,9})", re.IGNORECASE)
_FRAME = re.compile(r"frame_t.*\.ets", re.IGNORECASE)
_UNREAD = (
    "names, calibration, channels and objective are in records of the VSI whose "
    "structure is not public; they are not read"
)


class Ets(NamedTuple):
    """What the headers say.

    Attributes
    ----------
    kind
        Type of the samples.
    samples
        Number for each pixel.
    sizes
        Of x, y and the further axes; empty in files of old versions.
    cut
        Offset at which something should be that lies behind the end of the file.
    """

    kind: int
    samples: int
    sizes: tuple[int, ...]
    cut: int | None


def read_ets(source: Source) -> Ets:
    """Read the headers of an ETS file.

    Raises
    ------
    DamagedFileError
        If they are not there.
    ReadError
        If the file cannot be read.
    """
    shown = source.path.as_posix()
    raw = source.read(0, _SIS.size)
    if len(raw) < _SIS.size or not raw.startswith(b"SIS\0"):
        raise DamagedFileError(shown, "the header of an ETS file", offset=0)
    _, coordinates, offset, table, tiles = _SIS.unpack(raw)
    raw = (
        source.read(offset, _SIZES_AT + 4 + 4 * MAX_SIZES) if offset < 1 << 62 else b""
    )
    if len(raw) < _SIZES_AT + 4 or not raw.startswith(b"ETS\0"):
        raise DamagedFileError(shown, "the second header of an ETS file", offset=offset)
    kind, samples = struct.unpack_from("<II", raw, 8)
    (count,) = struct.unpack_from("<I", raw, _SIZES_AT)
    values = raw[_SIZES_AT + 4 :]
    count = min(count, MAX_SIZES, len(values) // 4)
    sizes = struct.unpack_from(f"<{count}I", values)
    cut = _cut(source, table, tiles, 20 + 4 * min(coordinates, MAX_SIZES))
    return Ets(kind, samples, sizes, cut)


def _cut(source: Source, table: int, tiles: int, each: int) -> int | None:
    end = table + tiles * each
    if end > source.size:
        return min(table, source.size)
    count = min(tiles, TAIL // each)
    raw = source.read(end - count * each, count * each)
    for index in range(count):
        offset, length = struct.unpack_from("<QI", raw, (index + 1) * each - 16)
        if offset + length > source.size:
            return min(int(offset), source.size)
    return None


def read_vsi(path: Path, format_name: str, reader: str) -> Sequence[ImageMetadata]:
    """Return one record for each ETS file of a VSI.

    Parameters
    ----------
    path
        The VSI.
    format_name, reader
        As they stand in the records.

    Raises
    ------
    DamagedFileError
        If no ETS file can be read.
    ReadError
        If the file cannot be opened.
    """
    with opened(path):
        pass
    folder = path.with_name(f"_{path.stem}_")
    files = _files(folder)
    frames = [f for f in files if _STACK.fullmatch(f.parent.name) and _is_frame(f)]
    frames.sort(key=_order)
    shared = (path.as_posix(), *(f.as_posix() for f in files if not _is_frame(f)))
    problems = [Problem("metadata-unreadable", _UNREAD)]
    problems += _without_pixels(folder, frames)
    records: list[ImageMetadata] = []
    for frame in frames[:MAX_IMAGES]:
        try:
            with Source(frame) as source:
                ets = read_ets(source)
        except ReadError as error:
            problems.append(
                Problem("unreadable-part", error.message, frame.as_posix(), error=True)
            )
            continue
        first = not records
        own = (
            (*shared, frame.as_posix())
            if first
            else (path.as_posix(), frame.as_posix())
        )
        records.append(_record(ets, own, len(records), (format_name, reader)))
    if not records:
        what = f"ETS files with the pixels in the folder {folder.name!r} beside it"
        raise DamagedFileError(path.as_posix(), what)
    return _with_problems(records, problems)


def _with_problems(
    records: list[ImageMetadata], problems: list[Problem]
) -> list[ImageMetadata]:
    first = replace(records[0], problems=(*problems, *records[0].problems))
    return [first, *records[1:]]


def _is_frame(path: Path) -> bool:
    return _FRAME.fullmatch(path.name) is not None


def _order(path: Path) -> tuple[int, str]:
    found = _STACK.fullmatch(path.parent.name)
    return (int(found.group(1)) if found else 0, path.name)


def _files(folder: Path) -> list[Path]:
    """Return the files in the folders of a folder."""
    found: list[Path] = []
    for stack in _listed(folder):
        if (folder / stack).is_dir():
            found += [folder / stack / name for name in _listed(folder / stack)]
    return [path for path in found[:MAX_FILES] if path.is_file()]


def _listed(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in islice(entries, MAX_FILES))
    except OSError:
        return []


def _without_pixels(folder: Path, frames: list[Path]) -> list[Problem]:
    stacks = {name for name in _listed(folder) if _STACK.fullmatch(name)}
    empty = sorted(stacks - {frame.parent.name for frame in frames})
    if not empty:
        return []
    message = f"no ETS file is in {', '.join(empty[:10])} of {folder.name}"
    return [Problem("missing-part", message, folder.name, error=True)]


def _record(
    ets: Ets, files: tuple[str, ...], series: int, said: tuple[str, str]
) -> ImageMetadata:
    place = files[-1]
    problems = []
    if ets.cut is not None:
        message = f"{place} is cut short: tiles are behind byte {ets.cut}"
        problems.append(Problem("truncated", message, f"byte {ets.cut}", error=True))
    kind = _TYPES.get(ets.kind)
    if kind is None:
        message = f"the type of the samples, {ets.kind}, is not known"
        problems.append(Problem("pixel-type-unknown", message, place))
    size, channels, problem = _size(ets)
    if problem is not None:
        problems.append(problem)
    return ImageMetadata(
        files[0],
        series,
        format=said[0],
        reader=said[1],
        size=size,
        pixel_type=kind,
        channels=channels,
        files=files,
        problems=tuple(problems),
        provenance=dict.fromkeys(("size.x", "size.y"), f"{place}: ETS header"),
    )


def _size(ets: Ets) -> tuple[ImageSize, tuple[Channel, ...], Problem | None]:
    x, y = (n if 0 < n < LARGEST else None for n in (*ets.sizes[:2], 0, 0)[:2])
    further = [n for n in ets.sizes[2:] if n > 1]
    if not ets.sizes:
        message = "has no sizes in its ETS file, as those of old versions"
        return ImageSize(), (), Problem("axis-unknown", message, "ETS header")
    if further:
        message = f"has axes of {further}; which is z, channel or time is not read"
        return ImageSize(x, y), (), Problem("axis-unknown", message, "ETS header")
    samples = ets.samples if 0 < ets.samples <= 4 else 1
    only = (Channel(0, samples_per_pixel=samples),)
    return ImageSize(x, y, 1, samples, 1), only, None
