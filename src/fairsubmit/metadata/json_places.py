"""JSON with the place of every value, and of large documents part by part."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from contextlib import suppress
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

    Parameters
    ----------
    levels
        How many levels are looked at.

    Attributes
    ----------
    values, keys
        1-based line and column by JSON pointer.
    twice
        Pointer of each name that a mapping has twice, with the place of the first.
    """

    def __init__(self, levels: int) -> None:
        self.levels = levels
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
        self._offsets: dict[str, list[int]] = {}
        try:
            self.value: Any = self._read()
        except json.JSONDecodeError as error:
            why = f"it is not JSON: {error.msg}"
            raise UnreadableError(why, error.lineno, error.colno) from None
        except (ValueError, RecursionError):
            raise UnreadableError(TOO_LARGE) from None
        self._ends = [0, *(found.end() for found in re.finditer("\n", text))]

    def _read(self) -> Any:  # noqa: ANN401 - JSON
        """Read the text; of lists in the outermost mapping, note where items begin."""
        if self.text.startswith("{", _skip(self.text, 0)):
            with suppress(IndexError, json.JSONDecodeError):
                value, end = self._outermost(_skip(self.text, 0))
                if _skip(self.text, end) == len(self.text):
                    return value
        # says what is wrong, or takes what is no mapping
        return json.loads(self.text)

    def _outermost(self, at: int) -> tuple[dict[str, Any], int]:
        text, found = self.text, {}
        at = _skip(text, at + 1)
        while text[at] != "}":
            _after(text, at, '"')
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _after(text, at, ":"))
            self._offsets[key] = []
            if text[at] == "[":
                found[key], at = self._noted(at, self._offsets[key])
            else:
                found[key], at = _DECODER.raw_decode(text, at)
            at = _next(text, at, "}")
        return found, at + 1

    def _noted(self, at: int, offsets: list[int]) -> tuple[list[Any], int]:
        text, found = self.text, []
        at = _skip(text, at + 1)
        while text[at] != "]":
            offsets.append(at)
            value, at = _DECODER.raw_decode(text, at)
            found.append(value)
            at = _next(text, at, "]")
        return found, at + 1

    def place(self, offset: int) -> tuple[int, int]:
        """Return 1-based line and column of a character."""
        line = bisect_right(self._ends, offset)
        return line, offset - self._ends[line - 1] + 1

    def places(
        self, offset: int = 0, pointer: str = "", *, levels: int = MAX_DEPTH
    ) -> Places:
        """Return the places of a value and of what is below it.

        Parameters
        ----------
        offset
            Where the value begins.
        pointer
            Its JSON pointer.
        levels
            How many levels below it.

        Raises
        ------
        UnreadableError
            If it is nested more deeply than any person writes.
        """
        found = Places(levels)
        self._walk(_skip(self.text, offset), pointer, found, 0)
        return found

    def items(self, name: str) -> Iterator[tuple[int, Any]]:
        """Return offset and value of each item of a list in the outermost mapping.

        Parameters
        ----------
        name
            Name of the list; of two such, the last one counts.
        """
        offsets = self._offsets.get(name)
        return zip(offsets, self.value[name], strict=True) if offsets else iter(())

    def _walk(self, at: int, pointer: str, found: Places, depth: int) -> int:
        """Note the places of the value at an offset; return where it ends.

        Raises
        ------
        UnreadableError
            If it is nested more deeply than any person writes.
        """
        found.values[pointer] = self.place(at)
        if depth >= found.levels:
            if found.levels == MAX_DEPTH:
                raise UnreadableError(TOO_LARGE, *self.place(at))
            return _DECODER.raw_decode(self.text, at)[1]
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


def _after(text: str, at: int, sign: str) -> int:
    """Return where a sign that must come now ends.

    Raises
    ------
    JSONDecodeError
        If something else comes.
    """
    at = _skip(text, at)
    if text[at] != sign:
        message = f"Expecting '{sign}' delimiter"
        raise json.JSONDecodeError(message, text, at)
    return at + 1


def _next(text: str, at: int, end: str) -> int:
    """Return where the next item begins, or where the last one is followed by `end`.

    Raises
    ------
    JSONDecodeError
        If a comma is missing, or one too many.
    """
    at = _skip(text, at)
    if text[at] == end:
        return at
    at = _skip(text, _after(text, at, ","))
    if text[at] == end:
        raise json.JSONDecodeError("Illegal trailing comma", text, at)
    return at


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
