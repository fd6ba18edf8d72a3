"""Read ``submission.yaml`` with the place of every value.

Scalars are never typed by YAML: ``NO`` stays the two letters, ``010`` keeps its
zero, and a date is text. What a value means is decided by the model alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from fairsubmit.findings import Finding, Severity
from fairsubmit.metadata.compose import (
    MAX_DEPTH,
    MAX_VALUES,
    TOO_LARGE,
    Fields,
    Items,
    Node,
    Scalar,
    UnreadableError,
    compose,
    decode,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = [
    "FOREIGN",
    "Document",
    "Layout",
    "Place",
    "Source",
    "escape_pointer",
    "parse",
]

# What was read. `image` and `table` stand alone: there is no submission to them.
Layout = Literal["submission", "pagetab", "ro-crate", "empiar", "image", "table"]
# Layouts of others, in words.
FOREIGN: Mapping[Layout, str] = {
    "pagetab": "PageTab, as archives keep it,",
    "ro-crate": "an RO-Crate",
    "empiar": "a deposition of EMPIAR",
}

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
# A submission is written by a person; 5 MiB is far beyond that, and a guard
# against handing in an image by mistake.
MAX_DOCUMENT_BYTES = 5 * 1024 * 1024


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
    cell
        Cell of a workbook, e.g. ``authors!C2``.
    """

    path: str
    line: int | None
    column: int | None
    pointer: str
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What another archive's document says, as it stands there.

    Attributes
    ----------
    value
        Plain data.
    places
        1-based line and column of each value, by its own JSON pointer.
    """

    value: Any
    places: Mapping[str, tuple[int, int]]


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
    origins
        Where the source has another layout (PageTab): the source's own pointer of
        each value, by the pointer in `tree`.
    cells
        Where the source is a workbook: the cell of each value, e.g. ``authors!C2``,
        by pointer. There are no lines then.
    layout
        What the source is; `tree` has the layout of `Submission` in any case.
    source
        Where the source has another layout: the source itself.
    """

    path: str
    tree: Mapping[str, Any]
    places: Mapping[str, tuple[int, int]]
    keys: Mapping[str, tuple[int, int]]
    text: str = ""
    problems: tuple[Finding, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    layout: Layout = "submission"
    source: Source | None = field(default=None, repr=False)

    def place(self, pointer: str, *, key: bool = False) -> Place:
        """Return where a value stands, or its nearest ancestor that has a place.

        Parameters
        ----------
        pointer
            JSON pointer; it need not exist in the document.
        key
            Point at the mapping key rather than at the value.
        """
        if self.cells:
            cell = self.cells.get(_nearest(pointer, self.cells))
            return Place(self.path, None, None, self.origin(pointer), cell)
        table = self.keys if key else self.places
        current = _nearest(pointer, table)
        line, column = table.get(current) or self.places.get(current) or (1, 1)
        return Place(self.path, line, column, self.origin(pointer))

    def origin(self, pointer: str) -> str:
        """Return the source's own pointer of a value, or of its nearest ancestor."""
        if not self.origins:
            return pointer
        return self.origins.get(_nearest(pointer, self.origins), "")

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


def _nearest(pointer: str, known: Mapping[str, object]) -> str:
    """Return the pointer, or its nearest ancestor that is known."""
    while pointer and pointer not in known:
        pointer = pointer.rpartition("/")[0]
    return pointer


def escape_pointer(step: str) -> str:
    """Escape one step of a JSON pointer (RFC 6901 section 3)."""
    return step.replace("~", "~0").replace("/", "~1")


def parse(raw: bytes, path: str | Path) -> Document:
    """Parse a submission.

    Parameters
    ----------
    raw
        The file's bytes: YAML or JSON, UTF-8 with or without a byte order mark, or
        UTF-16 with one.
    path
        Name that findings show.

    Returns
    -------
    Document
        With an empty tree and a DOC101 finding where `raw` is not YAML.
    """
    name, text = str(path), ""
    walk = _Walk(name)
    try:
        text = _text(raw)
        tree = walk.root(compose(text))
    except UnreadableError as error:
        return Document(name, {}, {"": (1, 1)}, {}, text, (_finding(name, error),))
    return Document(name, tree, walk.places, walk.keys, text, tuple(walk.problems))


def _text(raw: bytes) -> str:
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise UnreadableError("it is larger than 5 MiB")
    return decode(raw)


def _finding(name: str, error: UnreadableError) -> Finding:
    return Finding(
        "DOC101",
        "unreadable-document",
        Severity.ERROR,
        f"{name} cannot be read: {error.why}",
        path=name,
        line=error.line,
        column=error.column,
        pointer="",
        help=error.cure or "`fairsubmit rule DOC101` has an example",
    )


class _Walk:
    """Turn composed YAML nodes into plain data, remembering places."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[str, tuple[int, int]] = {}
        self.keys: dict[str, tuple[int, int]] = {}
        self.problems: list[Finding] = []
        self._count = 0

    def root(self, node: Node) -> dict[str, Any]:
        """Return the data of a whole document.

        Raises
        ------
        UnreadableError
            If it is no mapping.
        """
        if not isinstance(node, Fields):
            raise UnreadableError("it must be `key: value` lines")
        self.places[""] = node.line, node.column
        return self._mapping(node, "", 0)

    def _value(self, node: Node, pointer: str, depth: int) -> object:
        self._step(depth)
        self.places[pointer] = node.line, node.column
        if isinstance(node, Fields):
            return self._mapping(node, pointer, depth)
        if isinstance(node, Items):
            return [
                self._value(item, f"{pointer}/{index}", depth + 1)
                for index, item in enumerate(node.items)
            ]
        return None if node.plain and node.text in _NULLS else node.text

    def _step(self, depth: int) -> None:
        # Aliases multiply what was composed, so what is visited is counted again.
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_VALUES:
            raise UnreadableError(TOO_LARGE)

    def _mapping(self, node: Fields, pointer: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value, merged in self._fields(node, depth):
            key = name.text
            child = f"{pointer}/{escape_pointer(key)}"
            if key in found:
                if merged:
                    continue
                self._duplicate(child, name)
            self.keys[child] = name.line, name.column
            found[key] = self._value(value, child, depth + 1)
        return found

    def _fields(self, node: Fields, depth: int) -> Iterator[tuple[Scalar, Node, bool]]:
        # A mapping's own fields, then those merged in with `<<` (YAML 1.1 merge key).
        self._step(depth)
        bases: list[Node] = []
        for name, value in node.fields:
            if name.text == "<<" and name.plain:
                bases += value.items if isinstance(value, Items) else [value]
            else:
                yield name, value, False
        for base in bases:
            if not isinstance(base, Fields):
                why, cure = "`<<` must name `key: value` lines", "remove the line"
                raise UnreadableError(why, base.line, base.column, cure)
            for name, value, _ in self._fields(base, depth + 1):
                self._step(depth)
                yield name, value, True

    def _duplicate(self, pointer: str, name: Scalar) -> None:
        first = self.keys[pointer]
        self.problems.append(
            Finding(
                "DOC102",
                "duplicate-key",
                Severity.ERROR,
                f"`{name.text}` is given twice, here and at {first[0]}:{first[1]}; "
                "only the last would count",
                path=self.name,
                line=name.line,
                column=name.column,
                pointer=pointer,
                help="remove one of the two, or join them",
            )
        )
