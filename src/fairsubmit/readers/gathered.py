"""The values of one image, gathered one after the other, and where each stood."""

from __future__ import annotations

import re
from decimal import Decimal, DecimalException
from math import isfinite
from typing import Any

from fairsubmit.metadata.image import ImageSize, PhysicalSize, Quantity
from fairsubmit.readers.values import Values

__all__ = ["Gathered", "exact", "in_metres"]

# Names of accounts that name no person.
_NOBODY = frozenset(
    {"admin", "administrator", "default", "demo", "guest", "lab", "labuser"}
    | {"microscope", "none", "operator", "public", "root", "sem", "service"}
    | {"student", "supervisor", "system", "tem", "test", "unknown", "user", "users"}
)
_HOME = re.compile(
    r"(?:[\\/](?:Users|home)|Documents and Settings)[\\/]+([^\\/]+)", re.IGNORECASE
)
# Of an account in a database of slides, say: who that is, only its owner can tell.
_GUID = re.compile(r"\{?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?")
_SHARED_HOMES = frozenset({"public", "all users", "default", "shared"})


class Gathered(Values):
    """What a reader has found of an image so far.

    Attributes
    ----------
    provenance
        Where the values came from.
    """

    def __init__(self) -> None:
        super().__init__()
        self.provenance: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        self._lengths: dict[str, Quantity] = {}

    def found(self, key: str, value: object, place: str) -> None:
        """Keep a value of the record, unless it is ``None``, and where it stood."""
        if isinstance(value, ImageSize):
            self._values[key] = value
            self.provenance |= {f"size.{axis}": place for axis in "zct"}
        elif value is not None:
            self._values[key] = value
            self.provenance[key] = place

    def length(self, axis: str, value: Quantity | None, place: str) -> None:
        """Keep the size of a pixel along `axis`, unless it is ``None``."""
        if value is not None:
            self._lengths[axis] = value
            self.provenance[f"physical_size.{axis}"] = place

    def metres(self, text: str | None, place: str) -> Quantity | None:
        """Read a length in metres; note what is no length. Zero and "" are unset."""
        value = exact(text or "")
        found = None if value is None else in_metres(value)
        if found is None and (text or "").strip() and value != 0:
            message = f"{text!r} cannot be meant as a length; ignored"
            self.problem("value-ignored", message, place)
        return found

    def person(self, value: str | None, place: str) -> None:
        """Note a field that tells who used the instrument, never the name."""
        text = (value or "").strip().lower()
        if text and text not in _NOBODY and not _GUID.fullmatch(text):
            message = f"{place} tells who used the instrument"
            self.problem("personal-data", message, place)

    def folder(self, value: str | None, place: str) -> None:
        """Note a path with the home folder of a person, never the name."""
        found = _HOME.search(value or "")
        if found is not None and found.group(1).lower() not in _SHARED_HOMES | _NOBODY:
            message = f"{place} is a path that tells the name of a user"
            self.problem("personal-data", message, place)

    def default(self, key: str, value: object, place: str | None = None) -> None:
        """Keep a value that holds where no better one was found."""
        if value is not None and key not in self._values:
            self._values[key] = value
            self.provenance |= {} if place is None else {key: place}

    def gathered(self) -> dict[str, Any]:
        """Return the record's keys that were found."""
        self.default("physical_size", PhysicalSize(**self._lengths))
        return self._values


def exact(text: str) -> Decimal | None:
    """Read a number without rounding; ``None`` if it is none or not finite."""
    try:
        value = Decimal(text.strip().replace(",", "."))
    except DecimalException:
        return None
    # A number that no instrument writes, but that arithmetic stumbles over.
    return value if value.is_finite() and -300 < value.adjusted() < 300 else None


def in_metres(value: Decimal) -> Quantity | None:
    """Return a length in metres in µm, or in nm where it is below 0.1 µm."""
    if value <= 0:
        return None
    digits, unit = (9, "nm") if value < Decimal("1e-7") else (6, "µm")
    found = float(value.scaleb(digits))
    return Quantity(found, unit) if found > 0 and isfinite(found) else None
