"""JSON with the place of every value, and of large documents part by part."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from fairsubmit.metadata.compose import MAX_DEPTH, TOO_LARGE, UnreadableError
from fairsubmit.metadata.load import escape_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["JsonText", "Places"]

_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class Places:
    """Where values and their names stand.

    Attributes
    ----------
    values, keys
        1-based line and column by JSON pointer.
    twice
        Pointer of each name that a mapping has twice, with the place of the first.
    """

    def __init__(self) -> None:
        self.values: dict[str, tuple[int, int]] = {}
        self.keys: dict[str, tuple[int, int]] = {}
        self.twice: list[tuple[str, tuple[int, int]]] = []


class JsonText:
    """A JSON text.

    Parameters
    ----------
    text
        The whole text.

    Attributes
    ----------
    value
        What the text says.

    Raises
    ------
    UnreadableError
        If it is not JSON.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self.value: Any = json.loads(text)
        except json.JSONDecodeError as error:
            why = f"it is not JSON: {error.msg}"
            raise UnreadableError(why, error.lineno, error.colno) from None
        except (ValueError, RecursionError):
            raise UnreadableError(TOO_LARGE) from None
        self._ends = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Return 1-based line and column of a character."""
        line = bisect_right(self._ends, offset)
        return line, offset - self._ends[line - 1] + 1

    def places(self, offset: int = 0, pointer: str = "") -> Places:
        """Return the places of a value and of all below it.

        Parameters
        ----------
        offset
            Where the value begins.
        pointer
            Its JSON pointer.

        Raises
        ------
        UnreadableError
            If it is nested more deeply than any person writes.
        """
        found = Places()
        self._walk(_skip(self.text, offset), pointer, found, 0)
        return found

    def items(self, name: str) -> Iterator[tuple[int, Any]]:
        """Return offset and value of each item of a list in the outermost mapping.

        Parameters
        ----------
        name
            Name of the list.
        """
        at = self._member(name)
        if at is None or self.text[at] != "[":
            return
        at = _skip(self.text, at + 1)
        while self.text[at] != "]":
            value, end = _DECODER.raw_decode(self.text, at)
            yield at, value
            at = _skip(self.text, end)
            if self.text[at] == ",":
                at = _skip(self.text, at + 1)

    def _member(self, name: str) -> int | None:
        """Return where the value of a name begins; the last one where it is twice."""
        text = self.text
        found = None
        at = _skip(text, 0)
        if text[at] != "{":
            return None
        at = _skip(text, at + 1)
        while text[at] != "}":
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
            if key == name:
                found = at
            _, at = _DECODER.raw_decode(text, at)
            at = _skip(text, at)
            if text[at] == ",":
                at = _skip(text, at + 1)
        return found

    def _walk(self, at: int, pointer: str, found: Places, depth: int) -> int:
        """Note the places of the value at an offset; return where it ends.

        Raises
        ------
        UnreadableError
            If it is nested more deeply than any person writes.
        """
        if depth > MAX_DEPTH:
            raise UnreadableError(TOO_LARGE, *self.place(at))
        found.values[pointer] = self.place(at)
        if self.text[at] == "{":
            return self._fields(at, pointer, found, depth)
        if self.text[at] == "[":
            return self._listed(at, pointer, found, depth)
        _, end = _DECODER.raw_decode(self.text, at)
        return end

    def _fields(self, at: int, pointer: str, found: Places, depth: int) -> int:
        text = self.text
        at = _skip(text, at + 1)
        here: set[str] = set()
        while text[at] != "}":
            name = self.place(at)
            key, at = _DECODER.raw_decode(text, at)
            child = f"{pointer}/{escape_pointer(key)}"
            if child in here:
                found.twice.append((child, found.keys[child]))
            here.add(child)
            found.keys[child] = name
            at = _skip(text, _skip(text, at) + 1)
            at = _skip(text, self._walk(at, child, found, depth + 1))
            if text[at] == ",":
                at = _skip(text, at + 1)
        return at + 1

    def _listed(self, at: int, pointer: str, found: Places, depth: int) -> int:
        text = self.text
        at = _skip(text, at + 1)
        index = 0
        while text[at] != "]":
            at = _skip(text, self._walk(at, f"{pointer}/{index}", found, depth + 1))
            index += 1
            if text[at] == ",":
                at = _skip(text, at + 1)
        return at + 1


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
