"""NRRD: a text header, with the pixels after it or in files of their own.

Source: "Definition of NRRD File Format", teem.sourceforge.net/nrrd/format.html.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Quantity
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened
from fairsubmit.readers.units import length_unit, number, time_unit
from fairsubmit.readers.volumes.numbers import positive
from fairsubmit.readers.volumes.parts import MAX_PARTS, parts
from fairsubmit.readers.volumes.volume import LARGEST, Axis, Volume

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Nrrd"]

MAGIC = b"NRRD000"
MAX_HEADER = 1 << 20
_TYPES = {
    "int8": "signed char|int8|int8_t",
    "uint8": "uchar|unsigned char|uint8|uint8_t",
    "int16": "short|short int|signed short|signed short int|int16|int16_t",
    "uint16": "ushort|unsigned short|unsigned short int|uint16|uint16_t",
    "int32": "int|signed int|int32|int32_t",
    "uint32": "uint|unsigned int|uint32|uint32_t",
    "float": "float",
    "double": "double",
}
_NAMES = {alias: kind for kind, text in _TYPES.items() for alias in text.split("|")}
_BITS = {"8": 8, "16": 16, "32": 32, "float": 32, "double": 64}
_LONG = ("long long", "longlong", "int64", "uint64")
_QUOTED = re.compile(r'"([^"]*)"')
_VECTOR = re.compile(r"\(([^()]*)\)|none", re.IGNORECASE)
_PATTERN = re.compile(r"%0?(\d*)d")
_SPACES = {"domain", "space", ""}


class Nrrd:
    """One array of up to five axes."""

    name = "nrrd"
    suffixes: Sequence[str] = (".nrrd", ".nhdr")
    about = About(
        "NRRD",
        (".nrrd", ".nhdr"),
        "spacing and unit of each axis, files of pixels",
        "files written by ITK, and from the specification",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it starts with ``NRRD000`` and a version."""
        return head.startswith(MAGIC) and head[7:8].isdigit()

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the header that may name a file of pixels."""
        lower = path.name.lower()
        for suffix in (".raw", ".raw.gz", ".gz"):
            if lower.endswith(suffix):
                return (path.with_name(f"{path.name[: -len(suffix)]}.nhdr"),)
        return ()

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the array's record.

        Raises
        ------
        DamagedFileError
            If the header has no end, no type or no sizes.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            raw, size = source.read(0, MAX_HEADER), source.size
        shown = path.as_posix()
        if not self.recognises(path, raw):
            raise DamagedFileError(shown, "the magic of NRRD", offset=0)
        end, start = _end(raw)
        fields = _fields(raw[:end].decode("utf-8", "replace"))
        detached = fields.get("data file") or fields.get("datafile")
        if start is None and detached is None:
            raise DamagedFileError(shown, "an empty line after the header", offset=end)
        sizes = _sizes(fields)
        if sizes is None or "type" not in fields:
            expected = "a type, and a size for each dimension"
            raise DamagedFileError(shown, expected, offset=end)
        kind = _NAMES.get(fields["type"].lower())
        volume = Volume(
            path, "NRRD", self.name, _axes(fields, sizes), kind, _bits(fields, kind)
        )
        volume.provenance = {"size": "sizes", "pixel_type": "type"}
        volume.name = fields.get("content") or None
        _check_units(volume, fields)
        if detached is not None:
            listed = raw[end:].decode("utf-8", "replace") if start is None else ""
            names = _names(detached, listed or raw[:end].decode("utf-8", "replace"))
            volume.files, problems = parts(path, names, "data file")
            volume.problems += problems
        elif fields.get("encoding", "").lower() == "raw" and start is not None:
            volume.check_length(size - start, f"byte {size}")
        return [volume.record()]


def _end(raw: bytes) -> tuple[int, int | None]:
    """Return where the header ends and where pixels begin."""
    found = re.search(rb"\r?\n\r?\n", raw)
    return (found.start(), found.end()) if found else (len(raw), None)


def _fields(text: str) -> dict[str, str]:
    """Return ``field: value`` lines, and not ``key:=value``."""
    found: dict[str, str] = {}
    for line in text.splitlines()[1:]:
        key, mark, value = line.partition(":")
        if mark and not value.startswith("=") and not line.startswith("#"):
            found.setdefault(key.strip().lower(), value.strip())
    return found


def _sizes(fields: dict[str, str]) -> list[int] | None:
    written = fields.get("sizes", "").split()
    if not all(text.isdecimal() and len(text) < 14 for text in written):
        return None
    sizes = [int(text) for text in written]
    dimension = fields.get("dimension", "")
    same = dimension.isdecimal() and int(dimension) == len(sizes)
    return sizes if same and sizes and all(0 < s < LARGEST for s in sizes) else None


def _bits(fields: dict[str, str], kind: str | None) -> int:
    if kind is None:
        written = fields["type"].lower()
        block = fields.get("block size", fields.get("blocksize", ""))
        if written == "block" and block.isdecimal() and len(block) < 9:
            return 8 * int(block)
        return 64 if any(name in written for name in _LONG) else 8
    return _BITS[kind.removeprefix("u").removeprefix("int")]


def _axes(fields: dict[str, str], sizes: list[int]) -> list[Axis]:
    kinds = fields.get("kinds", "").lower().split() or [""] * len(sizes)
    steps = _steps(fields, len(sizes))
    units = _units(fields, steps)
    axes = []
    spatial = iter("xyz")
    for index, size in enumerate(sizes):
        kind = kinds[index] if index < len(kinds) else ""
        step, unit = steps[index], units[index]
        if kind == "time":
            axes.append(
                Axis("t", size, _quantity(step, time_unit(unit).value), "spacings")
            )
        elif (kind in _SPACES or kind == "???") and step != "none":
            length = _quantity(step, length_unit(unit).value)
            axes.append(Axis(next(spatial, ""), size, length, _place(fields)))
        else:
            axes.append(Axis("c", size))
    names = [axis.name for axis in axes]
    return [
        axis._replace(name="") if axis.name in names[:n] else axis
        for n, axis in enumerate(axes)
    ]


def _place(fields: dict[str, str]) -> str:
    return "space directions" if "space directions" in fields else "spacings"


def _steps(fields: dict[str, str], count: int) -> list[str]:
    """Return each axis' distance as text: empty if unknown, none if it has no space."""
    found: list[str] = []
    for match in _VECTOR.finditer(fields.get("space directions", "")):
        parts_of = [number(text)[0] for text in (match.group(1) or "").split(",")]
        if match.group(1) is None:
            found.append("none")
        elif None in parts_of:
            found.append("")
        else:
            found.append(repr(math.hypot(*(p for p in parts_of if p is not None))))
    if not found:
        found = fields.get("spacings", "").split()
    return [*found, *[""] * count][:count]


def _units(fields: dict[str, str], steps: list[str]) -> list[str]:
    """Return each axis' unit; those of a space stand for its axes alone."""
    own = _QUOTED.findall(fields.get("units", ""))
    space = iter(_QUOTED.findall(fields.get("space units", "")))
    if not own and "space directions" in fields:
        own = ["" if step == "none" else next(space, "") for step in steps]
    return [*own, *[""] * len(steps)][: len(steps)]


def _quantity(step: str, unit: str | None) -> Quantity | None:
    value = number(step)[0] if step else None
    if value is None or unit is None or not positive(abs(value)):
        return None
    return Quantity(float(Decimal(repr(abs(value)))), unit)


def _check_units(volume: Volume, fields: dict[str, str]) -> None:
    told = "spacings" in fields or "space directions" in fields
    lengths = [a for a in volume.axes if a.name in {"x", "y", "z"}]
    if told and "units" not in fields and "space units" not in fields:
        message = "gives distances of pixels, and no unit of them"
        volume.problem("unit-missing", message, _place(fields))
    elif told and not any(axis.step for axis in lengths):
        message = "gives distances of pixels in no unit of length"
        volume.problem("unit-unknown", message, "units")


def _names(detached: str, header: str) -> list[str]:
    """Return the files of pixels: one, a list, or a pattern with its numbers."""
    if detached.split()[:1] == ["LIST"]:
        lines = header.splitlines()
        at = next(
            (n for n, line in enumerate(lines) if "LIST" in line and ":" in line), -1
        )
        return [line.strip() for line in lines[at + 1 :] if line.strip()][:MAX_PARTS]
    words = detached.split()
    numbers = [int(w) for w in words[1:4] if w.lstrip("-").isdecimal() and len(w) < 10]
    if len(numbers) == 3 and (match := _PATTERN.search(words[0])) and numbers[2]:
        first, last, step = numbers
        width = int(match.group(1) or 0) if len(match.group(1)) < 3 else 0
        stop = last + (1 if step > 0 else -1)
        return [
            words[0].replace(match.group(), f"{n:0{width}}")
            for n in range(first, stop, step)[:MAX_PARTS]
        ]
    return [detached]
