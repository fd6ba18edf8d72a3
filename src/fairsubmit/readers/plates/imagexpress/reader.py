"""Plates of ImageXpress microscopes: an HTD file and a TIFF for every plane.

MetaXpress writes ``plate.HTD`` (``"HTSInfoFile"``, then ``"Key", value`` lines) and
``plate_A01_s1_w1.TIF``, below ``TimePoint_<t>`` and ``ZStep_<z>`` where there are
several; its database puts an identifier behind, ``…_w1<GUID>.tif``. ``ZStep_0``, or the
folder above the ``ZStep`` folders, holds the projection of a stack. Copies of the HTD
may lie in the folders below: the outermost speaks for the plate.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import ImageMetadata, ImageSize, PlatePosition
from fairsubmit.readers.about import About
from fairsubmit.readers.plates.beside import above, descriptions
from fairsubmit.readers.plates.imagexpress.files import found_files
from fairsubmit.readers.plates.imagexpress.headers import PlateHeaders
from fairsubmit.readers.plates.imagexpress.shape import shape_of
from fairsubmit.readers.plates.keyed import Keyed, begins_with
from fairsubmit.readers.plates.wells import well_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import Problem
    from fairsubmit.readers.plates.imagexpress.files import Files, Site
    from fairsubmit.readers.plates.imagexpress.shape import Shape

__all__ = ["ImageXpress"]

FORMAT = "ImageXpress plate"
_MEMBERS = (".tif", ".tiff", ".htd")
_STEP = re.compile(r"(?:TimePoint|ZStep)_\d+", re.IGNORECASE)


class ImageXpress:
    """Plates of ImageXpress microscopes (MetaXpress, Molecular Devices)."""

    name = "imagexpress"
    suffixes: Sequence[str] = (".htd",)
    about = About(
        FORMAT,
        (".HTD",),
        "wells and sites, z and time, channels, pixel size, objective, date, files",
        "1 real plate of 36 files",
    )

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - the port's
        """Whether it begins with the line ``"HTSInfoFile"``."""
        return begins_with(head, "HTSInfoFile")

    def leads(self, path: Path) -> Sequence[Path]:
        """Return the HTD files in the file's folder and above, outermost first.

        Of several plates, only those that the file's name begins with: each of 10,000
        files would ask all of them.
        """
        file = path.name.lower()
        if not file.endswith(_MEMBERS):
            return ()
        found = [
            folder / name
            for folder in above(path.parent, _STEP, 2)
            for name in descriptions(folder).htd
        ]
        if file.endswith(".htd"):
            copies = [lead for lead in found if lead.name.lower() == file]
            return copies[: copies.index(path)] if path in copies else copies
        if len({lead.name.lower() for lead in found}) == 1:
            return found
        return [lead for lead in found if file.startswith(lead.stem.lower())]

    def read(self, path: Path) -> Sequence[ImageMetadata]:
        """Return one record for each site of each well that has files.

        Raises
        ------
        DamagedFileError
            If it is no HTD file.
        ReadError
            If it cannot be opened.
        """
        text = Keyed(path, "HTSInfoFile")
        files = found_files(path)
        shape = shape_of(text, files)
        return _Plate(path, text, files, shape).records()


class _Plate:
    def __init__(self, path: Path, text: Keyed, files: Files, shape: Shape) -> None:
        self.path = path
        self.shown = path.as_posix()
        self.text = text
        self.files = files
        self.shape = shape
        self.headers = PlateHeaders(text, files, shape)
        self.name = text.text("PlateName") or path.stem

    def records(self) -> list[ImageMetadata]:
        """Return the records; what is wrong with the plate stands in the first."""
        keys = sorted(self.files.sites)
        found = [self._record(series, key) for series, key in enumerate(keys)]
        whole = self._problems()
        if not found:
            return [self._empty(whole)]
        if whole:
            found[0] = replace(found[0], problems=(*whole, *found[0].problems))
        return found

    def _empty(self, problems: list[Problem]) -> ImageMetadata:
        return ImageMetadata(
            self.shown,
            0,
            format=FORMAT,
            reader=ImageXpress.name,
            files=(self.shown, *self.files.copies),
            problems=tuple(problems),
            plate=PlatePosition(self.name),
        )

    def _problems(self) -> list[Problem]:
        missing = self.shape.missing_sites(self.files)
        if missing.number:
            first = f"{well_name(missing.first[0])} site {missing.first[1] + 1}"
            if not self.files.sites:
                message = "none of the images of the plate is there"
            else:
                message = (
                    f"{missing.number} of {missing.total} sites that were to be taken "
                    f"have no files; the first is {first}"
                )
            place = "WellsSelection"
            self.text.problem("missing-part", message, place, error=True)
        return self.text.problems

    def _record(self, series: int, key: Site) -> ImageMetadata:
        site = self.files.sites[key]
        seen = self.headers.of(site)
        problems = [*seen.problems, *self.shape.problems(site)]
        size = self.shape.size
        return ImageMetadata(
            self.shown,
            series,
            name=seen.name,
            format=FORMAT,
            reader=ImageXpress.name,
            size=ImageSize(seen.width, seen.height, *size),
            pixel_type=seen.pixel_type,
            physical_size=seen.physical_size,
            channels=self.headers.channels,
            objective=seen.objective,
            acquired_at=seen.acquired_at,
            software=seen.software,
            files=self.files.of(self.shown, key),
            problems=tuple(problems),
            provenance={**self.shape.provenance, **seen.provenance},
            plate=PlatePosition(self.name, key.well.row, key.well.column, key.number),
        )
