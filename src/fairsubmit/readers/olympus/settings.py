"""Texts of settings as FluoView writes them: sections, keys, quoted values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Settings", "looks_like_settings", "number_of"]

Section = dict[str, str]
_UTF16 = b"\xff\xfe[\0"
MAX_LINES = 200_000
_UNSET = frozenset({"", "None", "none", "NULL"})
# FluoView in a country of decimal commas wrote 0,207.0 for 0.207.
_COMMA = re.compile(r"([+-]?\d+),(\d+)(?:\.0)?")


def looks_like_settings(head: bytes) -> bool:
    """Whether a text that starts like this is one of settings."""
    return head.startswith((_UTF16, b"["))


def number_of(text: str | None) -> float | None:
    """Return a number; ``None`` where there is none."""
    text = (text or "").strip()
    comma = _COMMA.fullmatch(text)
    try:
        value = float(f"{comma.group(1)}.{comma.group(2)}" if comma else text)
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None  # NaN is not below anything


class Settings:
    """The sections of a text.

    Parameters
    ----------
    raw
        The bytes: UTF-16 with a byte-order mark, or UTF-8.
    """

    def __init__(self, raw: bytes) -> None:
        encoding = "utf-16" if raw.startswith(b"\xff\xfe") else "utf-8-sig"
        self.sections: dict[str, Section] = {}
        section: Section = {}
        lines = raw.decode(encoding, "replace").splitlines()
        for line in lines[:MAX_LINES]:
            if line.startswith("[") and line.rstrip().endswith("]"):
                name = line.strip()[1:-1]
                section = self.sections.setdefault(name, {})
            elif "=" in line:
                key, _, value = line.partition("=")
                section[key.strip()] = _unquoted(value.strip())

    def section(self, name: str) -> Mapping[str, str]:
        """Return a section; empty where there is none."""
        return self.sections.get(name, {})

    def text(self, section: str, key: str) -> str | None:
        """Return a value that says something."""
        value = self.section(section).get(key, "").strip()
        return None if value in _UNSET else value

    def number(self, section: str, key: str) -> float | None:
        """Return a number."""
        return number_of(self.section(section).get(key))

    def positive(self, section: str, key: str) -> float | None:
        """Return a number above 0."""
        value = self.number(section, key)
        return value if value is not None and value > 0 else None


def _unquoted(value: str) -> str:
    for quote in "\"'":
        if len(value) > 1 and value[0] == value[-1] == quote:
            return value[1:-1]
    return value
