"""MetaImage (ITK): ``key = value`` lines, then pixels or the names of their files.

Source: "MetaIO, Documentation", itk.org/Wiki/MetaIO/Documentation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Quantity
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened
from fairsubmit.readers.units import length_unit, number
from fairsubmit.readers.volumes.numbers import positive
from fairsubmit.readers.volumes.parts import MAX_PARTS, parts
from fairsubmit.readers.volumes.volume import LARGEST, Axis, Volume

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["MetaImage"]

MAX_HEADER = 1 << 20
MAX_LINES = 256
_KEY = re.compile(rb"\s*(ObjectType|NDims|Comment|ObjectSubType|TransformType)\s*=")
_PATTERN = re.compile(r"%0?(\d{0,2})d")
_TYPES = {
    "MET_CHAR": ("int8", 8),
    "MET_UCHAR": ("uint8", 8),
    "MET_SHORT": ("int16", 16),
    "MET_USHORT": ("uint16", 16),
    "MET_INT": ("int32", 32),
    "MET_UINT": ("uint32", 32),
    "MET_LONG": (None, 64),
    "MET_ULONG": (None, 64),
    "MET_LONG_LONG": (None, 64),
    "MET_ULONG_LONG": (None, 64),
    "MET_FLOAT": ("float", 32),
    "MET_DOUBLE": ("double", 64),
}
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")


class MetaImage:
    """One image of up to five axes."""

    name = "metaimage"
    suffixes: Sequence[str] = (".mha", ".mhd")
    about = About(
        "MetaImage",
        (".mha", ".mhd"),
        "spacing, channels, files of pixels",
        "files written by ITK, and from the specification",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it starts with a key of MetaImage and names its pixels."""
        if _KEY.match(head[:256]) is None:
            return False
        return b"ElementDataFile" in head and b"DimSize" in head

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the header that may name a file of pixels."""
        if path.suffix.lower() not in {".raw", ".zraw"}:
            return ()
        return (path.with_suffix(".mhd"),)

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the image's record.

        Raises
        ------
        DamagedFileError
            If there is no type, no size or no place of the pixels.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            raw, size = source.read(0, MAX_HEADER), source.size
        fields, start = _fields(raw)
        sizes = _sizes(fields)
        data = fields.get("ElementDataFile")
        if data is None or sizes is None:
            expected = "NDims, as many sizes in DimSize, and ElementDataFile"
            raise DamagedFileError(path.as_posix(), expected, offset=min(start, size))
        kind, bits = _TYPES.get(fields.get("ElementType", ""), (None, 8))
        volume = Volume(path, "MetaImage", self.name, _axes(fields, sizes), kind, bits)
        volume.provenance = {"size": "DimSize", "pixel_type": "ElementType"}
        channels = _count(fields.get("ElementNumberOfChannels", "1"))
        if channels > 1:
            volume.axes.append(Axis("c", channels))
        volume.name = fields.get("Name") or None
        date = _DATE.match(fields.get("AcquisitionDate", ""))
        volume.acquired_at = "-".join(date.groups()) if date else None
        self._check(volume, fields, data, (start, size, raw))
        return [volume.record()]

    def _check(
        self,
        volume: Volume,
        fields: dict[str, str],
        data: str,
        found: tuple[int, int, bytes],
    ) -> None:
        start, size, raw = found
        if "DistanceUnits" not in fields and _spacing(fields):
            message = "gives distances of pixels, and no unit of them"
            volume.problem("unit-missing", message, "ElementSpacing")
        if fields.get("PatientName") or fields.get("PatientID"):
            message = "names a patient"
            volume.problem("personal-data", message, "PatientName", error=True)
        if data.upper() != "LOCAL":
            names = _names(data, raw[start:].decode("utf-8", "replace"))
            volume.files, problems = parts(volume.path, names, "ElementDataFile")
            volume.problems += problems
        elif fields.get("CompressedData", "False").lower() != "true":
            volume.check_length(size - start, f"byte {size}")


def _fields(raw: bytes) -> tuple[dict[str, str], int]:
    """Return the lines up to the last, and where it ends."""
    found: dict[str, str] = {}
    at = 0
    for _ in range(MAX_LINES):
        end = raw.find(b"\n", at)
        line = raw[at : end if end >= 0 else len(raw)].decode("utf-8", "replace")
        at = end + 1 if end >= 0 else len(raw)
        key, mark, value = line.partition("=")
        if mark:
            found.setdefault(key.strip(), value.strip())
        if key.strip() == "ElementDataFile" or end < 0:
            break
    return found, at


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 13 and int(text) else 1


def _sizes(fields: dict[str, str]) -> list[int] | None:
    written = fields.get("DimSize", "").split()
    if not all(text.isdecimal() and len(text) < 14 for text in written):
        return None
    sizes = [int(text) for text in written]
    same = fields.get("NDims", "") == str(len(sizes))
    return sizes if same and sizes and all(0 < s < LARGEST for s in sizes) else None


def _spacing(fields: dict[str, str]) -> list[str]:
    return (fields.get("ElementSpacing") or fields.get("ElementSize") or "").split()


def _axes(fields: dict[str, str], sizes: list[int]) -> list[Axis]:
    unit = length_unit(fields.get("DistanceUnits", "")).value
    place = "ElementSpacing" if "ElementSpacing" in fields else "ElementSize"
    written = [*_spacing(fields), *[""] * len(sizes)]
    axes = []
    for index, size in enumerate(sizes):
        value = number(written[index])[0] if written[index] else None
        known = unit is not None and value is not None and positive(value)
        step = Quantity(value, unit) if known and value is not None else None
        axes.append(
            Axis("xyz"[index], size, step, place) if index < 3 else Axis("", size)
        )
    return axes


def _names(data: str, rest: str) -> list[str]:
    """Return the files of pixels: one, a list, or a pattern with its numbers."""
    words = data.split()
    if words[:1] == ["LIST"]:
        return [line.strip() for line in rest.splitlines() if line.strip()][:MAX_PARTS]
    numbers = [int(w) for w in words[1:] if w.isdecimal() and len(w) < 10]
    match = _PATTERN.search(words[0]) if words else None
    if match is None or len(numbers) < 2:
        return [data]
    first, last, step = (*numbers, 1)[:3]
    width = int(match.group(1) or 0)
    return [
        words[0].replace(match.group(), f"{n:0{width}}")
        for n in range(first, last + 1, max(step, 1))[:MAX_PARTS]
    ]
