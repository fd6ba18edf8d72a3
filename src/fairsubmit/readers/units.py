"""Units as files spell them, brought to the spelling of OME-XML 2016-06.

Source: UnitsLength and UnitsTime of the OME schema 2016-06 (ome.xsd). Values are never
converted: only the name of the unit is put right.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Reading", "length_unit", "number", "time_unit"]

_PREFIXES = ("Y", "Z", "E", "P", "T", "G", "M", "k", "h", "da", "", "d", "c", "m")
_SMALL = ("µ", "n", "p", "f", "a", "z", "y")
LENGTHS = frozenset(f"{prefix}m" for prefix in (*_PREFIXES, *_SMALL)) | frozenset(
    {"Å", "thou", "li", "in", "ft", "yd", "mi", "ua", "ly", "pc", "pt"}
)
TIMES = frozenset(
    [*(f"{prefix}s" for prefix in (*_PREFIXES, *_SMALL)), "min", "h", "d"]
)
NOT_LENGTHS = frozenset(
    {"pixel", "pixels", "px", "reference frame", "unit", "arbitrary", "a.u.", "none"}
)
_NAMES = {
    "yotta": "Y",
    "zetta": "Z",
    "exa": "E",
    "peta": "P",
    "tera": "T",
    "giga": "G",
    "mega": "M",
    "kilo": "k",
    "hecto": "h",
    "deca": "da",
    "": "",
    "deci": "d",
    "centi": "c",
    "milli": "m",
    "micro": "µ",
    "nano": "n",
    "pico": "p",
    "femto": "f",
    "atto": "a",
    "zepto": "z",
    "yocto": "y",
}
# UDUNITS names, which OME-Zarr uses, in both spellings of the metre.
LENGTH_ALIASES = {
    **{
        f"{name}{tail}": f"{p}m"
        for name, p in _NAMES.items()
        for tail in ("meter", "metre")
    },
    "um": "µm",
    "umeter": "µm",
    "micron": "µm",
    "nm": "nm",
    "mikrometer": "µm",
    "angstrom": "Å",
    "ångström": "Å",
    "ångstrom": "Å",
    "inch": "in",
    "inche": "in",
    "foot": "ft",
    "feet": "ft",
    "yard": "yd",
    "mile": "mi",
    "parsec": "pc",
}
TIME_ALIASES = {
    **{f"{name}second": f"{prefix}s" for name, prefix in _NAMES.items()},
    "sec": "s",
    "msec": "ms",
    "usec": "µs",
    "us": "µs",
    "minute": "min",
    "mn": "min",
    "hour": "h",
    "hr": "h",
    "day": "d",
}
# U+00B5 is what OME writes. The others are what becomes of it: the Greek letter
# (U+03BC), UTF-8 read as Latin-1 (of either), an escape taken literally, and a
# character lost on the way, for which no unit of length but µm comes into question.
_MICRO = re.compile(r"Âµ|Î¼|μ|\\u00[bB]5|\\x[bB]5|&#181;|&micro;|\ufffd|^\?(?=[ms]$)")
_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


class Reading(NamedTuple):
    """What became of a text.

    Attributes
    ----------
    value
        The unit's symbol or the number; ``None`` if it is none.
    changed
        Whether the text was not as it should be.
    """

    value: str | None
    changed: bool


_LENGTHS = {name: Reading(name, changed=False) for name in LENGTHS}
_TIMES = {name: Reading(name, changed=False) for name in TIMES}


def length_unit(text: str) -> Reading:
    """Return the OME symbol of a unit of length.

    ``pixel`` and ``reference frame``, which OME lists as lengths, are none.
    """
    return _LENGTHS.get(text) or _unit(text, _LENGTHS, LENGTH_ALIASES)


def time_unit(text: str) -> Reading:
    """Return the OME symbol of a unit of time."""
    return _TIMES.get(text) or _unit(text, _TIMES, TIME_ALIASES)


def _unit(text: str, known: Mapping[str, Reading], aliases: dict[str, str]) -> Reading:
    name = _MICRO.sub("µ", text.strip())
    if name in known:
        return Reading(name, changed=True)
    lower = name.lower()
    if lower in NOT_LENGTHS:
        return Reading(None, changed=False)
    alias = aliases.get(lower) or aliases.get(lower.removesuffix("s"))
    return Reading(alias, changed=True)


def number(text: str) -> tuple[float | None, bool]:
    """Read a decimal number; the second item says whether it had a decimal comma.

    A single comma between digits, without a point, is the work of a program that
    wrote in its user's language.
    """
    try:
        value, comma = float(text), False
    except ValueError:
        if _COMMA.fullmatch(text.strip()) is None:
            return None, False
        value, comma = float(text.replace(",", ".")), True
    return (value, comma) if math.isfinite(value) else (None, False)
