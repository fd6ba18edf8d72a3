"""A document's values with the places of their first and last character."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from fairsubmit.metadata.compose import MAX_DEPTH, MAX_VALUES
from fairsubmit.metadata.load import escape_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Node", "comments", "nodes"]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Not line breaks for us (see `fairsubmit.metadata.compose`); one character each.
_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), " ")


@dataclass(slots=True, eq=False)
class Node:
    """A value in the text.

    Attributes
    ----------
    start, end
        Its first character, and the one after its last, without the line break.
    kind
        ``scalar``, ``list`` or ``mapping``.
    style
        Of a scalar: ``""`` (plain), ``'``, ``"``, ``|``, ``>`` or ``*`` (an alias);
        of a collection: ``[`` for flow style, ``""`` for block style.
    value
        Text of a scalar.
    key
        Its name, where it is a field of a mapping.
    parent, children
        What it stands in, and what stands in it.
    """

    start: int
    end: int
    kind: str
    style: str = ""
    value: str = ""
    key: Node | None = None
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)

    @property
    def begin(self) -> int:
        """First character of the name, where there is one, or of the value."""
        return self.key.start if self.key else self.start

    @property
    def flow(self) -> bool:
        """Whether it stands in a flow collection (``[…]`` or ``{…}``)."""
        return self.parent is not None and self.parent.style == "["


class _TooLargeError(ValueError):
    """More than any submission holds."""


def nodes(text: str) -> dict[str, Node]:
    """Return the values of a YAML or JSON text by JSON pointer.

    Where a field is given twice, neither is among them. Values that come through an
    alias or a merge are those of the place that was aliased, and are not here either.

    Parameters
    ----------
    text
        A text that `fairsubmit.metadata.load.parse` reads.

    Returns
    -------
    dict
        Empty where the text cannot be read.
    """
    plain = text.translate(_BREAKS)
    if plain.lstrip().startswith("{"):
        plain = plain.replace("\t", " ")
    try:
        root = _Builder(plain).root()
    except (yaml.YAMLError, ValueError, StopIteration):
        return {}
    return dict(_named(root, ""))


def _named(node: Node, pointer: str) -> Iterator[tuple[str, Node]]:
    yield pointer, node
    if node.kind == "list":
        for index, child in enumerate(node.children):
            yield from _named(child, f"{pointer}/{index}")
        return
    names = [child.key.value for child in node.children if child.key]
    for child in node.children:
        name = child.key.value if child.key else ""
        if names.count(name) == 1 and name != "<<":
            yield from _named(child, f"{pointer}/{escape_pointer(name)}")


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self._events = yaml.parse(text, Loader=_Loader)
        self._count = 0

    def root(self) -> Node:
        for event in self._events:
            if isinstance(event, yaml.NodeEvent):
                return self._node(event, 0)
        raise _TooLargeError

    def _node(self, event: yaml.Event, depth: int) -> Node:
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_VALUES:
            raise _TooLargeError
        start, end = _span(event)
        if isinstance(event, yaml.ScalarEvent):
            style = event.style or ""
            if style in {"|", ">"}:
                end = start + len(self.text[start:end].rstrip("\r\n "))
            return Node(start, end, "scalar", style, event.value)
        if isinstance(event, yaml.AliasEvent):
            return Node(start, end, "scalar", "*")
        return self._collection(event, depth)

    def _collection(self, event: yaml.Event, depth: int) -> Node:
        start, _ = _span(event)
        mapping = isinstance(event, yaml.MappingStartEvent)
        style = "[" if getattr(event, "flow_style", False) else ""
        node = Node(start, start, "mapping" if mapping else "list", style)
        close = yaml.MappingEndEvent if mapping else yaml.SequenceEndEvent
        while not isinstance(event := next(self._events), close):
            key = self._node(event, depth + 1) if mapping else None
            child = self._node(next(self._events) if mapping else event, depth + 1)
            child.key, child.parent = key, node
            node.children.append(child)
        last = node.children[-1].end if node.children else start
        node.end = _span(event)[1] if style else last
        return node


def _span(event: yaml.Event) -> tuple[int, int]:
    start, end = event.start_mark, event.end_mark
    return (start.index if start else 0), (end.index if end else 0)


def comments(text: str, root: Node) -> list[tuple[int, int]]:
    """Return where the comments of a text begin and end, in order.

    Parameters
    ----------
    text
        The text.
    root
        Its root node, from `nodes`.
    """
    spans = sorted(_scalars(root))
    found = []
    at = 0
    position = text.find("#")
    while position >= 0:
        while at < len(spans) and spans[at][1] <= position:
            at += 1
        inside = at < len(spans) and spans[at][0] <= position
        before = text[position - 1] if position else "\n"
        if inside or before not in " \t\r\n":
            position = text.find("#", position + 1)
            continue
        end = _line_end(text, position)
        found.append((position, end))
        position = text.find("#", end)
    return found


def _scalars(node: Node) -> Iterator[tuple[int, int]]:
    if node.key:
        yield node.key.start, node.key.end
    if node.kind == "scalar":
        yield node.start, node.end
    for child in node.children:
        yield from _scalars(child)


def _line_end(text: str, position: int) -> int:
    """Return the end of a line, its break left out."""
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    return end - 1 if end > position and text[end - 1] == "\r" else end
