"""OME-XML without its per-plane runs.

A time-lapse of 10,000 planes has megabytes of ``TiffData``, ``Plane`` and ``BinData``
elements and a few kilobytes of everything else. The runs are cut out by byte search
before the XML is parsed; what the reader needs from them (which files, which
directories) is taken by pattern, and an empty ``TiffData`` with the run's number stays
in their place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MARK", "Part", "Run", "cut", "spans"]

# Attribute of the element that stands where run number n was.
MARK = "fairsubmit-run"

_NAME = rb"(?:[\w.\-]{1,64}:)?"
_PIXELS = re.compile(rb"<" + _NAME + rb"Pixels[\s/>]")
_PLANE = re.compile(rb"<" + _NAME + rb"(?:TiffData|BinData|Plane)[\s/>]")
_PLANE_TAG = re.compile(
    rb"</?" + _NAME + rb"(?:TiffData|BinData|Plane)(?=[\s/>])[^>]*>"
)
_KEPT = re.compile(rb"<" + _NAME + rb"(?:Channel|LogicalChannel)[\s/>]")
_TIFF_DATA = re.compile(rb"<" + _NAME + rb"TiffData\b([^>]*)>")
_UUID = re.compile(
    rb"FileName\s*=\s*(?:\"([^\"]*)\"|'([^']*)')[^>]*>\s*(?:urn:uuid:)?([^<\s]*)"
)
_IFD = re.compile(rb"IFD\s*=\s*[\"'](\d{1,9})")
_ANNOTATION = re.compile(rb"AnnotationRef\s+ID\s*=\s*[\"']([^\"'<>]{1,999})[\"']")
_PLANE_COUNT = re.compile(rb"PlaneCount\s*=\s*[\"'](\d{1,9})")
_CLOSED = b"Pixels>"
# Where the last plane's end is looked for; what follows it in Pixels is short.
TAILS = (1 << 8, 1 << 12)


@dataclass(frozen=True, slots=True)
class Part:
    """A file that OME-XML names as holding planes; `uuid` is lower case, bare."""

    name: str
    uuid: str


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of per-plane elements said.

    Attributes
    ----------
    parts
        Distinct files named, in no particular order.
    blocks
        Number of ``TiffData`` elements, counted up to 2.
    first, last
        Smallest and largest directory (IFD) named, counted from 0; ``None`` if none.
    binary
        Whether pixels stand in the XML itself.
    annotations
        Distinct IDs of annotations of planes, in their order.
    """

    parts: frozenset[Part] = frozenset()
    blocks: int = 0
    first: int | None = None
    last: int | None = None
    binary: bool = False
    annotations: tuple[str, ...] = ()


def cut(xml: bytes) -> tuple[bytes, list[Run]]:
    """Return the XML without per-plane runs, and what they said.

    Parameters
    ----------
    xml
        OME-XML in an encoding that extends ASCII.
    """
    pieces: list[bytes] = []
    runs: list[Run] = []
    kept = 0
    for start, end in spans(xml):
        pieces.append(xml[kept:start])
        pieces.append(f'<TiffData {MARK}="{len(runs)}"/>'.encode())
        runs.append(_facts(xml, start, end))
        kept = end
    if not runs:
        return xml, runs
    pieces.append(xml[kept:])
    return b"".join(pieces), runs


def spans(xml: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each per-plane run begins and ends.

    Parameters
    ----------
    xml
        OME-XML in an encoding that extends ASCII.
    """
    position = 0
    # Searching backward passes over what is not there twice as fast.
    last = xml.rfind(_CLOSED)
    alone = xml.rfind(_CLOSED, 0, max(last, 0))
    while found := _next_pixels(xml, position):
        start = found.start()
        position, stop = _inside(xml, start, last if start > alone else None)
        while position < stop and (plane := _PLANE.search(xml, position, stop)):
            start = plane.start()
            position = _run_end(xml, start, stop)
            yield start, position
        position = max(position, stop)


def _next_pixels(xml: bytes, position: int) -> re.Match[bytes] | None:
    # Plain search passes over megabytes of annotations many times faster.
    near = xml.find(b"Pixels", position)
    return None if near < 0 else _PIXELS.search(xml, max(position, near - 66))


def _inside(xml: bytes, start: int, closed: int | None) -> tuple[int, int]:
    """Return where the content of the Pixels element at `start` begins and ends.

    Parameters
    ----------
    xml
        The document.
    start
        Where the element begins.
    closed
        Where its end tag's name is, if that is known.
    """
    opened = xml.find(b">", start)
    if opened < 0:
        return len(xml), len(xml)
    if xml[opened - 1] == 0x2F:  # "/": an empty element
        return opened + 1, opened + 1
    if closed is None:
        closed = xml.find(_CLOSED, opened)
    if closed < opened:
        return opened + 1, len(xml)
    return opened + 1, xml.rfind(b"</", opened, closed)


def _run_end(xml: bytes, start: int, stop: int) -> int:
    """Return the end of the run of plane elements that begins at `start`."""
    if xml.rfind(b"Channel", start, stop) >= 0 and (
        channel := _KEPT.search(xml, start, stop)
    ):
        stop = channel.start()
    for length in TAILS:
        end = 0
        for tag in _PLANE_TAG.finditer(xml, max(start, stop - length), stop):
            end = tag.end()
        if end:
            return end
    return stop


def _facts(xml: bytes, start: int, end: int) -> Run:
    block = _TIFF_DATA.search(xml, start, end)
    if block is None:
        binary = xml.rfind(b"BinData", start, end) >= 0
        return Run(binary=binary, annotations=_annotations(xml, start, end))
    directories = list(map(int, _IFD.findall(xml, start, end)))
    first = min(directories, default=None)
    last = max(directories, default=None)
    more = _TIFF_DATA.search(xml, block.end(), end) is not None
    if not more:
        first, last = _one_block(block.group(1), first)
    parts = _parts(xml, start, end)
    annotations = _annotations(xml, start, end)
    return Run(parts, 1 + more, first, last, annotations=annotations)


def _annotations(xml: bytes, start: int, end: int) -> tuple[str, ...]:
    if xml.rfind(b"AnnotationRef", start, end) < 0:
        return ()
    found = dict.fromkeys(_ANNOTATION.findall(xml, start, end))
    return tuple(unescape(identity.decode("utf-8", "replace")) for identity in found)


def _one_block(attributes: bytes, first: int | None) -> tuple[int | None, int | None]:
    """Apply the defaults of TiffData (OME-TIFF specification, "TiffData")."""
    planes = _PLANE_COUNT.search(attributes)
    if planes is None:
        return first, first
    begin = first or 0
    return begin, begin + max(int(planes.group(1)), 1) - 1


def _parts(xml: bytes, start: int, end: int) -> frozenset[Part]:
    found = _UUID.search(xml, start, end)
    if found is None:
        return frozenset()
    # Nearly always one file: counting its name is much cheaper than reading them all.
    name = found.group(0)[: found.group(0).find(b">")]
    if xml.count(name, start, end) == xml.count(b"FileName", start, end):
        return frozenset({_part(*found.groups(b""))})
    return frozenset(_part(*groups) for groups in set(_UUID.findall(xml, start, end)))


def _part(double: bytes, single: bytes, uuid: bytes) -> Part:
    raw = double or single
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = raw.decode("cp1252", "replace")
    return Part(unescape(name), uuid.decode("ascii", "replace").lower())
