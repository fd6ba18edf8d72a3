"""What ImageJ keeps of an image in its private tags: texts, labels, regions.

IJMetadataByteCounts (50838) has the lengths of the parts of IJMetadata (50839). The
first part, after ``IJIJ``, says of which kinds how many follow: ``info`` (any text,
often another program's metadata), ``labl`` (a label for each slice), ``roi `` and
``over`` (the selection, and the regions of an overlay), and others. Texts are UTF-16 in
the file's byte order (ImageJ 1.53 ``ij/io/TiffEncoder``, ``TiffDecoder.getMetaData``).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from fairsubmit.errors import ReadError
from fairsubmit.readers.ome.record import Recorder
from fairsubmit.readers.ome.xml import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["Private", "described_in", "persons", "private_of"]

COUNTS, METADATA = 50838, 50839
MAGIC = 0x494A494A  # IJIJ
# An overlay of more regions, or a text longer than this, is not looked at.
MAX_PARTS = 1 << 16
MAX_TEXT = 1 << 21
MAX_LABELS = 1 << 14
MAX_LABEL = 1 << 12
_OME = re.compile(r"<(?:\w{1,20}:)?OME[\s>]")
_PERSON = re.compile(
    r"([^=:\n]{0,200}\b(?:user ?name|operator|experimenter|owner|author|e-?mail)\b"
    r"[^=:\n]{0,80})[=:]\s*\S",
    re.IGNORECASE,
)
_HOME = re.compile(
    r"[\\/](?:Users|home|Documents and Settings)[\\/]+(?!Public\b|Shared\b)\w",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Private:
    """The private tags.

    Attributes
    ----------
    info
        The text.
    labels
        Of the slices; the first `MAX_LABELS`.
    rois
        Number of regions.
    """

    info: str = ""
    labels: list[str] = field(default_factory=list)
    rois: int = 0


def private_of(tiff: Tiff) -> Private:
    """Return what the private tags of the first page hold; nothing if they are odd."""
    found = Private()
    for kind, number, place, lengths in _kinds(tiff):
        if kind in {"roi ", "over"}:
            found.rois += number
        elif kind == "info" and lengths:
            found.info = _text(tiff, place, lengths[0])
        elif kind == "labl":
            starts = accumulate(lengths, initial=place)
            found.labels = [
                _text(tiff, start, min(length, MAX_LABEL))
                for start, length in zip(starts, lengths[:MAX_LABELS], strict=False)
            ]
    return found


def _kinds(tiff: Tiff) -> Iterator[tuple[str, int, int, tuple[int, ...]]]:
    """Yield a kind, how many it has, where the first stands, and their lengths."""
    counts, metadata = tiff.tags.get(COUNTS), tiff.tags.get(METADATA)
    if counts is None or metadata is None or metadata.values <= len(metadata.raw):
        return
    lengths = tiff.integers(counts, last=MAX_PARTS)
    if not lengths or not 12 <= lengths[0] <= 1 << 10:
        return
    place = tiff.value_offset(metadata)
    order = tiff.layout.order
    head = tiff.source.read(place, lengths[0])
    words = struct.unpack(f"{order}{len(head) // 4}I", head[: len(head) // 4 * 4])
    if not words or words[0] != MAGIC:
        return
    place += lengths[0]
    at = 1
    for kind, number in zip(words[1::2], words[2::2], strict=False):
        own = lengths[at : at + number]
        name = struct.pack(">I", kind).decode("latin-1")
        yield name, len(own), place, own
        place += sum(own)
        at += number


def _text(tiff: Tiff, place: int, length: int) -> str:
    raw = tiff.source.read(place, min(length, MAX_TEXT) // 2 * 2)
    name = "utf-16-le" if tiff.layout.order == "<" else "utf-16-be"
    return raw.decode(name, "replace").rstrip("\0")


def described_in(info: str, path: Path) -> ImageMetadata | None:
    """Return the record of the OME-XML that a text holds, if it holds one."""
    start = _OME.search(info)
    if start is None:
        return None
    try:
        xml = parse(info[start.start() :].encode(), path)
        if len(xml.document.images) != 1:
            return None
        recorder = Recorder(xml.document, xml.document.images[0], 0)
        name = path.as_posix()
        return recorder.record(name, form="OME-XML", reader="imagej", files=[name])
    except ReadError:
        return None


def persons(info: str) -> list[str]:
    """Return which lines of a text name a person, by their keys; never the names."""
    found = []
    for line in info.splitlines():
        match = _PERSON.match(line)
        if match is not None:
            found.append(match.group(1).strip())
        elif _HOME.search(line):
            found.append(line.partition("=")[0].strip() if "=" in line else "a path")
    return list(dict.fromkeys(key for key in found if not _HOME.search(key)))[:5]
