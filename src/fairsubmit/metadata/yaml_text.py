"""Write a submission's tree as YAML that reads back as the same tree.

Values are written as a person would: without quotes where no YAML reader takes them
for anything but text, long texts folded, lists one item a line.
"""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from fairsubmit.metadata.compose import Scalar, UnreadableError, compose
from fairsubmit.metadata.load import escape_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Remarks", "write_yaml"]

_WIDTH = 88
_STEP = "  "
_TEXT = "tag:yaml.org,2002:str"
# What YAML makes of these is what they are.
_MEANT = re.compile(r"^(?:0|[1-9]\d*|\d{4}-\d\d-\d\d)$")
# Words and numbers of YAML versions that PyYAML does not follow.
_ELSEWHERE = re.compile(
    r"^(?:y|n|0o[0-7]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)$", re.IGNORECASE
)
# YAML 1.2 section 5.1, and line breaks of YAML 1.1 that are none for anybody else.
_UNWRITABLE = re.compile(
    r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\ufeff]"
)
_BOOLEANS = frozenset({"true", "false"})
_TRUTH_FIELDS = frozenset({"corresponding"})


@dataclass(frozen=True)
class Remarks:
    """Comments.

    Attributes
    ----------
    top
        Lines at the beginning of the document.
    above
        Lines above a field or item, by JSON pointer.
    beside
        Comment behind a field's value, by JSON pointer.
    """

    top: tuple[str, ...] = ()
    above: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)


def write_yaml(tree: Mapping[str, Any], remarks: Remarks | None = None) -> str:
    """Return a submission as YAML.

    Parameters
    ----------
    tree
        Mappings, lists, text and ``None``.
    remarks
        Comments.
    """
    notes = remarks or Remarks()
    lines = [f"# {line}".rstrip() for line in notes.top]
    lines += _Writer(notes).mapping(tree, "", "")
    return "\n".join(lines or ["{}"]) + "\n"


class _Writer:
    """Writes lines, with the comments that belong to them."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks

    def mapping(
        self, value: Mapping[str, Any], pointer: str, indent: str
    ) -> Iterator[str]:
        """Write the fields of a mapping."""
        for name, item in value.items():
            below = f"{pointer}/{escape_pointer(name)}"
            yield from self._above(below, indent)
            truth = name in _TRUTH_FIELDS and str(item) in _BOOLEANS
            first, *rest = self._value(item, below, indent, truth=truth)
            yield self._beside(f"{indent}{_key(name)}:{first}", below)
            yield from rest

    def _value(
        self,
        value: Any,  # noqa: ANN401 - any part of a tree
        pointer: str,
        indent: str,
        *,
        truth: bool = False,
    ) -> Iterator[str]:
        """Write what stands behind a colon, and the lines below it."""
        if truth:
            yield f" {value}"
        elif isinstance(value, dict) and value:
            yield ""
            yield from self.mapping(value, pointer, indent + _STEP)
        elif isinstance(value, list) and value:
            yield ""
            yield from self._items(value, pointer, indent + _STEP)
        else:
            first, *rest = _scalar(value, indent + _STEP).split("\n")
            yield f" {first}" if first else ""
            yield from rest

    def _items(self, value: list[Any], pointer: str, indent: str) -> Iterator[str]:
        for index, item in enumerate(value):
            below = f"{pointer}/{index}"
            yield from self._above(below, indent)
            if isinstance(item, dict) and item:
                yield from _dashed(self.mapping(item, below, indent + _STEP), indent)
            elif isinstance(item, list) and item:
                yield from _dashed(self._items(item, below, indent + _STEP), indent)
            else:
                first, *rest = _scalar(item, indent + _STEP).split("\n")
                dash = f"{indent}- {first}" if first else f"{indent}-"
                yield self._beside(dash, below)
                yield from rest

    def _above(self, pointer: str, indent: str) -> Iterator[str]:
        for line in self._remarks.above.get(pointer, ()):
            yield f"{indent}# {line}".rstrip() if line else ""

    def _beside(self, line: str, pointer: str) -> str:
        note = self._remarks.beside.get(pointer)
        return f"{line}  # {note}" if note else line


def _dashed(lines: Iterator[str], indent: str) -> Iterator[str]:
    """Put the dash of a list item before its first line that is no comment."""
    waiting = True
    for line in lines:
        if waiting and line.strip() and not line.lstrip().startswith("#"):
            yield f"{indent}- {line[len(indent) + len(_STEP) :]}"
            waiting = False
        else:
            yield line


def _key(name: str) -> str:
    """Write a field's name; of a mapping to merge with, no name says."""
    plain = name != "<<" and "\n" not in name and _is_plain(name)
    return name if plain and _names(name, name) else _quoted(name)


def _names(text: str, name: str) -> bool:
    try:
        root = compose(f"{text}: x\n")
    except UnreadableError:
        return False
    fields = list(getattr(root, "fields", ()))
    return [key.text for key, _ in fields] == [name]


def _scalar(value: object, indent: str) -> str:
    """Write a text; further lines of it are indented already."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return json.dumps(value)  # an empty list or mapping
    body = value.removesuffix("\n")
    if "\n" not in body and len(indent) + len(value) > _WIDTH:
        folded = _folded(value, indent)
        if folded:
            return folded
    if "\n" in value:
        return _literal(value, indent) or _quoted(value)
    return value if _is_plain(value) else _quoted(value)


def _is_plain(value: str) -> bool:
    if _MEANT.match(value):
        return True
    if _ELSEWHERE.match(value) or _tag(value) != _TEXT:
        return False
    return _reads_back(value, value)


@cache
def _resolver() -> yaml.resolver.Resolver:
    return yaml.resolver.Resolver()


def _tag(value: str) -> str:
    """Return what YAML 1.1 takes a plain word for."""
    resolver: Any = _resolver()
    return str(resolver.resolve(yaml.ScalarNode, value, (True, False)))


def _quoted(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _UNWRITABLE.sub(lambda found: f"\\U{ord(found[0]):08X}", text)


def _literal(value: str, indent: str) -> str | None:
    """Write a text of several lines as a block."""
    body = value.rstrip("\n")
    ends = len(value) - len(body)
    chomping = "-" if ends == 0 else "" if ends == 1 else "+"
    lines = value.split("\n") if ends > 1 else body.split("\n")
    if ends > 1:
        lines = lines[:-1]
    return _block(f"|{chomping}", lines, value, indent)


def _folded(value: str, indent: str) -> str | None:
    """Write a long text as a block whose lines are joined by blanks."""
    width = max(_WIDTH - len(indent), _WIDTH // 2)
    lines = textwrap.wrap(value, width, break_long_words=False, break_on_hyphens=False)
    if len(lines) < 2:
        return None
    return _block(">" if value.endswith("\n") else ">-", lines, value, indent)


def _block(header: str, lines: list[str], value: str, indent: str) -> str | None:
    new = [header, *(f"{indent}{line}" if line else "" for line in lines)]
    there = [header, *(f"{_STEP}{line}" if line else "" for line in lines)]
    return "\n".join(new) if _reads_back("\n".join(there), value) else None


def _reads_back(text: str, value: str) -> bool:
    if not text:
        return False
    try:
        root = compose(f"k: {text}\nl: x\n")
    except UnreadableError:
        return False
    # a second field, where the text has ended the first
    first, *more = getattr(root, "fields", [(None, None)])
    node = first[1] if len(more) == 1 else None
    return isinstance(node, Scalar) and node.text == value
