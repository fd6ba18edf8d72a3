"""Apply edits to a submission document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from fairsubmit.lint.fix.nodes import Node, comments, nodes
from fairsubmit.lint.fix.scalars import written, written_like
from fairsubmit.metadata.load import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fairsubmit.findings import Edit

__all__ = ["edited"]


class Change(NamedTuple):
    """Characters from `start` to `end` (exclusive) become `text`."""

    start: int
    end: int
    text: str


def edited(text: str, edits: Iterable[Edit]) -> tuple[str, list[Edit]]:
    """Apply edits to a document's text.

    Each edit is tried by itself: one that cannot be applied, that would touch what an
    earlier one changed, or after which the document would say something else than the
    edit asks for, is left out.

    Parameters
    ----------
    text
        YAML or JSON.
    edits
        Those with a pointer.

    Returns
    -------
    tuple of str and list of Edit
        The new text, and the edits that were applied.
    """
    applied: list[Edit] = []
    for edit in dict.fromkeys(edits):
        if edit.pointer is None:
            continue
        changed = _applied(text, edit)
        if changed is not None and changed != text:
            text = changed
            applied.append(edit)
    return text, applied


def _applied(text: str, edit: Edit) -> str | None:
    known = nodes(text)
    node = known.get(edit.pointer or "")
    if node is None or not known:
        return None
    changes = _ACTIONS[edit.action](_Text(text, known), node, edit.values)
    new = text
    for change in sorted(changes, reverse=True):
        new = new[: change.start] + change.text + new[change.end :]
    if not changes or _notes(new, nodes(new)) != _notes(text, known):
        return None
    return new if _means(text, new, edit) else None


def _notes(text: str, known: Mapping[str, Node]) -> list[str] | None:
    """Return the comments of a text, sorted; none may be lost, all may move."""
    if not known:
        return None
    return sorted(text[start:end] for start, end in comments(text, known[""]))


def _means(old: str, new: str, edit: Edit) -> bool:
    """Whether the document now says what the edit asks for, and nothing else."""
    before, after = parse(old.encode(), ""), parse(new.encode(), "")
    if after.problems and not before.problems:
        return False
    return _expected(before.tree, edit) == _without_blank(after.tree)


def _expected(tree: Mapping[str, object], edit: Edit) -> object:
    steps = [s.replace("~1", "/").replace("~0", "~") for s in _steps(edit.pointer)]
    return _without_blank(_changed(tree, steps, edit))


def _steps(pointer: str | None) -> list[str]:
    return (pointer or "").split("/")[1:]


def _changed(value: object, steps: list[str], edit: Edit) -> object:
    if not steps:
        return _with_field(value, edit)
    name, rest = steps[0], steps[1:]
    if isinstance(value, dict):
        return dict(_fields(value, name, rest, edit))
    if isinstance(value, list):
        return list(_items(value, int(name), rest, edit))
    return None


def _with_field(value: object, edit: Edit) -> object:
    if not isinstance(value, dict) or edit.action != "add":
        return None
    return {**value, edit.values[0]: edit.values[1]}


def _fields(
    value: Mapping[str, object], name: str, rest: list[str], edit: Edit
) -> Iterable[tuple[str, object]]:
    for key, item in value.items():
        last = key == name and not rest
        if key != name:
            yield key, item
        elif not last or edit.action == "add":
            yield key, _changed(item, rest, edit)
        elif edit.action == "replace":
            yield key, edit.values[0]
        elif edit.action == "rename":
            yield edit.values[0], item


def _items(
    value: list[object], index: int, rest: list[str], edit: Edit
) -> Iterable[object]:
    for at, item in enumerate(value):
        if at != index:
            yield item
        elif rest or edit.action == "add":
            yield _changed(item, rest, edit)
        elif edit.action in {"replace", "split"}:
            yield from edit.values


def _without_blank(value: object) -> object:
    """Leave out what says nothing: removing the last field removes what held it."""
    if isinstance(value, dict):
        found = {k: _without_blank(v) for k, v in value.items()}
        return {k: v for k, v in found.items() if v not in (None, {}, [])}
    if isinstance(value, list):
        items = [_without_blank(item) for item in value]
        return [item for item in items if item not in (None, {}, [])]
    return value


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    known: Mapping[str, Node]

    @property
    def newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def line_start(self, position: int) -> int:
        return self.text.rfind("\n", 0, position) + 1

    def next_line(self, position: int) -> int:
        end = self.text.find("\n", position)
        return len(self.text) if end < 0 else end + 1

    def comments(self, start: int, end: int) -> list[str]:
        found = comments(self.text, self.known[""])
        return [self.text[a:b] for a, b in found if start <= a < end]


def _replace(text: _Text, node: Node, values: tuple[str, ...]) -> list[Change]:
    if node.kind != "scalar" or node.style == "*":
        return []
    new = written_like(values[0], node, text.text)
    gap = "" if node.start == 0 or text.text[node.start - 1] in " \t\n[{," else " "
    return [Change(node.start, node.end, gap + new)]


def _rename(text: _Text, node: Node, values: tuple[str, ...]) -> list[Change]:
    if node.key is None or node.key.kind != "scalar":
        return []
    siblings = node.parent.children if node.parent else []
    if any(child.key and child.key.value == values[0] for child in siblings):
        return []
    new = written_like(values[0], node.key, text.text)
    return [Change(node.key.start, node.key.end, new)]


def _split(text: _Text, node: Node, values: tuple[str, ...]) -> list[Change]:
    if node.parent is None or node.parent.kind != "list" or node.kind != "scalar":
        return []
    parts = [written(value, flow=node.flow) for value in values]
    if node.flow:
        return [Change(node.start, node.end, ", ".join(parts))]
    dash = text.text.rfind("-", 0, node.start)
    start = text.line_start(dash)
    indent = " " * (dash - start)
    first, *rest = parts
    end = text.next_line(node.end)
    lines = "".join(f"{indent}- {part}{text.newline}" for part in rest)
    lead = "" if text.text[:end].endswith("\n") else text.newline
    return [Change(node.start, node.end, first), Change(end, end, lead + lines)]


def _add(text: _Text, node: Node, values: tuple[str, ...]) -> list[Change]:
    if node.kind != "mapping" or not node.children:
        return []
    name, value = values
    if any(child.key and child.key.value == name for child in node.children):
        return []
    last = node.children[-1]
    if node.style:
        json = text.text.lstrip().startswith("{")
        pair = f'"{name}": ' if json else f"{name}: "
        new = written(value, flow=True, quoted=json)
        return [Change(last.end, last.end, f", {pair}{new}")]
    first = node.children[0]
    indent = " " * (first.begin - text.line_start(first.begin))
    end = text.next_line(last.end)
    lead = "" if text.text[:end].endswith("\n") else text.newline
    line = f"{lead}{indent}{name}: {written(value)}{text.newline}"
    return [Change(end, end, line)]


def _remove(text: _Text, node: Node, _: tuple[str, ...]) -> list[Change]:
    while node.parent and len(node.parent.children) == 1 and node.parent.parent:
        node = node.parent  # what would be left says nothing
    if node.parent is None or len(node.parent.children) == 1:
        return []
    siblings = node.parent.children
    at = next(i for i, child in enumerate(siblings) if child is node)
    if node.flow:
        later = at + 1 < len(siblings)
        start = node.begin if later else siblings[at - 1].end
        return [Change(start, siblings[at + 1].begin if later else node.end, "")]
    start = node.begin
    if node.key is None:
        start = text.text.rfind("-", 0, node.start)
    line = text.line_start(start)
    if text.text[line:start].strip():  # `- name: …`: the next field takes its place
        return _pulled_up(text, node, siblings, at)
    end = text.next_line(max(node.end, start))
    kept = text.comments(line, end)
    indent = text.text[line:start]
    lines = "".join(f"{indent}{comment}{text.newline}" for comment in kept)
    return [Change(line, end, lines)]


def _pulled_up(text: _Text, node: Node, siblings: list[Node], at: int) -> list[Change]:
    if at + 1 >= len(siblings):
        return []
    following = siblings[at + 1].begin
    line = text.line_start(node.begin)
    indent = text.text[line : line + _blank(text.text[line:])]
    kept = text.comments(node.begin, following)
    lines = "".join(f"{indent}{comment}{text.newline}" for comment in kept)
    return [Change(line, line, lines), Change(node.begin, following, "")]


def _blank(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


_ACTIONS: dict[str, Callable[[_Text, Node, tuple[str, ...]], list[Change]]] = {
    "replace": _replace,
    "rename": _rename,
    "remove": _remove,
    "split": _split,
    "add": _add,
}
