"""MRC2014, CCP4 and IMOD files: micrographs, tilt series, tomograms, maps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.errors import DamagedFileError, ReadError
from fairsubmit.metadata.image import (
    Channel,
    Detector,
    ImageMetadata,
    ImageSize,
    Instrument,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.about import About
from fairsubmit.readers.em import mdoc
from fairsubmit.readers.em.mrc_extended import BLOCK, Acquisition, acquisition
from fairsubmit.readers.em.mrc_header import LENGTH, MODES, Header, parse
from fairsubmit.readers.source import opened
from fairsubmit.readers.volumes.gzipped import inflated, is_gzip
from fairsubmit.readers.volumes.names import names_a_user
from fairsubmit.readers.volumes.numbers import metres, quotient

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Mrc"]

# Programs name volumes and stacks so; a header without "MAP " is believed only here.
NAMES = (
    *(".mrc", ".mrcs", ".map", ".ccp4", ".rec"),
    *(".st", ".ali", ".preali", ".mrcst"),
)
STACKS = (".mrcs", ".st", ".ali", ".preali", ".mrcst")
_PROGRAM = re.compile(r"SerialEM|mrcfile\.py|RELION|Relion")
_VOLUME_STACK = range(401, 631)
_THERMO = (b"FEI1", b"FEI2")
_TILT_ANGLE = 1  # SerialEM's flags: the first of what each section has
_INFLATED = 1 << 12
_EXPECTED = "the 1,024 bytes of an MRC header"
# Before MRC2014 there was no EXTTYP.
_SERIAL = (b"\0\0\0\0", b"    ", b"SERI")


class Mrc:
    """One file, one image; sections are slices of a volume or images of a stack."""

    name = "mrc"
    # Other programs call other things .map, .rec and .st.
    suffixes: Sequence[str] = (".mrc", ".mrcs")
    about = About(
        "MRC/CCP4",
        (*NAMES, ".map.gz", ".mrc.gz"),
        "pixel size, date, microscope, camera, .mdoc beside",
        "6 real files",
    )

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it has the words of an MRC header, by ``MAP`` or by a known name."""
        named = path.name.lower().endswith(NAMES)
        if is_gzip(head):
            named = path.name.lower().removesuffix(".gz").endswith(NAMES)
            return named and parse(inflated(head, LENGTH)) is not None
        if head[208:211] != b"MAP" and not named:
            return False
        return parse(head) is not None

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the images that a SerialEM text may belong to."""
        if path.suffix.lower() != mdoc.SUFFIX:
            return ()
        image = path.with_suffix("")
        if image.name.lower().endswith(NAMES):
            return (image,)
        return tuple(path.with_suffix(suffix) for suffix in (".mrc", ".mrcs", ".st"))

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return the record of the image.

        Raises
        ------
        DamagedFileError
            If the header is cut short, or none.
        ReadError
            If the file cannot be opened.
        """
        with opened(path) as source:
            packed = is_gzip(source.head)
            head = inflated(source.head, _INFLATED) if packed else source.head
            header = parse(head)
            if header is None:
                at = min(len(head), LENGTH) if len(head) < LENGTH else 0
                raise DamagedFileError(path.as_posix(), _EXPECTED, offset=at)
            taken = Acquisition()
            if header.kind in _THERMO and header.extended >= BLOCK:
                taken = acquisition(head[LENGTH : LENGTH + BLOCK], header.order)
            size = None if packed else source.size
        return [_Image(path, header, taken).record(self.name, size)]


class _Image:
    def __init__(self, path: Path, header: Header, taken: Acquisition) -> None:
        self.path = path
        self.header = header
        self.taken = taken
        self.problems: list[Problem] = []
        self.provenance = {"size": "NX, NY, NZ", "pixel_type": "MODE"}
        self.text_path = mdoc.beside(path)
        self.text = self._text()

    def _text(self) -> mdoc.Mdoc | None:
        if self.text_path is None:
            return None
        try:
            with opened(self.text_path) as source:
                raw = source.read(0, mdoc.MAX_TEXT)
        except ReadError as error:
            place = self.text_path.name
            self.problems.append(Problem("unreadable-part", error.message, place))
            return None
        found = mdoc.read(raw.decode("utf-8", "replace"))
        self.problems += found.problems
        return found

    def record(self, reader: str, size: int | None) -> ImageMetadata:
        header, taken = self.header, self.taken
        mode = MODES[header.mode]
        physical = self._physical_size()
        self._check(size)
        files = (self.path, self.text_path) if self.text_path else (self.path,)
        extent = self._size(mode.samples)
        return ImageMetadata(
            self.path.as_posix(),
            0,
            format="MRC",
            reader=reader,
            size=extent,
            pixel_type=self._pixel_type(),
            significant_bits=4 if header.mode == 101 else None,
            physical_size=physical,
            channels=(Channel(0, samples_per_pixel=mode.samples),),
            instrument=Instrument(model=self._said("instrument", taken.model)),
            detector=Detector(model=self._said("detector", taken.detector)),
            acquired_at=self._acquired_at(),
            software=self._software(),
            files=tuple(file.as_posix() for file in files),
            problems=tuple(self.problems),
            provenance=self.provenance,
        )

    def _size(self, samples: int) -> ImageSize:
        nx, ny, nz = self.header.size
        depth = self.header.sampling[2]
        volumes = self.header.space_group in _VOLUME_STACK
        if not volumes or depth <= 0 or nz % depth or nz == depth:
            return ImageSize(nx, ny, nz, samples, 1)
        message = f"holds {nz // depth} volumes of {depth} sections each"
        self.problems.append(Problem("axis-unknown", message, "ISPG"))
        return ImageSize(nx, ny, depth, samples)

    def _pixel_type(self) -> str | None:
        mode = MODES[self.header.mode]
        if mode.pixel_type is None:
            message = f"holds {mode.words}, which OME has no name for"
            self.problems.append(Problem("pixel-type-unknown", message, "MODE"))
        if self.header.mode == 0 and not self._signed():
            return "uint8"
        return mode.pixel_type

    def _signed(self) -> bool:
        """Whether bytes are signed: MRC2014 says so, IMOD wrote both.

        Without IMOD's flag the densities tell: more than 127 is no signed byte.
        """
        if self.header.imod_flags is not None:
            self.provenance["pixel_type"] = "MODE, IMODFLAGS"
            return bool(self.header.imod_flags & 1)
        least, most = self.header.density
        return not (least >= 0 and 127 < most <= 255)

    def _physical_size(self) -> PhysicalSize:
        header = self.header
        axes = header.axes if sorted(header.axes) == [1, 2, 3] else (1, 2, 3)
        lengths: list[Quantity | None] = []
        for axis, key in zip(axes, "xyz", strict=True):
            at = axis - 1
            value = quotient(header.cell[at], header.sampling[at])
            lengths.append(None if value is None else Quantity(value, "Å"))
            if value is not None:
                name = "XYZ"[at]
                self.provenance[f"physical_size.{key}"] = f"CELLA {name} / M{name}"
        if lengths[0] is None or lengths[1] is None:
            lengths[:2] = self._elsewhere()
        if not self._has_depth():
            lengths[2] = None
            self.provenance.pop("physical_size.z", None)
        return PhysicalSize(*lengths)

    def _elsewhere(self) -> list[Quantity | None]:
        """Return the pixel size of the extended header or of the text beside."""
        if self.taken.pixel_metres is not None:
            self.provenance["physical_size.x"] = "extended header/Pixel size X"
            self.provenance["physical_size.y"] = "extended header/Pixel size Y"
            return [metres(value) for value in self.taken.pixel_metres]
        if self.text is not None and self.text.pixel_size is not None:
            place = f"{self.text_path.name if self.text_path else ''}/PixelSpacing"
            self.provenance["physical_size.x"] = place
            self.provenance["physical_size.y"] = place
            return [Quantity(self.text.pixel_size, "Å")] * 2
        return [None, None]

    def _has_depth(self) -> bool:
        """Whether sections are slices: what a section's distance is worth.

        MRC2014 has ISPG 0 for stacks of images and MZ 1 in them; older programs wrote
        0 for volumes too, with MZ as NZ. Names and extended headers that only stacks
        have decide before.
        """
        header, name = self.header, self.path.name.lower().removesuffix(".gz")
        if header.size[2] == 1:
            return False
        stack = header.space_group == 0 and header.sampling[2] <= 1
        if not (stack or name.endswith(STACKS) or self._is_series()):
            return True
        message = f"is a stack of {header.size[2]} images, which has no depth"
        self.problems.append(Problem("axis-unknown", message, "ISPG"))
        return False

    def _is_series(self) -> bool:
        header = self.header
        if self.text is not None and self.text.tilt_series:
            return True
        if header.space_group != 0 or not header.extended:
            return False
        count, flags = header.per_section
        serial = count > 0 and flags & _TILT_ANGLE and header.kind in _SERIAL
        return header.kind in (*_THERMO, b"SERI") or bool(serial)

    def _said(self, key: str, value: str | None) -> str | None:
        if value is not None:
            self.provenance[key] = "extended header"
        return value

    def _acquired_at(self) -> str | None:
        if self.taken.acquired_at is not None:
            self.provenance["acquired_at"] = "extended header/Timestamp"
            return self.taken.acquired_at
        found = self.text.acquired_at if self.text is not None else None
        if found is not None and self.text_path is not None:
            self.provenance["acquired_at"] = f"{self.text_path.name}/DateTime"
        return found

    def _software(self) -> str | None:
        if self.taken.software is not None:
            return self._said("software", self.taken.software)
        for number, label in enumerate(self.header.labels):
            found = _PROGRAM.search(label)
            if found is not None:
                self.provenance["software"] = f"LABEL {number + 1}"
                return found.group()
        serial = self.text is not None and self.text.serial_em
        return "SerialEM" if serial else None

    def _check(self, size: int | None) -> None:
        header = self.header
        if any(names_a_user(label) for label in header.labels):
            message = "a label holds a path that names a user"
            self.problems.append(Problem("personal-data", message, "LABEL"))
        nx, ny, nz = header.size
        row = (nx * MODES[header.mode].bits + 7) // 8
        end = LENGTH + header.extended + row * ny * nz
        if size is not None and size < end:
            message = f"ends {end - size} bytes before its last section does"
            place = f"byte {size}"
            self.problems.append(Problem("truncated", message, place, error=True))
