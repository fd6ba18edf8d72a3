"""NIfTI-1 and NIfTI-2: single files, pairs, gzip.

Source: ``nifti1.h`` and ``nifti2.h`` of the NIfTI data format working group.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.errors import DamagedFileError
from fairsubmit.metadata.image import Quantity
from fairsubmit.readers.about import About
from fairsubmit.readers.source import opened
from fairsubmit.readers.volumes.gzipped import inflated, is_gzip
from fairsubmit.readers.volumes.numbers import metres, positive, single
from fairsubmit.readers.volumes.parts import parts
from fairsubmit.readers.volumes.volume import LARGEST, Axis, Volume

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata

__all__ = ["Nifti"]

LENGTHS = {348: 1, 540: 2}
MAGIC = {1: (344, (b"n+1\0", b"ni1\0")), 2: (4, (b"n+2\0", b"ni2\0"))}
AXES = ("x", "y", "z", "t", "c")
_TYPES: dict[int, tuple[str | None, int, int]] = {
    1: ("bit", 1, 1),
    2: ("uint8", 8, 1),
    4: ("int16", 16, 1),
    8: ("int32", 32, 1),
    16: ("float", 32, 1),
    32: ("complex", 64, 1),
    64: ("double", 64, 1),
    128: ("uint8", 8, 3),
    256: ("int8", 8, 1),
    512: ("uint16", 16, 1),
    768: ("uint32", 32, 1),
    1024: (None, 64, 1),
    1280: (None, 64, 1),
    1536: (None, 128, 1),
    1792: ("double-complex", 128, 1),
    2048: (None, 256, 1),
    2304: ("uint8", 8, 4),
}
# NIFTI_UNITS_…
_LENGTH_UNITS = {1: "m", 2: "mm", 3: "µm"}
_TIME_UNITS = {8: "s", 16: "ms", 24: "µs"}


class _Header(NamedTuple):
    pair: bool
    sizes: tuple[int, ...]
    kind: int
    bits: int
    steps: tuple[float, ...]
    offset: float
    units: int


class Nifti:
    """One volume, or one for each time."""

    name = "nifti"
    suffixes: Sequence[str] = (".nii", ".nii.gz")
    about = About(
        "NIfTI",
        (".nii", ".nii.gz", ".hdr"),
        "voxel size, time step",
        "10 real files",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it has the length and the magic of a NIfTI header."""
        return _parse(_plain(head)) is not None

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the header of a file of pixels."""
        lower = path.name.lower()
        for suffix in (".img", ".img.gz"):
            if lower.endswith(suffix):
                stem = path.name[: -len(suffix)]
                return tuple(path.with_name(stem + end) for end in (".hdr", ".hdr.gz"))
        return ()

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the volume's record.

        Raises
        ------
        DamagedFileError
            If there is no whole header, or it cannot be meant.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            header = _parse(_plain(source.head))
            packed, size = is_gzip(source.head), source.size
        if header is None:
            expected = "the header of NIfTI-1 or NIfTI-2"
            raise DamagedFileError(path.as_posix(), expected, offset=0)
        kind, bits, samples = _TYPES.get(header.kind, (None, header.bits, 1))
        axes = [_axis(header, n) for n in range(len(header.sizes))]
        volume = Volume(path, "NIfTI", self.name, axes, kind, bits, samples=samples)
        volume.provenance = {"size": "dim", "pixel_type": "datatype"}
        if header.units & 7 not in _LENGTH_UNITS and any(
            map(positive, header.steps[:3])
        ):
            message = "gives distances of voxels, and no unit of them"
            volume.problem("unit-missing", message, "xyzt_units")
        if header.pair:
            stem = path.name.removesuffix(".gz").rpartition(".")[0]
            names = [f"{stem}.img", f"{stem}.img.gz"]
            found = [parts(path, [name], "magic")[0] for name in names]
            volume.files = found[0] or found[1]
            if not volume.files:
                volume.problems += parts(path, names[:1], "magic")[1]
        elif not packed:
            volume.check_length(size - int(header.offset), f"byte {size}")
        return [volume.record()]


def _plain(head: bytes) -> bytes:
    return inflated(head, 640) if is_gzip(head) else head[:640]


def _parse(raw: bytes) -> _Header | None:
    for order in "<>":
        if len(raw) < 348:
            return None
        (length,) = struct.unpack_from(f"{order}i", raw)
        version = LENGTHS.get(length)
        if version is None or len(raw) < length:
            continue
        at, magics = MAGIC[version]
        magic = raw[at : at + 4]
        if magic in magics:
            return _header(raw, order, version, pair=magic == magics[1])
    return None


def _header(raw: bytes, order: str, version: int, *, pair: bool) -> _Header | None:
    if version == 1:
        dims = struct.unpack_from(f"{order}8h", raw, 40)
        kind, bits = struct.unpack_from(f"{order}2h", raw, 70)
        steps = struct.unpack_from(f"{order}8f", raw, 76)
        (offset,) = struct.unpack_from(f"{order}f", raw, 108)
        units = raw[123]
    else:
        kind, bits = struct.unpack_from(f"{order}2h", raw, 12)
        dims = struct.unpack_from(f"{order}8q", raw, 16)
        steps = struct.unpack_from(f"{order}8d", raw, 104)
        (offset,) = struct.unpack_from(f"{order}q", raw, 168)
        (units,) = struct.unpack_from(f"{order}i", raw, 500)
    count, sizes = dims[0], dims[1 : dims[0] + 1]
    if not 1 <= count <= 7 or not all(0 < size < LARGEST for size in sizes):
        return None
    offset = offset if math.isfinite(offset) and 0 <= offset < LARGEST else 0.0
    return _Header(pair, sizes, kind, max(bits, 1), steps[1:8], offset, units)


def _axis(header: _Header, number: int) -> Axis:
    name = AXES[number] if number < len(AXES) else ""
    step = abs(header.steps[number])
    quantity = None
    if positive(step) and name in {"x", "y", "z"}:
        unit = _LENGTH_UNITS.get(header.units & 7)
        value = single(step)
        if unit == "m":
            quantity = metres(value)
        elif unit is not None:
            quantity = Quantity(float(value), unit)
    elif positive(step) and name == "t" and header.sizes[number] > 1:
        unit = _TIME_UNITS.get(header.units & 0x38)
        quantity = Quantity(float(single(step)), unit) if unit else None
    return Axis(name, header.sizes[number], quantity, f"pixdim[{number + 1}]")
