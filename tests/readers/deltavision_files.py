"""DeltaVision files written byte by byte: a header, and one record a section.

Each section's record has integers and then floats: among them the elapsed time (1), the
stage's x and y (2, 3) and the wavelength of the excitation (10).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairsubmit.readers.deltavision.reader import DeltaVision

if TYPE_CHECKING:
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata, Problem

INTEGERS, FLOATS = 8, 32
LITTLE, BIG = "<", ">"
BYTES = {0: 1, 1: 2, 2: 4, 3: 4, 4: 8, 6: 2, 7: 4}

LOG = """\
Created Tue Feb 12 10:04:44 2008
Image Width and Height:  8 6
Objective:  Olympus 60X/1.42, Plan Apo N, UIS2, 1-U2B933
Lens ID number: 10612
Pixel Size: 0.10710 0.10710 0.20000
Camera
 Type:   CoolSNAP_HQ2/ICX285
 Gain: 1.00X
Image 1. Tue Feb 12 10:04:45 2008
   EX filter:  DAPI
   EM filter:  DAPI
Image 2. Tue Feb 12 10:04:46 2008
   EM filter:  FITC
Image 3. Tue Feb 12 10:04:47 2008
   EM filter:  DAPI
"""


@dataclass
class Section:
    """What was measured with a section."""

    seconds: float = 0.0
    x: float = 0.0
    y: float = 0.0
    excitation: float = 0.0


@dataclass
class Dv:
    """A file; `written` gives its bytes.

    Attributes
    ----------
    records
        Of the sections, in the file's order; without any, there is no extended header.
    """

    order: str = LITTLE
    width: int = 8
    height: int = 6
    sections: int = 4
    mode: int = 6
    pixel: tuple[float, float, float] = (0.1071, 0.1071, 0.2)
    waves: tuple[int, ...] = (457, 528)
    times: int = 1
    sequence: int = 2
    kind: int = 0
    lens: int = 10612
    titles: tuple[str, ...] = ()
    panels: int = 0
    more_times: int = 0
    created: float = 0.0
    records: list[Section] = field(default_factory=list)
    wave_count: int | None = None

    def written(self) -> bytes:
        head = bytearray(1024)

        def put(offset: int, code: str, *values: float) -> None:
            struct.pack_into(self.order + code, head, offset, *values)

        extended = b"".join(self._record(record) for record in self.records)
        put(0, "4i", self.width, self.height, self.sections, self.mode)
        put(40, "3f", *self.pixel)
        put(92, "i", len(extended))
        put(96, "h", -16224)
        if extended:
            put(128, "2h", INTEGERS, FLOATS)
        put(160, "2h", self.kind, self.lens)
        put(180, "2H", self.times, self.sequence)
        count = len(self.waves) if self.wave_count is None else self.wave_count
        put(196, "h", count)
        for index, wave in enumerate(self.waves):
            put(198 + 2 * index if index < 5 else 676 + 2 * (index - 5), "h", wave)
        put(220, "h", len(self.titles))
        for index, title in enumerate(self.titles):
            head[224 + 80 * index : 224 + 80 * (index + 1)] = title.encode().ljust(80)
        if self.kind == 100:
            put(844, "di", self.created, self.more_times)
            put(880, "i", self.panels)
        plane = self.width * self.height * BYTES.get(self.mode, 1)
        return bytes(head) + extended + bytes(self.sections * plane)

    def _record(self, section: Section) -> bytes:
        floats = [0.0] * FLOATS
        floats[1:4] = section.seconds, section.x, section.y
        floats[10] = section.excitation
        return struct.pack(
            f"{self.order}{INTEGERS}i{FLOATS}f", *[0] * INTEGERS, *floats
        )


def read(folder: Path, dv: Dv | bytes, name: str = "a.dv") -> list[ImageMetadata]:
    path = folder / name
    path.write_bytes(dv if isinstance(dv, bytes) else dv.written())
    return list(DeltaVision().read(path))


def one(folder: Path, dv: Dv | bytes, name: str = "a.dv") -> ImageMetadata:
    (record,) = read(folder, dv, name)
    return record


def codes(record: ImageMetadata) -> list[str]:
    return [problem.code + "!" * problem.error for problem in record.problems]


def problem(record: ImageMetadata, code: str) -> Problem:
    (found,) = (p for p in record.problems if p.code == code)
    return found
