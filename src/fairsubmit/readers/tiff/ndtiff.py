"""ND-TIFF of Micro-Manager and Pycro-Manager: an index beside its TIFF files.

``NDTiff.index`` has an entry for each image: its axes as JSON, the name of its file,
and where in it the pixels and the metadata stand (NDTiffStorage, "NDTiff file format
specification", version 3). Numbers are little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import ImageMetadata, ImageSize, Problem
from fairsubmit.readers.plates.folder import Folder
from fairsubmit.readers.source import Source, opened
from fairsubmit.readers.tiff.micromanager_files import is_stack, stack_of
from fairsubmit.readers.tiff.micromanager_records import channels_of, record_of
from fairsubmit.readers.tiff.micromanager_summary import Json, Summary, json_object

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["is_index", "nd_records"]

# What stands after a file's name: pixels' place, width, height, type, compression;
# metadata's place, length, compression.
_TAIL = struct.Struct("<8I")
_LENGTH = struct.Struct("<I")
# Pixel types of the format: OME's name, samples, bytes of a pixel, bits of the camera.
_TYPES = {
    0: ("uint8", 1, 1, 8),
    1: ("uint16", 1, 2, 16),
    2: ("uint8", 3, 3, 8),
    3: ("uint16", 1, 2, 10),
    4: ("uint16", 1, 2, 12),
    5: ("uint16", 1, 2, 14),
    6: ("uint16", 1, 2, 11),
}
MAX_AXES = 1 << 14
MAX_NAME = 1 << 12
MAX_METADATA = 1 << 22
MAX_IMAGES = 1 << 20
MAX_RECORDS = 100_000
BLOCK = 1 << 18


class _Image(NamedTuple):
    axes: Json
    file: str
    place: tuple[int, ...]


@dataclass(slots=True)
class _Record:
    """The images that differ in channel, z step and time alone."""

    first: _Image
    axes: dict[str, dict[object, None]] = field(default_factory=dict)
    files: dict[str, None] = field(default_factory=dict)
    count: int = 0


def is_index(head: bytes) -> bool:
    """Whether a file begins as an index does: the length of a JSON object, and it."""
    if len(head) < 8:
        return False
    length = _LENGTH.unpack_from(head)[0]
    return 2 <= length <= MAX_AXES and head[4:6] in {b'{"', b"{}"}


def nd_records(path: Path) -> list[ImageMetadata]:
    """Return one record for each position that an index lists.

    Raises
    ------
    DamagedFileError
        If the index has no whole entry.
    ReadError
        If it cannot be opened.
    """
    folder = Folder(path.parent)
    records: dict[str, _Record] = {}
    problems: list[Problem] = []
    cut: set[str] = set()
    with opened(path) as source:
        for image in _images(source, problems):
            _add(records, image)
            there = folder.find(image.file)
            if there is not None and _end(image) > folder.sizes[there]:
                cut.add(there)
    if not records:
        raise DamagedFileError(path.as_posix(), "an entry of an image", offset=0)
    problems += [_cut(name, folder.sizes[name]) for name in sorted(cut)[:20]]
    first = next(iter(records.values())).first
    summary = Summary(*_metadata(folder, first))
    return [
        _record(path, series, record, summary, folder, problems if not series else [])
        for series, record in enumerate(records.values())
    ]


def _images(source: Source, problems: list[Problem]) -> Iterator[_Image]:
    offset = 0
    for _ in range(MAX_IMAGES):
        if offset >= source.size:
            return
        raw, at = source.window(offset, min(BLOCK, source.size - offset))
        found = _image(raw, at)
        if found is None:
            message = (
                f"the index breaks off at byte {offset}; what precedes is read; copy "
                "it again from its source"
            )
            place = f"byte {offset}"
            problems.append(Problem("truncated", message, place, error=True))
            return
        yield found[0]
        offset += found[1]


def _image(raw: bytes, at: int) -> tuple[_Image, int] | None:
    """Return the entry at a place, and how long it is; ``None`` if it is not whole."""
    texts, begin = [], at
    for most in (MAX_AXES, MAX_NAME):
        if at + 4 > len(raw):
            return None
        length = _LENGTH.unpack_from(raw, at)[0]
        at += 4 + length
        if length > most or at > len(raw):
            return None
        texts.append(raw[at - length : at].decode("utf-8", "replace"))
    if at + _TAIL.size > len(raw):
        return None
    axes = json_object(texts[0])
    return _Image(axes, texts[1], _TAIL.unpack_from(raw, at)), at + _TAIL.size - begin


def _end(image: _Image) -> int:
    """Return where the pixels of an image end; 0 if they are compressed."""
    start, width, height, kind, compression = image.place[:5]
    known = _TYPES.get(kind)
    return start + width * height * known[2] if known and not compression else 0


def _cut(name: str, size: int) -> Problem:
    message = (
        f"{name}: the pixels of some images lie past the end of the file ({size} "
        "bytes): the file is cut short; copy it again from its source"
    )
    return Problem("truncated", message, f"byte {size}", error=True)


def _add(records: dict[str, _Record], image: _Image) -> None:
    others = {k: v for k, v in image.axes.items() if k not in {"z", "channel", "time"}}
    key = repr(sorted(others.items(), key=lambda item: item[0]))
    if key not in records and len(records) >= MAX_RECORDS:
        return
    record = records.setdefault(key, _Record(image))
    record.count += 1
    record.files[image.file] = None
    for axis in ("z", "channel", "time"):
        value = image.axes.get(axis, 0)
        if isinstance(value, int | str):
            record.axes.setdefault(axis, {})[value] = None


def _metadata(folder: Folder, image: _Image) -> tuple[Json, Json]:
    """Return the summary and the metadata of the first image."""
    there = folder.find(image.file)
    if there is None:
        return {}, {}
    start, length, compression = image.place[5:]
    try:
        with Source(folder.path / there) as source:
            if not is_stack(source.head):
                return {}, {}
            raw = b"" if compression else source.read(start, min(length, MAX_METADATA))
            return stack_of(source).summary, json_object(raw)
    except ReadError:
        return {}, {}


def _record(
    path: Path,
    series: int,
    record: _Record,
    summary: Summary,
    folder: Folder,
    problems: list[Problem],
) -> ImageMetadata:
    _, width, height, kind = record.first.place[:4]
    pixel_type, samples, _, _ = _TYPES.get(kind, (None, 1, 0, 0))
    z, c, t = (len(record.axes.get(axis, ())) or 1 for axis in ("z", "channel", "time"))
    names = list(record.axes.get("channel", ()))
    labels = [n if isinstance(n, str) else None for n in names]
    if not any(labels):
        labels = summary.channel_names()
    present = [there for name in record.files if (there := folder.find(name))]
    found = list(problems)
    if len(present) < len(record.files):
        first = next(name for name in record.files if folder.find(name) is None)
        message = (
            f"{len(record.files) - len(present)} of {len(record.files)} files are not "
            f"there; the first is {first[:100]}"
        )
        found.append(Problem("missing-part", message, first[:100], error=True))
    if record.count < z * c * t:
        message = (
            f"{c} channels × {z} z steps × {t} times make {z * c * t} planes, but the "
            f"index lists {record.count}"
        )
        found.append(Problem("planes-missing", message, "axes"))
    summary.provenance |= {f"size.{axis}": "NDTiff.index" for axis in "xyzct"}
    base = ImageMetadata(
        path.as_posix(),
        series,
        size=ImageSize(width or None, height or None, z, c * samples, t),
        pixel_type=pixel_type,
        channels=channels_of(c, labels, samples, summary),
        files=(path.as_posix(), *(folder.posix(name) for name in present)),
        problems=tuple(found),
    )
    return record_of(base, summary)
