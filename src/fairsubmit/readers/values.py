"""Numbers and units of OME-XML attributes, with a problem for each doubtful one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from fairsubmit.metadata.image import Problem, Quantity
from fairsubmit.readers.units import Reading, number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Values"]


class Values:
    """Reads values and collects `problems`."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(
        self, code: str, message: str, place: str, *, error: bool = False
    ) -> None:
        """Note a problem of this image."""
        self.problems.append(Problem(code, message, place, error))

    def quantity(
        self,
        attributes: Mapping[str, str],
        key: str,
        place: str,
        unit: tuple[Callable[[str], Reading], str],
    ) -> Quantity | None:
        """Read a number above 0 and its unit.

        Parameters
        ----------
        attributes
            Of the element.
        key
            The number's attribute; its unit's has ``Unit`` added.
        place
            The element's place, for messages.
        unit
            How units are read, and the one that holds where none is written.
        """
        text = attributes.get(key)
        if not text:
            return None
        value = _positive(text)
        if value is not None:
            written = attributes.get(f"{key}Unit")
            found = unit[0](written) if written else Reading(unit[1], changed=False)
            if found.value is not None and not found.changed:
                return Quantity(value, found.value)
        return self._doubtful(attributes, key, place, unit)

    def _doubtful(
        self,
        attributes: Mapping[str, str],
        key: str,
        place: str,
        unit: tuple[Callable[[str], Reading], str],
    ) -> Quantity | None:
        """Read what is not as it should be, and say so."""
        text = attributes[key]
        if text.isspace():
            return None
        value, comma = number(text)
        if value is None or value <= 0:
            message = f"{key} {text!r} cannot be meant; ignored"
            self.problem("value-ignored", message, f"{place}@{key}")
            return None
        if comma:
            message = f"{key} {text!r} has a decimal comma; read as {value}"
            self.problem("decimal-comma", message, f"{place}@{key}")
        reader, default = unit
        written = attributes.get(f"{key}Unit")
        if not written or written.isspace():
            return Quantity(value, default)
        found, changed = reader(written)
        if found is None:
            message = f"{key} {text} has the unit {written!r}, which is none; ignored"
            self.problem("unit-unknown", message, f"{place}@{key}Unit")
            return None
        if changed:
            message = f"{key}Unit {written!r} was read as {found!r}"
            self.problem("unit-alias", message, f"{place}@{key}Unit")
        return Quantity(value, found)

    def positive(
        self, attributes: dict[str, str], key: str, place: str
    ) -> float | None:
        """Read a number above 0 that has no unit."""
        text = attributes.get(key, "").strip()
        if not text:
            return None
        value, _ = number(text)
        if value is None or value <= 0:
            message = f"{key} {text!r} cannot be meant; ignored"
            self.problem("value-ignored", message, f"{place}@{key}")
            return None
        return value


def _positive(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < math.inf else None
