"""XML inside an annotation, which may be anything: kept as text where it is short."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Opaque"]

# Longer ones are whole documents of other programs; the file keeps them.
MAX_TEXT = 4_096


class Opaque:
    """Writes the elements inside an element again, up to `MAX_TEXT` characters."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._depth = 0
        self._room = MAX_TEXT

    @property
    def text(self) -> str:
        """What was inside; empty if it was too long."""
        return "".join(self._parts).strip() if self._room >= 0 else ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element inside."""
        self._depth += 1
        if self._room >= 0:
            given = "".join(f' {k}="{escape(v)}"' for k, v in attributes.items())
            self._add(f"<{name}{given}>")

    def data(self, text: str) -> None:
        """Take text inside."""
        if self._room >= 0:
            self._add(escape(text, quote=False))

    def end(self, name: str) -> bool:
        """Take the end of an element; return whether it was inside."""
        if not self._depth:
            return False
        self._depth -= 1
        self._add(f"</{name}>")
        return True

    def _add(self, part: str) -> None:
        if self._room >= 0:
            self._room -= len(part)
            self._parts.append(part)
