"""What the library nd2 decodes of a file, each part as far as it can."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Described", "Untyped", "count_of", "inside", "positive", "text_of"]

LARGEST = 1 << 40
# What comes from the library, which has no types that are exported.
Untyped = Any


@dataclass(slots=True)
class Described:
    """What the library decoded; what it could not is empty, and said in `failed`.

    Attributes
    ----------
    sizes
        Of all axes longer than 1; ``None`` where the loops are not known.
    """

    attributes: Any
    sizes: Mapping[str, int] | None = None
    experiment: Sequence[Any] = ()
    channels: Sequence[Any] = ()
    text: Mapping[str, str] = field(default_factory=dict)
    picture: Mapping[str, Any] = field(default_factory=dict)
    program: Mapping[str, Any] = field(default_factory=dict)
    rois: int = 0
    failed: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, file: Untyped) -> Self:
        """Take everything out of an open `nd2.ND2File`."""
        found = cls(file.attributes)
        found.sizes = found.part("sizes", lambda: dict(file.sizes), None)
        found.experiment = found.part("experiment", lambda: file.experiment, ())
        found.channels = found.part("channels", lambda: file.metadata.channels, ())
        found.text = found.part("texts", lambda: file.text_info, {})
        if not file.is_legacy:
            found.picture = found.part("settings", lambda: _picture(file), {})
            found.program = found.part("program", lambda: _program(file), {})
            found.rois = len(found.part("ROIs", lambda: file.rois, {}))
        return found

    def part(self, name: str, get: Callable[[], Untyped], default: Untyped) -> Untyped:
        """Return a part, or `default` where the library fails."""
        try:
            return get() or default
        except Exception as error:  # noqa: BLE001 - it raises what it comes across
            self.failed.append(f"{name} ({type(error).__name__})")
            return default


def _picture(file: Untyped) -> Untyped:
    chunks = file.unstructured_metadata(strip_prefix=False)
    for name in ("ImageMetadataSeqLV|0", "ImageMetadataSeq|0"):
        if name in chunks:
            return chunks[name].get("SLxPictureMetadata", chunks[name])
    return {}


def _program(file: Untyped) -> Untyped:
    return file.custom_data.get("AppInfo_V1_0", {})


# -- values that a library took from a file, and that may be anything ------------------


def text_of(value: object) -> str | None:
    """Return a text that says something; NIS-Elements writes ``???`` for unknown."""
    found = value.strip() if isinstance(value, str) else ""
    return found if found and found != "???" else None


def positive(value: object) -> float | None:
    """Return a number above 0; -1 and 0 stand for "unset"."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 < value < LARGEST else None


def count_of(value: object, default: int = 1) -> int:
    """Return a number of things, or `default` where it cannot be one."""
    if isinstance(value, bool) or not isinstance(value, int):
        return default
    return value if 0 < value < LARGEST else default


def inside(value: object, *path: str) -> object:
    """Return what lies at a path of keys within dictionaries."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
