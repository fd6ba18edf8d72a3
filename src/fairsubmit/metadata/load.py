"""Read ``submission.yaml`` with the place of every value.

Scalars are never typed by YAML: ``NO`` stays the two letters, ``010`` keeps its
zero, and a date is text. What a value means is decided by the model alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from fairsubmit.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Document", "Place", "escape_pointer", "parse"]

_Node = yaml.Node
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# A submission is written by a person; 5 MiB is far beyond that, and a guard
# against handing in an image by mistake.
MAX_DOCUMENT_BYTES = 5 * 1024 * 1024
# The deepest path of the model has 8 steps, and no person writes 200,000 values;
# guards against hostile nesting and against aliases that multiply.
MAX_DEPTH = 40
MAX_VALUES = 200_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands.

    Attributes
    ----------
    path
        File name as findings show it.
    line, column
        1-based; ``None`` where the source has no lines.
    pointer
        JSON pointer.
    """

    path: str
    line: int | None
    column: int | None
    pointer: str


@dataclass(frozen=True)
class Document:
    """A submission as it was read: plain data and the place of every value.

    Attributes
    ----------
    path
        File name as findings show it.
    tree
        Mappings, lists, text and ``None`` in the layout of `Submission`, or ``{}``
        where nothing could be read. Never numbers, booleans or dates.
    places
        1-based line and column of each value, by JSON pointer.
    keys
        1-based line and column of each mapping key, by the value's pointer.
    text
        The source text.
    problems
        Why the document could not be read as it stands (DOC101, DOC102).
    """

    path: str
    tree: Mapping[str, Any]
    places: Mapping[str, tuple[int, int]]
    keys: Mapping[str, tuple[int, int]]
    text: str = ""
    problems: tuple[Finding, ...] = ()

    def place(self, pointer: str, *, key: bool = False) -> Place:
        """Return where a value stands, or its nearest ancestor that has a place.

        Parameters
        ----------
        pointer
            JSON pointer; it need not exist in the document.
        key
            Point at the mapping key rather than at the value.
        """
        table = self.keys if key else self.places
        current = pointer
        while current and current not in table:
            current = current.rpartition("/")[0]
        line, column = table.get(current) or self.places.get(current) or (1, 1)
        return Place(self.path, line, column, pointer)

    def get(self, pointer: str) -> object:
        """Return the value at a JSON pointer, or ``None`` where there is none."""
        value: object = self.tree
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict):
                value = value.get(name)
            elif isinstance(value, list) and name.isdecimal():
                value = value[int(name)] if int(name) < len(value) else None
            else:
                return None
        return value


def escape_pointer(step: str) -> str:
    """Escape one step of a JSON pointer (RFC 6901 section 3)."""
    return step.replace("~", "~0").replace("/", "~1")


def parse(raw: bytes, path: str | Path) -> Document:
    """Parse a submission.

    Parameters
    ----------
    raw
        The file's bytes: YAML or JSON, UTF-8, with or without a byte order mark.
    path
        Name that findings show.

    Returns
    -------
    Document
        With an empty tree and a DOC101 finding where `raw` is not YAML.
    """
    name = str(path)
    if len(raw) > MAX_DOCUMENT_BYTES:
        return _unreadable(name, "", "it is larger than 5 MiB", 1, 1)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return _unreadable(name, "", "it is not UTF-8 text", line, 1)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return _unreadable(name, text, *_explain(error))
    if node is None:
        return _unreadable(name, text, "it is empty", 1, 1)
    if not isinstance(node, yaml.MappingNode):
        return _unreadable(name, text, "it must be `key: value` lines", 1, 1)
    walk = _Walk(name)
    try:
        tree = walk.value(node, "", 0)
    except _TooLargeError:
        why = f"it has over {MAX_DEPTH} levels or {MAX_VALUES:,} values"
        return _unreadable(name, text, why, 1, 1)
    return Document(name, tree, walk.places, walk.keys, text, tuple(walk.problems))


class _TooLargeError(Exception):
    """The document is larger or deeper than any submission."""


class _Walk:
    """Turn composed YAML nodes into plain data, remembering places."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[str, tuple[int, int]] = {}
        self.keys: dict[str, tuple[int, int]] = {}
        self.problems: list[Finding] = []

    def value(self, node: _Node, pointer: str, depth: int) -> Any:  # noqa: ANN401
        if depth > MAX_DEPTH or len(self.places) > MAX_VALUES:
            raise _TooLargeError
        self.places[pointer] = _position(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer, depth)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.value(item, f"{pointer}/{index}", depth + 1)
                for index, item in enumerate(node.value)
            ]
        plain = getattr(node, "style", None) is None
        return None if plain and node.value in _NULLS else node.value

    def _mapping(
        self, node: yaml.MappingNode, pointer: str, depth: int
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            child = f"{pointer}/{escape_pointer(key)}"
            if key in found:
                self._duplicate(key, child, key_node)
            self.keys[child] = _position(key_node)
            found[key] = self.value(value_node, child, depth + 1)
        return found

    def _duplicate(self, key: str, pointer: str, node: _Node) -> None:
        line, column = _position(node)
        first = self.keys[pointer]
        self.problems.append(
            Finding(
                "DOC102",
                "duplicate-key",
                Severity.ERROR,
                f"`{key}` is given twice, here and at {first[0]}:{first[1]}; "
                "only the last would count",
                path=self.name,
                line=line,
                column=column,
                pointer=pointer,
                help="remove one of the two, or join them",
            )
        )


def _position(node: _Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _explain(error: Exception) -> tuple[str, int, int]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).split("\n")[0]
    context = getattr(error, "context", None)
    words = f"{problem} {context}" if context else problem
    if mark is None:
        return words, 1, 1
    return words, mark.line + 1, mark.column + 1


def _unreadable(name: str, text: str, why: str, line: int, column: int) -> Document:
    finding = Finding(
        "DOC101",
        "unreadable-document",
        Severity.ERROR,
        f"{name} cannot be read: {why}",
        path=name,
        line=line,
        column=column,
        help="correct the line shown; `fairsubmit rule DOC101` has an example",
    )
    return Document(name, {}, {"": (1, 1)}, {}, text, (finding,))
