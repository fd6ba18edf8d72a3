"""The ``Summary`` of a Micro-Manager acquisition, and the metadata of its first frame.

Source: Micro-Manager's own description of its file formats ("Micro-Manager File
Formats", micro-manager.org); version 2 renames some keys.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.image import Objective, PhysicalSize, Quantity
from fairsubmit.readers.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Summary", "json_object"]

MAX_COUNT = 10_000_000
MAX_NAMES = 1_000
# Of a frame's metadata: devices have some hundreds of properties, two levels deep.
MAX_PROPERTIES = 10_000
MAX_NESTED = 5
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(?:\s*([+-]\d\d):?(\d\d))?"
)
_OBJECTIVE = re.compile(r"(?:objective|nosepiece).*-label", re.IGNORECASE)
_MAGNIFICATION = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*[xX](?![a-z])")
_HOME = re.compile(r"[\\/](?:Users|home|Documents and Settings)[\\/]+\w", re.IGNORECASE)

Json = dict[str, Any]


def json_object(raw: bytes | str, start: int = 0) -> Json:
    """Return the JSON object that starts there; empty if there is none."""
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    try:
        found, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class Summary(Values):
    """What is said once for all frames.

    Parameters
    ----------
    summary
        The object ``Summary``.
    frame
        The metadata of the first frame.

    Attributes
    ----------
    provenance
        Where the values that were asked for stand.
    """

    def __init__(self, summary: Json, frame: Json) -> None:
        super().__init__()
        self.summary = summary
        self.frame = dict(_properties(frame))
        self.provenance: dict[str, str] = {}
        self._persons()

    def count(self, key: str, axis: str) -> int | None:
        """Return a planned number, by the names of versions 1 and 2."""
        planned = self.summary.get("IntendedDimensions")
        value = self.summary.get(key)
        if value is None and isinstance(planned, dict):
            value = planned.get(axis)
        found = _number(value)
        if found is None or found != int(found) or not 0 < found <= MAX_COUNT:
            return None
        return int(found)

    def _text(self, *keys: str) -> tuple[str, str] | None:
        """Return the first value that is a text, and where it stands."""
        for key in keys:
            for place, values in (("Summary", self.summary), ("Frame", self.frame)):
                value = values.get(key)
                if isinstance(value, str) and value.strip():
                    return value.strip(), f"{place}/{key}"
        return None

    def _length(self, axis: str, *keys: str) -> Quantity | None:
        """Return a length in µm; 0 is unset, a step may go down."""
        for key in keys:
            for place, values in (("Summary", self.summary), ("Frame", self.frame)):
                value = abs(_number(values.get(key)) or 0)
                if value:
                    self.provenance[f"physical_size.{axis}"] = f"{place}/{key}"
                    return Quantity(value, "µm")
        return None

    def physical_size(self, steps: int | None) -> PhysicalSize:
        """Return the pixel size, and the distance of z steps if there are several."""
        keys = ("PixelSize_um", "PixelSizeUm")
        z = self._length("z", "z-step_um") if steps != 1 else None
        return PhysicalSize(self._length("x", *keys), self._length("y", *keys), z)

    def interval(self, times: int | None) -> Quantity | None:
        """Return the planned time between frames, if there are several."""
        key = "Interval_ms" if "Interval_ms" in self.summary else "WaitInterval"
        value = _number(self.summary.get(key)) or 0
        if value <= 0 or times == 1:
            return None
        self.provenance["time_increment"] = f"Summary/{key}"
        return Quantity(value, "ms")

    def channel_names(self) -> list[str | None]:
        """Return the names of the channels."""
        names = self.summary.get("ChNames")
        if isinstance(names, str):  # written as a text by some versions
            names = json_object('{"names": ' + names + "}").get("names")
        if not isinstance(names, list):
            return []
        return [
            name.strip() or None if isinstance(name, str) else None
            for name in names[:MAX_NAMES]
        ]

    def positions(self) -> list[str | None]:
        """Return the labels of the stage positions."""
        for key in ("StagePositions", "InitialPositionList"):
            found = self.summary.get(key)
            if isinstance(found, list) and found:
                labels = [
                    p.get("Label") if isinstance(p, dict) else None for p in found
                ]
                return [label if isinstance(label, str) else None for label in labels]
        return []

    def bits(self) -> int | None:
        """Return the camera's bits."""
        value = _number(self.summary.get("BitDepth")) or 0
        if not 0 < value <= 64 or value != int(value):
            return None
        self.provenance["significant_bits"] = "Summary/BitDepth"
        return int(value)

    def name(self) -> str | None:
        """Return the name of the acquisition."""
        found = self._text("Prefix")
        if found is not None:
            self.provenance["name"] = found[1]
        return found[0] if found else None

    def software(self) -> str | None:
        """Return the program and its version."""
        found = self._text("MicroManagerVersion")
        if found is None:
            return None
        self.provenance["software"] = found[1]
        return f"Micro-Manager {found[0]}"

    def acquired_at(self) -> str | None:
        """Return when the acquisition began, with the zone that is written."""
        found = self._text("StartTime", "ReceivedTime", "Time")
        parts = _TIME.fullmatch(found[0]) if found else None
        if found is None or parts is None:
            return None
        self.provenance["acquired_at"] = found[1]
        day, time, hours, minutes = parts.groups()
        zone = f"{hours}:{minutes or '00'}" if hours else ""
        return f"{day}T{time}{zone}"

    def objective(self) -> Objective:
        """Return the objective, which is the label of a device."""
        for key, value in self.frame.items():
            if _OBJECTIVE.search(key) and isinstance(value, str) and value.strip():
                found = _MAGNIFICATION.search(value)
                self.provenance["objective"] = f"Frame/{key}"
                magnification = float(found.group(1)) if found else 0
                return Objective(
                    model=value.strip(), magnification=magnification or None
                )
        return Objective()

    def _persons(self) -> None:
        name = self.summary.get("UserName")
        folder = self.summary.get("Directory")
        places = [("UserName", isinstance(name, str) and bool(name.strip()))]
        places += [
            ("Directory", isinstance(folder, str) and bool(_HOME.search(folder)))
        ]
        for key, named in places:
            if named:
                message = f"Summary names a person in {key}; it is published too"
                self.problem("personal-data", message, f"Summary/{key}")


def _number(value: object) -> float | None:
    """Return a number, which some versions write as a text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < float("inf") else None


def _properties(frame: Json) -> Iterator[tuple[str, object]]:
    """Yield the values of a frame by their own keys, however deep they stand."""
    left = MAX_PROPERTIES
    waiting: list[tuple[Json, int]] = [(frame, 0)]
    while waiting:
        values, depth = waiting.pop()
        for key, value in values.items():
            left -= 1
            if left < 0:
                return
            if not isinstance(value, dict):
                yield key, value
            elif isinstance(value.get("PropVal"), str):  # version 2
                yield key, value["PropVal"]
            elif depth < MAX_NESTED:
                waiting.append((value, depth + 1))
