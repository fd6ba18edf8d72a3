"""Micro-Manager's TIFF stacks and folders of images.

A stack has its own header after TIFF's (bytes 8 to 40: an index of the frames, then the
``Summary``; ND-TIFF the summary alone). A folder has ``metadata.txt`` beside images
whose names say channel, position, time and z step.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.readers.plates.folder import Folder
from fairsubmit.readers.tiff.micromanager_summary import Json, json_object
from fairsubmit.readers.tiff.structure import is_tiff

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.readers.source import Source
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = [
    "Frames",
    "Stack",
    "frames_beside",
    "is_stack",
    "stack_frame",
    "stack_of",
    "text_of",
]

INDEX_OFFSET, SUMMARY, INDEX_MAP, ND_TIFF = 54773648, 2355492, 3453623, 483729
FRAME_METADATA = 51123
MAX_SUMMARY = 1 << 24
MAX_FRAME = 1 << 22
MAX_FRAMES = 1 << 20
# Of metadata.txt: the summary, and the first frame.
MAX_TEXT = 1 << 21
_FRAME = re.compile(r'"(?:FrameKey-|Metadata-)[^"]*"\s*:\s*(?=\{)')
_SUMMARY = re.compile(r'"Summary"\s*:\s*(?=\{)')
_NAME_1 = re.compile(
    r"img_(?P<time>\d{9})_(?P<channel>.*)_(?P<z>\d{3,9})\.tiff?", re.IGNORECASE
)
_NAME_2 = re.compile(
    r"img_channel(?P<channel>\d{1,9})_position(?P<position>\d{1,9})"
    r"_time(?P<time>\d{1,9})_z(?P<z>\d{1,9})\.tiff?",
    re.IGNORECASE,
)


class Stack(NamedTuple):
    """The header of a stack.

    Attributes
    ----------
    summary
        Of the acquisition.
    planes
        Channel, z step, time and position of the frames, each from 0; none where the
        file was not closed, or is ND-TIFF.
    nd_tiff
        Whether it is one file of an ND-TIFF.
    """

    summary: Json
    planes: tuple[tuple[int, int, int, int], ...]
    nd_tiff: bool


def _order(head: bytes) -> str:
    return ">" if head[:2] == b"MM" else "<"


def is_stack(head: bytes) -> bool:
    """Whether a TIFF has the header of a Micro-Manager stack."""
    if not is_tiff(head) or len(head) < 40:
        return False
    words = struct.unpack_from(_order(head) + "8I", head, 8)
    if words[0] == INDEX_OFFSET:
        return SUMMARY in words
    return words[0] == ND_TIFF and SUMMARY in words[2:4]


def stack_of(source: Source) -> Stack:
    """Return the header of a stack.

    Raises
    ------
    ReadError
        If the operating system cannot read.
    """
    order = _order(source.head)
    words = struct.unpack_from(order + "8I", source.head, 8)
    nd_tiff = words[0] == ND_TIFF
    at = words.index(SUMMARY)
    length = struct.unpack_from(order + "I", source.head[:48].ljust(48), 12 + 4 * at)[0]
    raw = source.read(16 + 4 * at, min(length, MAX_SUMMARY))
    planes = () if nd_tiff else _planes(source, order, words[1])
    return Stack(json_object(raw), planes, nd_tiff)


def _planes(
    source: Source, order: str, offset: int
) -> tuple[tuple[int, int, int, int], ...]:
    head = source.read(offset, 8) if offset else b""
    if len(head) < 8:
        return ()
    magic, count = struct.unpack(order + "II", head)
    if magic != INDEX_MAP:
        return ()
    raw = source.read(offset + 8, 20 * min(count, MAX_FRAMES))
    whole = raw[: len(raw) // 20 * 20]
    entries = struct.iter_unpack(order + "5I", whole)
    return tuple((c, z, t, p) for c, z, t, p, _ in entries)


def stack_frame(tiff: Tiff) -> Json:
    """Return the metadata of a stack's first frame."""
    return json_object((tiff.text(FRAME_METADATA, MAX_FRAME) or b"").rstrip(b"\0"))


def text_of(source: Source) -> tuple[Json, Json]:
    """Return the summary and the first frame's metadata of ``metadata.txt``.

    Raises
    ------
    ReadError
        If the operating system cannot read.
    """
    text = source.read(0, MAX_TEXT).decode("utf-8", "replace")
    summary, frame = _SUMMARY.search(text), _FRAME.search(text)
    return (
        json_object(text, summary.end()) if summary else {},
        json_object(text, frame.end()) if frame else {},
    )


@dataclass(slots=True)
class Frames:
    """The images of one position in a folder.

    Attributes
    ----------
    files
        Paths and bytes by time, z step and channel, in this order.
    channels
        Their numbers, or the names by which files are called.
    """

    files: list[tuple[str, int]] = field(default_factory=list)
    channels: set[int | str] = field(default_factory=set)
    steps: set[int] = field(default_factory=set)
    times: set[int] = field(default_factory=set)


def frames_beside(path: Path) -> dict[int, Frames]:
    """Return the images beside ``metadata.txt``, by position."""
    folder = Folder(path.parent)
    found: dict[int, Frames] = {}
    for name in sorted(folder.sizes):
        parts = _NAME_2.fullmatch(name) or _NAME_1.fullmatch(name)
        if parts is None:
            continue
        values = parts.groupdict()
        frames = found.setdefault(int(values.get("position") or 0), Frames())
        numbered = "position" in values
        channel = int(parts["channel"]) if numbered else parts["channel"]
        frames.channels.add(channel)
        frames.steps.add(int(parts["z"]))
        frames.times.add(int(parts["time"]))
        frames.files.append((folder.posix(name), folder.sizes[name]))
    return found
