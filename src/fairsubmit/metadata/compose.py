"""YAML text to nodes with places; never deeper or larger than a person writes.

PyYAML's own composer recurses in C without a limit, so that a hostile document ends
the process; the events it is made of do not.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "MAX_DEPTH",
    "MAX_VALUES",
    "TOO_LARGE",
    "Fields",
    "Items",
    "Node",
    "Scalar",
    "UnreadableError",
    "compose",
    "decode",
]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# The deepest path of the model has 8 steps, and no person writes 200,000 values;
# guards against hostile nesting and against aliases that multiply.
MAX_DEPTH = 40
MAX_VALUES = 200_000
TOO_LARGE = f"it has over {MAX_DEPTH} levels or {MAX_VALUES:,} values"
# What YAML 1.2 section 5.1 does not take as text.
_CONTROL = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# Line breaks for YAML 1.1 and nothing but white space for everybody else.
_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), " ")
_JSON_ESCAPE = re.compile(
    r"\\\\|\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE
)
_CURES = {
    "mapping values are not allowed": "put text that contains `: ` in quotes",
    "undefined alias": "put text that begins with `*` in quotes",
    "alphabetic or numeric": "put text that begins with `*` or `&` in quotes",
    "cannot start any token": "put text that begins with @, `, % or | in quotes",
    "unexpected end of stream": "close the quote or bracket",
    "expected ',' or": "close the bracket, or put a comma between the items",
    "block end": "indent the line as the one above it",
}


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text; `plain` where it stands without quotes."""

    line: int
    column: int
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    column: int
    items: list[Node]


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping, as it was written: names may repeat."""

    line: int
    column: int
    fields: list[tuple[Scalar, Node]]


Node = Scalar | Items | Fields


class UnreadableError(Exception):
    """The text is no document.

    Parameters
    ----------
    why
        The end of the sentence "it cannot be read: …".
    line, column
        1-based place.
    cure
        What to do.
    """

    def __init__(
        self, why: str, line: int = 1, column: int = 1, cure: str | None = None
    ) -> None:
        super().__init__(why)
        self.why = why
        self.line = line
        self.column = column
        self.cure = cure


def decode(raw: bytes) -> str:
    """Return the text of a file: UTF-8, or UTF-16 where a byte order mark says so.

    Spreadsheets and PowerShell write UTF-16.

    Raises
    ------
    UnreadableError
        If it is neither.
    """
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        why = "it is not UTF-8 text"
        raise UnreadableError(why, line, cure="save it as UTF-8 text") from None


def compose(text: str) -> Node:
    """Return the root node of a YAML or JSON document.

    Raises
    ------
    UnreadableError
        If the text is not one document, or is larger or deeper than any submission.
    """
    text = text.translate(_BREAKS)
    if text.lstrip().startswith("{"):
        text = _json_as_yaml(text)
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        why = f"it holds the control character U+{ord(found[0]):04X}"
        raise UnreadableError(why, line, column, "remove the character")
    try:
        return _Composer(yaml.parse(text, Loader=_Loader)).document()
    except yaml.MarkedYAMLError as error:
        why, line, column, cure = _explain(error, text)
        raise UnreadableError(why, line, column, cure) from None
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableError(str(error).split("\n", maxsplit=1)[0]) from None


def _json_as_yaml(text: str) -> str:
    """Write what JSON allows and YAML does not so that both read it alike.

    Tabs between tokens, and characters beyond U+FFFF as two escapes.
    """
    return _JSON_ESCAPE.sub(_one_escape, text.replace("\t", " "))


def _one_escape(found: re.Match[str]) -> str:
    if not found[1]:
        return found[0]
    high, low = int(found[1], 16), int(found[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08X}"


def _explain(
    error: yaml.MarkedYAMLError, text: str
) -> tuple[str, int, int, str | None]:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "it is not YAML"
    words = f"{problem} {error.context}" if error.context else problem
    cure = next((cure for part, cure in _CURES.items() if part in words), None)
    if mark is None:
        return words, 1, 1, cure
    lines = text.splitlines()
    if mark.line < len(lines) and lines[mark.line][mark.column :].startswith("\t"):
        words, cure = "a tab cannot indent a line", "indent with spaces"
    return words, mark.line + 1, mark.column + 1, cure


class _Composer:
    """Build nodes from events, with limits."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._anchors: dict[str, Node] = {}
        self._count = 0

    def document(self) -> Node:
        """Return the root of the only document.

        Raises
        ------
        UnreadableError
            If there is none, or another one.
        """
        next(self._events)
        if not isinstance(next(self._events), yaml.DocumentStartEvent):
            raise UnreadableError("it is empty")
        root = self._node(next(self._events), 0)
        next(self._events)
        following = next(self._events)
        if isinstance(following, yaml.DocumentStartEvent):
            why, cure = "a second document begins here", "keep one document in a file"
            raise UnreadableError(why, *_place(following), cure)
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_VALUES:
            raise UnreadableError(TOO_LARGE)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        node = self._new_node(event, depth)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = node
        return node

    def _alias(self, event: yaml.AliasEvent) -> Node:
        node = self._anchors.get(str(event.anchor))
        if node is None:
            why = f"`*{event.anchor}` refers to nothing above it"
            cure = "put text that begins with `*` in quotes"
            raise UnreadableError(why, *_place(event), cure)
        return node

    def _new_node(self, event: yaml.Event, depth: int) -> Node:
        line, column = _place(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items = list(self._nodes(yaml.SequenceEndEvent, depth))
            return Items(line, column, items)
        if isinstance(event, yaml.MappingStartEvent):
            nodes = list(self._nodes(yaml.MappingEndEvent, depth))
            names = [_name(node) for node in nodes[::2]]
            fields = list(zip(names, nodes[1::2], strict=True))
            return Fields(line, column, fields)
        text = getattr(event, "value", "")
        if _SURROGATE.search(text):
            why, cure = "it holds half a character", "remove the escape"
            raise UnreadableError(why, line, column, cure)
        return Scalar(line, column, text, not getattr(event, "style", None))

    def _nodes(self, end: type[yaml.Event], depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), end):
            yield self._node(event, depth + 1)


def _name(node: Node) -> Scalar:
    if isinstance(node, Scalar):
        return node
    why, cure = "a field's name must be text", "write the name as text"
    raise UnreadableError(why, node.line, node.column, cure)


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
