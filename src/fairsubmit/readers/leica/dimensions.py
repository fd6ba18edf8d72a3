"""Sizes, pixel sizes and pixel types of an image, from its two lists of descriptions.

``DimensionDescription@DimID``: 1 X, 2 Y, 3 Z, 4 T, 5 emission wavelength, 6 rotation,
7 XT slices, 8 T slices, 9 excitation wavelength, 10 mosaic, 11 loop. ``Length`` is the
distance between the first and the last element, so a step is Length / (N - 1).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.metadata.image import ImageSize, PhysicalSize, Problem, Quantity
from fairsubmit.readers.units import length_unit, time_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

__all__ = ["Dimension", "Dimensions", "Sample"]

X, Y, Z, T, EMISSION, EXCITATION, MOSAIC = 1, 2, 3, 4, 5, 9, 10
_OTHERS = {6: "rotation", 7: "XT slices", 8: "T slices", 11: "loop"}
# LAS X labels indices of pixels as metres in some images that it computed; no field of
# view of a microscope has pixels so large.
LARGEST_STEP = Decimal("0.01")
MAX_DIMENSIONS = 64
_INTEGERS = {1: "uint8", 2: "uint16", 4: "uint32"}
_FLOATS = {4: "float", 8: "double"}


class Dimension(NamedTuple):
    """A DimensionDescription; `increment` is the distance in bytes of two elements."""

    id: int
    elements: int
    origin: Decimal | None
    length: Decimal | None
    unit: str
    increment: int


class Sample(NamedTuple):
    """A ChannelDescription as far as it says how pixels are stored."""

    kind: int
    bits: int
    tag: int
    offset: int

    @property
    def size(self) -> int:
        """Bytes."""
        return next((n for n in (1, 2, 4, 8) if 8 * n >= self.bits), 8)


def integer(text: str | None, default: int) -> int:
    """Read an integer of up to 18 digits."""
    text = (text or "").strip()
    digits = text.removeprefix("-")
    whole = digits.isascii() and digits.isdecimal() and len(digits) < 19
    return int(text) if whole else default


def decimal(text: str | None) -> Decimal | None:
    """Read a number exactly as it is written."""
    try:
        value = Decimal((text or "").strip()[:64].replace(",", "."))
    except InvalidOperation:
        return None
    # Anything else is no length, and costs time and memory to compute with.
    return value if value.is_finite() and abs(value.adjusted()) < 100 else None


class Dimensions:
    """What an image's descriptions say; `problems` and `provenance` are filled.

    Parameters
    ----------
    image
        The Image element.
    """

    def __init__(self, image: Element) -> None:
        self.problems: list[Problem] = []
        self.provenance: dict[str, str] = {}
        self.dimensions: dict[int, Dimension] = {}
        for element in image.findall("DimensionDescription")[:MAX_DIMENSIONS]:
            self._add(element)
        self.samples = [
            Sample(
                integer(e.get("DataType"), 0),
                integer(e.get("Resolution"), 0),
                integer(e.get("ChannelTag"), 0),
                integer(e.get("BytesInc"), 0),
            )
            for e in image.findall("ChannelDescription")
        ]

    def _add(self, element: Element) -> None:
        number = integer(element.get("DimID"), 0)
        count = integer(element.get("NumberOfElements"), 0)
        place = f"DimensionDescription[@DimID={number}]"
        if count < 1:
            message = f"a dimension has {element.get('NumberOfElements')!r} elements"
            self._problem("value-ignored", f"{message}; ignored", place)
            return
        if number in self.dimensions:
            message = f"dimension {number} stands there twice; the second is ignored"
            self._problem("value-ignored", message, place)
            return
        self.dimensions[number] = Dimension(
            number,
            count,
            decimal(element.get("Origin")),
            decimal(element.get("Length")),
            (element.get("Unit") or "").strip(),
            integer(element.get("BytesInc"), 0),
        )

    def _problem(
        self, code: str, message: str, place: str | None, *, error: bool = False
    ) -> None:
        self.problems.append(Problem(code, message, place, error))

    @property
    def is_image(self) -> bool:
        """Whether there are pixels; elements of settings alone have no dimensions."""
        return bool(self.dimensions) and bool(self.samples)

    @property
    def color(self) -> bool:
        """Whether the channels are the red, green and blue of a colour camera."""
        tags = [sample.tag for sample in self.samples]
        return len(tags) >= 3 and len(tags) % 3 == 0 and set(tags) == {1, 2, 3}

    def count(self, number: int) -> int:
        """Return the elements of a dimension; 1 where the image has none such."""
        found = self.dimensions.get(number)
        return found.elements if found else 1

    def size(self) -> ImageSize:
        """Return the size; wavelengths are channels, tiles are not counted."""
        t = self.count(T)
        folded = [d for d in self.dimensions.values() if self._is_other(d)]
        if folded:
            t *= prod(d.elements for d in folded)
            names = ", ".join(
                f"{_OTHERS.get(d.id, f'dimension {d.id}')} ({d.elements})"
                for d in folded
            )
            message = f"has axes that the record has not, counted as times: {names}"
            self._problem("axis-unknown", message, "DimensionDescription")
        self._tiles()
        for axis, number in (("x", X), ("y", Y), ("z", Z), ("t", T)):
            if number in self.dimensions:
                self.provenance[f"size.{axis}"] = (
                    f"DimensionDescription[@DimID={number}]@NumberOfElements"
                )
        waves = self.count(EMISSION) * self.count(EXCITATION)
        c = len(self.samples) * waves
        self.provenance["size.c"] = "ChannelDescription" + (
            ", DimensionDescription[@DimID=5 or 9]" if waves > 1 else ""
        )
        return ImageSize(self.count(X), self.count(Y), self.count(Z), c, t)

    @staticmethod
    def _is_other(dimension: Dimension) -> bool:
        known = {X, Y, Z, T, EMISSION, EXCITATION, MOSAIC}
        return dimension.elements > 1 and dimension.id not in known

    def _tiles(self) -> None:
        tiles = self.count(MOSAIC)
        if tiles > 1:
            message = f"is a mosaic of {tiles} tiles of this size, not put together"
            self._problem("mosaic", message, "DimensionDescription[@DimID=10]")

    # -- lengths -----------------------------------------------------------------

    def physical_size(self) -> PhysicalSize:
        """Return the distance of two pixels along each axis."""
        return PhysicalSize(self._step("x", X), self._step("y", Y), self._step("z", Z))

    def _step(self, axis: str, number: int) -> Quantity | None:
        found = self.dimensions.get(number)
        step = self.step(found)
        if found is None or not step:
            return None
        place = f"DimensionDescription[@DimID={number}]@Length"
        if found.unit == "m":
            if step >= LARGEST_STEP:
                message = f"a pixel of {step} m cannot be meant; ignored"
                self._problem("value-ignored", message, place)
                return None
            quantity = Quantity(float(step * 1_000_000), "µm")
        else:
            unit = length_unit(found.unit).value
            if unit is None:
                message = f"{axis} has the unit {found.unit!r}, which is no length"
                self._problem("unit-unknown", f"{message}; ignored", place)
                return None
            quantity = Quantity(float(step), unit)
        self.provenance[f"physical_size.{axis}"] = (
            f"DimensionDescription[@DimID={number}]: |Length| / (NumberOfElements - 1)"
        )
        return quantity

    @staticmethod
    def step(found: Dimension | None) -> Decimal | None:
        """Return the distance of two elements; ``None`` where there is none."""
        if found is None or found.length is None or found.elements < 2:
            return None
        return abs(found.length) / (found.elements - 1)

    def time_increment(self) -> Quantity | None:
        """Return the time between two time points."""
        found = self.dimensions.get(T)
        step = self.step(found)
        if found is None or not step:
            return None
        unit = time_unit(found.unit).value
        if unit is None:
            place = "DimensionDescription[@DimID=4]@Unit"
            message = f"time has the unit {found.unit!r}, which is none; ignored"
            self._problem("unit-unknown", message, place)
            return None
        self.provenance["time_increment"] = (
            "DimensionDescription[@DimID=4]: Length / (NumberOfElements - 1)"
        )
        return Quantity(float(step), unit)

    def wavelengths(self, number: int, limit: int) -> Sequence[Quantity | None]:
        """Return the wavelength of each step of a spectral sweep, in nm.

        Parameters
        ----------
        number
            `EMISSION` or `EXCITATION`.
        limit
            At most so many.
        """
        found = self.dimensions.get(number)
        if found is None:
            return (None,)
        count = min(found.elements, limit)
        if found.origin is None or found.unit != "m":
            return (None,) * count
        step = (found.length or Decimal(0)) / max(found.elements - 1, 1)
        values = (1_000_000_000 * (found.origin + i * step) for i in range(count))
        return [Quantity(float(v), "nm") if v > 0 else None for v in values]

    # -- pixels ------------------------------------------------------------------

    def pixel_type(self) -> str | None:
        """Return OME's name of the pixel type."""
        first = self.samples[0]
        if any((s.kind, s.size) != (first.kind, first.size) for s in self.samples):
            message = "the channels have different pixel types; the first one's is told"
            self._problem("type-mismatch", message, "ChannelDescription@Resolution")
        names = {0: _INTEGERS, 1: _FLOATS}.get(first.kind, {})
        name = names.get(first.size) if 0 < first.bits <= 64 else None
        if name is None:
            kind = {0: "integers", 1: "floating point"}.get(first.kind, "unknown")
            message = f"pixels are {kind} of {first.bits} bits, which OME does not have"
            self._problem(
                "pixel-type-unknown", message, "ChannelDescription@Resolution"
            )
        else:
            self.provenance["pixel_type"] = "ChannelDescription@Resolution, @DataType"
        return name

    def significant_bits(self) -> int | None:
        """Return the bits that carry the signal."""
        bits = {sample.bits for sample in self.samples}
        integers = all(sample.kind == 0 for sample in self.samples)
        only = next(iter(bits)) if len(bits) == 1 and integers else 0
        if not 0 < only <= 64:
            return None
        self.provenance["significant_bits"] = "ChannelDescription@Resolution"
        return only

    def extent(self) -> int:
        """Return how many bytes the memory block has at least."""
        last = sum(
            (d.elements - 1) * max(d.increment, 0) for d in self.dimensions.values()
        )
        return last + max(max(s.offset, 0) + s.size for s in self.samples)
