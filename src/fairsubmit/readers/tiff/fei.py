"""TIFF of FEI and Thermo Fisher Scientific: scanning electron and ion microscopes.

Tags 34680 (S-FEG) and 34682 (Helios) hold sections of ``key=value``, tag 34683 (Titan,
newer xT software) holds XML; all lengths are in metres. The image ends with an
information bar, whose rows ``Image.ResolutionY`` does not count.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Detector, Instrument, Quantity
from fairsubmit.readers.about import About
from fairsubmit.readers.gathered import exact, in_metres
from fairsubmit.readers.tiff.dates import iso_date, iso_time, stamp
from fairsubmit.readers.tiff.dialect import Dialect, DialectReader, ini
from fairsubmit.readers.tiff.markup import named, parsed, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fairsubmit.metadata.image import ImageMetadata
    from fairsubmit.readers.tiff.structure import Tiff

__all__ = ["Fei"]

SFEG, HELIOS, TITAN = 34680, 34682, 34683
MAKER = "FEI"


class Fei(DialectReader):
    """Images of FEI's and Thermo Fisher's SEM and FIB-SEM."""

    name = "fei"
    about = About(
        "FEI SEM TIFF",
        (".tif", ".tiff"),
        "pixel size, date, microscope, detector",
        "1 real file",
    )

    def speaks(self, tiff: Tiff) -> bool:
        """Whether it has one of the maker's tags."""
        return HELIOS in tiff.tags or SFEG in tiff.tags or TITAN in tiff.tags

    def records(self, tiff: Tiff, path: Path) -> Sequence[ImageMetadata]:
        """Return the image's record."""
        image = _Image(tiff, path)
        # Files with several of the tags have all but one of them empty.
        texts = {tag: image.text(tag).strip() for tag in (HELIOS, SFEG, TITAN)}
        for tag, text in texts.items():
            if text.startswith("<"):
                image.read_xml(text, f"tag {tag}")
                break
            if text:
                image.read_ini(ini(text), f"tag {tag}")
                break
        return [image.record(self)]


class _Image(Dialect):
    # -- sections ----------------------------------------------------------------------

    def read_ini(self, sections: Mapping[str, Mapping[str, str]], tag: str) -> None:
        self.sections = sections
        self.tag = tag
        self._pixel_size()
        self._acquired_at()
        self._bar()
        system = self._get("System", "SystemType") or self._get("System", "Type")
        if system is not None:
            # xT writes the trade mark sign as a quotation mark.
            model = " ".join(system.replace('"', " ").split())
            self.found("instrument", Instrument(MAKER, model), f"{tag} [System]")
        detector = self._get("Detectors", "Name")
        if detector is not None:
            place = f"{tag} [Detectors] Name"
            self.found("detector", Detector(model=detector), place)
        version = self._get("System", "Software")
        if version is not None:
            self.found("software", f"xT {version}", f"{tag} [System] Software")
        self.person(self._get("User", "User"), f"{tag} [User] User")

    def _get(self, section: str, key: str) -> str | None:
        return self.sections.get(section, {}).get(key) or None

    def _pixel_size(self) -> None:
        columns = self._get("Image", "ResolutionX")
        if columns is not None and columns != str(self.page.width):
            message = (
                f"the scan has {columns} columns, but the image {self.page.width}: it "
                "was resized, and the pixel size is that of the scan; ignored"
            )
            place = f"{self.tag} [Image] ResolutionX"
            self.problem("value-ignored", message, place)
            return
        scan = self._get("Beam", "Scan") or "EScan"
        for axis, key in (("x", "PixelWidth"), ("y", "PixelHeight")):
            for section in dict.fromkeys(("Scan", scan, "EScan", "IScan")):
                text = self._get(section, key)
                if text is not None:
                    place = f"{self.tag} [{section}] {key}"
                    self.length(axis, self.metres(text, place), place)
                    break
            else:
                self._from_field(axis)

    def _from_field(self, axis: str) -> None:
        """Divide the width of the field of view by the number of pixels."""
        beam = self._get("Beam", "Beam") or "EBeam"
        field, pixels = {
            "x": ("HFW", "ResolutionX"),
            "y": ("VFW", "ResolutionY"),
        }[axis]
        for section in dict.fromkeys((beam, "EBeam", "IBeam", "IRBeam")):
            width = exact(self._get(section, field) or "")
            count = exact(self._get("Image", pixels) or "")
            if width and count and count > 0:
                place = f"{self.tag} [{section}] {field}, [Image] {pixels}"
                self.length(axis, in_metres(width / count), place)
                return

    def _acquired_at(self) -> None:
        """Read User.Date and User.Time, the month first as in the United States.

        Where the Windows of the microscope writes the day first, the time of creation,
        which has its own format, shows it.
        """
        text = self._get("User", "Date") or ""
        date = iso_date(text)
        created = (self._get("PrivateFei", "TimeOfCreation") or "").partition(" ")[0]
        swapped = iso_date(text, day_first=True)
        if swapped is not None and swapped == iso_date(created, day_first=True):
            date = swapped
        time = iso_time(self._get("User", "Time") or "")
        self.found("acquired_at", stamp(date, time), f"{self.tag} [User] Date, Time")

    def _bar(self) -> None:
        rows = self._get("Image", "ResolutionY") or ""
        if rows.isdecimal() and 0 < int(rows[:9]) < self.page.height:
            bar = self.page.height - int(rows[:9])
            message = (
                f"the lowest {bar} of {self.page.height} rows are the information bar "
                "of the microscope, no part of the scan"
            )
            self.problem("info-bar", message, f"{self.tag} [Image] ResolutionY")

    # -- XML ---------------------------------------------------------------------------

    def read_xml(self, text: str, tag: str) -> None:
        root = parsed(text)
        if root is None:
            self.problem(
                "metadata-unreadable", f"{tag} is no XML that can be read", tag
            )
            return
        size = named(root, "PixelSize")
        for axis in "xy":
            place = f"{tag} PixelSize/{axis.upper()}"
            self.length(axis, self._with_unit(size, axis.upper(), place), place)
        acquired_at = value_of(root, "AcquisitionDatetime")
        date, _, time = (acquired_at or "").partition("T")
        if iso_date(date) is not None:
            self.found("acquired_at", f"{date}T{time}" if time else date, tag)
        model = value_of(root, "InstrumentModel") or value_of(root, "InstrumentClass")
        maker = value_of(root, "Manufacturer") or MAKER
        place = f"{tag} Instrument"
        self.found("instrument", Instrument(maker, model) if model else None, place)
        name = value_of(root, "DetectorName")
        place = f"{tag} DetectorName"
        self.found("detector", Detector(model=name) if name else None, place)
        self.found("software", self._program(root), f"{tag} ApplicationSoftware")
        self.person(value_of(root, "UserID"), f"{tag} UserID")

    def _with_unit(self, size: object, axis: str, place: str) -> Quantity | None:
        text = value_of(size, axis)
        element = None if size is None else named(size, axis)
        unit = "m" if element is None else element.get("unit", "m")
        value = exact(text or "")
        factor = {"m": 0, "mm": -3, "um": -6, "µm": -6, "nm": -9}.get(unit)
        if value is not None and factor is not None:
            return self.metres(str(value * Decimal(10) ** factor), place)
        if text is not None:
            message = f"{text} {unit} is no length that can be read; ignored"
            self.problem("unit-unknown", message, place)
        return None

    def _program(self, root: object) -> str | None:
        name = value_of(root, "ApplicationSoftware")
        version = value_of(root, "ApplicationSoftwareVersion") or ""
        return f"{name} {version}".strip() if name else None
