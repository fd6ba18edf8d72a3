"""From the XML of a CZI file to what its records have in common."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import (
    Channel,
    Detector,
    Instrument,
    Objective,
    PhysicalSize,
    Problem,
    Quantity,
)
from fairsubmit.readers.exact import even_step, micrometres
from fairsubmit.readers.units import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fairsubmit.readers.czi.document import Element

__all__ = ["Common", "acquired_at"]

# What programs write where they know nothing.
UNSET = frozenset({"undefined", "none", "unknown", "n/a", "null", "nan"})
# The name ZEN gives a dye that nobody chose.
_NO_DYE = re.compile(r"Dye\s?\d+", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\S*)?")
# .NET's date of nothing is the year 1; COM's is 1899-12-30.
FIRST_YEAR = 1900
MAX_STEPS = 1 << 17
_SHAPES = frozenset(
    {
        *("Rectangle", "Ellipse", "Circle", "Line", "OpenArrow", "Arrow"),
        *("Polygon", "ClosedPolyline", "Polyline", "OpenPolyline", "Bezier"),
        *("ClosedBezier", "OpenBezier", "Point", "Points", "Marker", "Events"),
        *("Angle", "Caliper", "MultipleCaliper", "Distance", "MultipleDistance"),
        *("RotatedRectangle", "Contour", "Circle3Points", "Spline", "ClosedSpline"),
    }
)


class Common:
    """What holds for every image of a file.

    Parameters
    ----------
    metadata
        The element ``ImageDocument/Metadata``.

    Attributes
    ----------
    provenance
        Where values came from, by the record's key.
    problems
        What is odd in the document.
    """

    def __init__(self, metadata: Element) -> None:
        self.metadata = metadata
        self.provenance: dict[str, str] = {}
        self.problems: list[Problem] = []

    def from_(self, key: str, path: str, value: str | None) -> str | None:
        """Note where a value comes from; return it, ``None`` if it says nothing."""
        if value is None or value.lower() in UNSET:
            return None
        self.provenance[key] = path
        return value

    def positive(self, path: str, text: str | None) -> float | None:
        """Return a number above 0; 0 and NaN stand for unset."""
        if text is None:
            return None
        value, _ = number(text)
        if value is not None and value > 0:
            return value
        if value != 0 and text.lower() not in UNSET:
            message = f"{path.rpartition('/')[2]} {text!r} cannot be meant; ignored"
            self.problems.append(Problem("value-ignored", message, path))
        return None

    # -- sizes ---------------------------------------------------------------------

    def physical_size(self) -> PhysicalSize:
        """Return the pixel size; the file has metres."""
        found: dict[str, Quantity] = {}
        for distance in self.metadata.all("Scaling/Items/Distance"):
            axis = (distance.attribute("Id") or "").lower()
            if axis not in {"x", "y", "z"} or axis in found:
                continue
            path = f"Scaling/Items/Distance[@Id='{axis.upper()}']/Value"
            text = distance.value("Value")
            length = micrometres(text) if text else None
            if length is not None:
                found[axis] = Quantity(length, "µm")
                self.provenance[f"physical_size.{axis}"] = path
            elif text:
                self.positive(path, text)
        return PhysicalSize(found.get("x"), found.get("y"), found.get("z"))

    def size(self, axis: str) -> int | None:
        """Return the number of positions that the document says an axis has."""
        text = self.metadata.value(f"Information/Image/Size{axis}") or ""
        # Files exist that say -1.
        return int(text) if text.isdecimal() and 0 < len(text) < 10 and int(text) else 0

    def time_increment(self, times: int, stamps: Sequence[float]) -> Quantity | None:
        """Return the time between two time points, in seconds as the file has it.

        Parameters
        ----------
        times
            Number of time points.
        stamps
            Measured times of the file's attachment, in seconds.
        """
        path = "Information/Image/Dimensions/T/Positions"
        positions = self.metadata.first(path)
        if times < 2:
            return None
        step, place = None, f"{path}/Interval/Increment"
        if positions is not None:
            step = self.positive(place, positions.value("Interval/Increment"))
            if step is None:
                place = f"{path}/List/Offsets"
                step = even_step(_numbers(positions.value("List/Offsets")), times)
        if step is None:
            place = "Attachment TimeStamps"
            step = even_step(stamps, times)
        if step is None:
            return None
        self.provenance["time_increment"] = place
        return Quantity(step, "s")

    # -- equipment -------------------------------------------------------------------

    def instrument(self) -> Instrument:
        """Return the stand that the image refers to."""
        path = "Information/Instrument/Microscopes/Microscope"
        stand = self._referred(path, "Information/Image/MicroscopeRef")
        if stand is None:
            return Instrument()
        model = self.from_(
            "instrument.model", f"{path}/Manufacturer/Model", _model(stand)
        )
        for place, text in (
            ("@Name", stand.attribute("Name")),
            ("/System", stand.value("System")),
        ):
            if model is None:
                model = self.from_("instrument.model", f"{path}{place}", text)
        return Instrument(
            self.from_(
                "instrument.manufacturer",
                f"{path}/Manufacturer/Manufacturer",
                stand.value("Manufacturer/Manufacturer"),
            ),
            model,
        )

    def objective(self) -> Objective:
        """Return the objective that the image refers to, never another."""
        path = "Information/Instrument/Objectives/Objective"
        settings = "Information/Image/ObjectiveSettings"
        lens = self._referred(path, f"{settings}/ObjectiveRef")
        medium = self.metadata.value(f"{settings}/Medium")
        if lens is None:
            scaling = "Scaling/AutoScaling/ObjectiveName"
            where, immersion = f"{settings}/Medium", medium
            model = self.metadata.value(scaling)
            return Objective(
                model=self.from_("objective.model", scaling, model),
                immersion=self.from_("objective.immersion", where, immersion),
            )
        model, place = _model(lens), f"{path}/Manufacturer/Model"
        if model is None:
            model, place = lens.attribute("Name"), f"{path}@Name"
        where, immersion = f"{path}/Immersion", lens.value("Immersion")
        if immersion is None or immersion.lower() in UNSET:
            where, immersion = f"{settings}/Medium", medium
        return Objective(
            self.from_(
                "objective.manufacturer",
                f"{path}/Manufacturer/Manufacturer",
                lens.value("Manufacturer/Manufacturer"),
            ),
            self.from_("objective.model", place, model),
            self._measured(
                "objective.magnification", f"{path}/NominalMagnification", lens
            ),
            self._measured("objective.numerical_aperture", f"{path}/LensNA", lens),
            self.from_("objective.immersion", where, immersion),
        )

    def _measured(self, key: str, path: str, element: Element) -> float | None:
        value = self.positive(path, element.value(path.rpartition("/")[2]))
        if value is not None:
            self.provenance[key] = path
        return value

    def detector(self, channels: Sequence[Element]) -> Detector:
        """Return the detector of the first channel that names one."""
        path = "Information/Instrument/Detectors/Detector"
        known = {d.attribute("Id"): d for d in self.metadata.all(path)}
        used = [
            reference.attribute("Id")
            for channel in channels
            for reference in channel.all("DetectorSettings/Detector")
        ]
        found = next((known[name] for name in used if name in known), None)
        if found is None and len(known) == 1 and not used:
            (found,) = known.values()
        if found is None:
            return Detector()
        model, place = _model(found), f"{path}/Manufacturer/Model"
        if model is None:
            model, place = found.attribute("Name"), f"{path}@Name"
        manufacturer = found.value("Manufacturer/Manufacturer")
        return Detector(
            self.from_(
                "detector.manufacturer",
                f"{path}/Manufacturer/Manufacturer",
                manufacturer,
            ),
            self.from_("detector.model", place, model),
        )

    def _referred(self, path: str, reference: str) -> Element | None:
        """Return the element that a reference names; without one, the only one."""
        known = list(self.metadata.all(path))
        referring = self.metadata.first(reference)
        name = referring.attribute("Id") if referring is not None else None
        if name is None:
            return known[0] if len(known) == 1 else None
        for element in known:
            if element.attribute("Id") == name:
                return element
        # ZEN for electron microscopes refers to "Microscope:1" and defines "1".
        if len(known) == 1:
            return known[0]
        return None

    # -- channels --------------------------------------------------------------------

    def channel_elements(self) -> list[Element]:
        """Return the channels in the order of their index."""
        return list(self.metadata.all("Information/Image/Dimensions/Channels/Channel"))

    def channel(
        self, index: int, element: Element | None, samples: int | None
    ) -> Channel:
        """Return the channel at an index.

        Parameters
        ----------
        index
            Its place in the record.
        element
            What the document says about it.
        samples
            Samples of one pixel.
        """
        if element is None:
            return Channel(index, samples_per_pixel=samples)
        shown = self._shown(element)
        path = f"Information/Image/Dimensions/Channels/Channel:{index}"
        name = self.from_(
            f"channels.{index}.name", f"{path}@Name", element.attribute("Name")
        )
        if name is None and shown is not None:
            place = f"DisplaySetting/Channels/Channel:{index}@Name"
            name = self.from_(f"channels.{index}.name", place, shown.attribute("Name"))
        dye, place = element.value("Fluor"), f"{path}/Fluor"
        if dye is None and shown is not None:
            place = f"DisplaySetting/Channels/Channel:{index}/DyeName"
            dye = shown.value("DyeName")
        if dye is not None and _NO_DYE.fullmatch(dye):
            dye = None
        return Channel(
            index,
            name,
            self.from_(f"channels.{index}.fluorophore", place, dye),
            self._wavelength(index, path, "excitation", element),
            self._wavelength(index, path, "emission", element),
            self._said(index, path, "ContrastMethod", element),
            self._said(index, path, "AcquisitionMode", element),
            samples,
        )

    def _shown(self, element: Element) -> Element | None:
        name = element.attribute("Id")
        if name is None:
            return None
        shown = self.metadata.all("DisplaySetting/Channels/Channel")
        return next((s for s in shown if s.attribute("Id") == name), None)

    def _wavelength(
        self, index: int, path: str, kind: str, element: Element
    ) -> Quantity | None:
        name = f"{kind.capitalize()}Wavelength"
        value = self.positive(f"{path}/{name}", element.value(name))
        if value is None:
            return None
        self.provenance[f"channels.{index}.{kind}_wavelength"] = f"{path}/{name}"
        return Quantity(value, "nm")

    def _said(self, index: int, path: str, name: str, element: Element) -> str | None:
        key = re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()
        return self.from_(
            f"channels.{index}.{key}", f"{path}/{name}", element.value(name)
        )

    # -- the rest --------------------------------------------------------------------

    def software(self) -> str | None:
        """Return the program and its version."""
        path = "Information/Application"
        name = self.from_(
            "software", f"{path}/Name", self.metadata.value(f"{path}/Name")
        )
        version = self.metadata.value(f"{path}/Version")
        return f"{name} {version}" if name and version else name

    def name(self) -> str | None:
        """Return the title of the document."""
        for key in ("Title", "Name"):
            path = f"Information/Document/{key}"
            found = self.from_("name", path, self.metadata.value(path))
            if found is not None:
                return found
        return None

    def rois(self) -> int:
        """Return the number of shapes that people drew."""
        elements = self.metadata.all("Layers/Layer/Elements")
        return sum(child.name in _SHAPES for e in elements for child in e.children)


def _model(element: Element) -> str | None:
    found = element.value("Manufacturer/Model")
    return None if found is None or found.lower() in UNSET else found


def _numbers(text: str | None) -> list[Decimal]:
    if not text:
        return []
    try:
        found = [Decimal(item) for item in text.split()[:MAX_STEPS]]
    except ArithmeticError:
        return []
    return found if all(item.is_finite() for item in found) else []


def acquired_at(common: Common) -> str | None:
    """Return when the image was taken, as the file has it.

    When the file was created is no answer: a copy of an old image is created today.
    """
    image = "Information/Image"
    for path in (f"{image}/AcquisitionDateAndTime", f"{image}/Dimensions/T/StartTime"):
        text = common.metadata.value(path)
        found = _DATE.fullmatch(text) if text else None
        if text and found is None:
            message = f"the date {text[:40]!r} is none that can be read; ignored"
            common.problems.append(Problem("date-ignored", message, path))
        elif text and found and int(found.group(1)) >= FIRST_YEAR:
            common.provenance["acquired_at"] = path
            return text.replace(" ", "T", 1)
    return None
