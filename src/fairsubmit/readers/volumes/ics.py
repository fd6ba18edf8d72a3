"""Image Cytometry Standard: ``.ics`` of version 1 with ``.ids``, and of version 2.

Source: P. Dean et al., "Proposed standard for image cytometry data files", Cytometry
11, 561 (1990), and the libics documentation for version 2.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Channel, Quantity
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened
from fairsubmit.readers.units import length_unit, number, time_unit
from fairsubmit.readers.volumes.numbers import positive
from fairsubmit.readers.volumes.parts import parts
from fairsubmit.readers.volumes.volume import LARGEST, Axis, Volume

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Ics"]

MAX_HEADER = 1 << 20
MAX_CHANNELS = 256
_START = re.compile(rb"[\t ,;:|\x1c-\x1f][\r\n\x1c-\x1f]+ics_version")
_ORDER = {"x": "x", "y": "y", "z": "z", "t": "t", "ch": "c", "c": "c", "p": "c"}
_INTEGERS = (8, 16, 32)
_FLOATS = {32: "float", 64: "double"}
_COMPLEX = {64: "complex", 128: "double-complex"}


class Ics:
    """One image of up to five axes."""

    name = "ics"
    suffixes: Sequence[str] = (".ics",)
    about = About(
        "ICS",
        (".ics", ".ids"),
        "scale and unit of each axis, wavelengths",
        "files written by Bio-Formats, and from the specification",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it starts with two separators and a version."""
        return _START.match(head[:64]) is not None

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the header of an ``.ids`` file."""
        lower = path.name.lower()
        for suffix in (".ids", ".ids.gz"):
            if lower.endswith(suffix):
                stem = path.name[: -len(suffix)]
                return (path.with_name(f"{stem}.ics"), path.with_name(f"{stem}.ICS"))
        return ()

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the image's record.

        Raises
        ------
        DamagedFileError
            If the layout is not whole.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            raw, size = source.read(0, MAX_HEADER), source.size
        shown = path.as_posix()
        if not self.recognises(path, raw):
            raise DamagedFileError(shown, "separators and ics_version", offset=0)
        header = _Header(raw)
        layout = header.layout()
        if layout is None:
            expected = "an order, and a size for each axis"
            raise DamagedFileError(shown, expected, offset=header.end)
        order, sizes = layout
        bits = sizes[order.index("bits")] if "bits" in order else 8
        volume = Volume(
            path, "ICS", self.name, header.axes(order, sizes), header.kind(bits), bits
        )
        volume.provenance = {"size": "layout sizes", "pixel_type": "representation"}
        volume.significant_bits = header.significant(bits)
        volume.software = header.first("history", "software")
        volume.channels = header.channels(volume)
        for key in ("author", "creator", "experimenter"):
            if header.first("history", key):
                message = f"history {key} names a person"
                volume.problem("personal-data", message, f"history {key}")
        _pixels(volume, header, size)
        return [volume.record()]


class _Header:
    def __init__(self, raw: bytes) -> None:
        start = raw.find(b"ics_version")
        between, newline = raw[:1], raw[1:start]
        separators = re.escape(between.decode("latin-1"))
        ends = newline.decode("latin-1")
        found = re.search(rb"[\r\n\x1c-\x1f]end[\t\r\n ,;:|\x1c-\x1f]", raw)
        self.whole = found is not None
        self.end = found.end() if found else len(raw)
        if found and newline == b"\r\n" and raw[self.end - 1 : self.end] == b"\r":
            self.end += 1
        if found and raw[self.end - 1 : self.end] == between:
            # A separator stands after "end", and then the line ends.
            self.end += len(newline)
        self.lines = [
            [part.strip() for part in re.split(separators, line) if part.strip()]
            for line in re.split(
                f"[{re.escape(ends)}]", raw[: self.end].decode("latin-1")
            )
        ]

    def values(self, *names: str) -> list[str]:
        """Return what stands after these words in the first line that has them."""
        count = len(names)
        for words in self.lines:
            if [word.lower() for word in words[:count]] == list(names):
                return words[count:]
        return []

    def first(self, *names: str) -> str | None:
        return next(iter(self.values(*names)), None)

    def layout(self) -> tuple[list[str], list[int]] | None:
        order = [name.lower() for name in self.values("layout", "order")]
        written = self.values("layout", "sizes")
        if not all(text.isdecimal() and len(text) < 14 for text in written):
            return None
        sizes = [int(text) for text in written]
        whole = order and len(order) == len(sizes) and len(order) < 16
        return (order, sizes) if whole and all(0 < s < LARGEST for s in sizes) else None

    def kind(self, bits: int) -> str | None:
        written = (self.first("representation", "format") or "integer").lower()
        if written == "integer" and bits in _INTEGERS:
            signed = (self.first("representation", "sign") or "").lower() == "signed"
            return f"{'' if signed else 'u'}int{bits}"
        if written in {"real", "float"}:
            return _FLOATS.get(bits)
        return _COMPLEX.get(bits) if written == "complex" else None

    def significant(self, bits: int) -> int | None:
        text = self.first("layout", "significant_bits") or ""
        return int(text) if text.isdecimal() and 0 < int(text[:6]) <= bits else None

    def axes(self, order: list[str], sizes: list[int]) -> list[Axis]:
        scales = self.values("parameter", "scale")
        units = self.values("parameter", "units")
        axes: list[Axis] = []
        for index, (name, size) in enumerate(zip(order, sizes, strict=True)):
            if name == "bits":
                continue
            known = _ORDER.get(name, "")
            known = "" if any(axis.name == known for axis in axes) else known
            step = None
            if index < len(scales) and index < len(units) and known in {*"xyzt"}:
                reader = time_unit if known == "t" else length_unit
                value, unit = number(scales[index])[0], reader(units[index]).value
                if value is not None and unit is not None and positive(abs(value)):
                    step = Quantity(abs(value), unit)
            axes.append(Axis(known, size, step, f"parameter scale[{index}]"))
        return axes

    def channels(self, volume: Volume) -> tuple[Channel, ...]:
        count = math.prod(axis.size for axis in volume.axes if axis.name == "c")
        if count > MAX_CHANNELS:
            return ()
        waves = {
            key: [_wave(text) for text in self.values("sensor", "s_params", name)]
            for key, name in (("em", "lambdaem"), ("ex", "lambdaex"))
        }
        # Some programs write how many there are before them.
        told = {k: v[-count:] if len(v) >= count else [] for k, v in waves.items()}
        channels = []
        for index in range(count):
            emission, excitation = (
                told[key][index] if index < len(told[key]) else None
                for key in ("em", "ex")
            )
            channels.append(
                Channel(
                    index,
                    excitation_wavelength=excitation,
                    emission_wavelength=emission,
                    samples_per_pixel=1,
                )
            )
        return tuple(channels)


def _wave(text: str) -> Quantity | None:
    value = number(text)[0]
    # The format has nm; a number of 1 or less is none.
    return Quantity(value, "nm") if value is not None and value > 1 else None


def _pixels(volume: Volume, header: _Header, size: int) -> None:
    packed = (header.first("representation", "compression") or "").lower()
    plain = packed in {"", "uncompressed"}
    elsewhere = header.first("source", "file")
    if elsewhere is not None:
        volume.files, problems = parts(volume.path, [elsewhere], "source file")
        volume.problems += problems
    elif (header.first("ics_version") or "").startswith("1"):
        stem = volume.path.name.rpartition(".")[0]
        names = [f"{stem}{end}" for end in (".ids", ".IDS", ".ids.gz", ".ids.Z")]
        found = [file for name in names for file in parts(volume.path, [name], "")[0]]
        volume.files = found[:1]
        if not found:
            volume.problems += parts(volume.path, names[:1], "ics_version")[1]
    elif not header.whole:
        volume.problem(
            "truncated", "has no end of its header", f"byte {size}", error=True
        )
    elif plain:
        volume.check_length(size - header.end, f"byte {size}")
