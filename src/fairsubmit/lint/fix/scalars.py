"""Write a text as a YAML or JSON value, in the style of the one it replaces."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

from fairsubmit.metadata.compose import Scalar, UnreadableError, compose

if TYPE_CHECKING:
    from fairsubmit.lint.fix.nodes import Node

__all__ = ["written", "written_like"]


def written(value: str, *, flow: bool = False, quoted: bool = False) -> str:
    """Write a text: plain where that is read back as the same text, else quoted.

    Parameters
    ----------
    value
        The text.
    flow
        Whether it stands inside ``[…]`` or ``{…}``.
    quoted
        Never plain.
    """
    if not quoted and _reads_back(value, value, flow=flow):
        return value
    return _quoted(value, flow=flow)


def _quoted(value: str, *, flow: bool) -> str:
    double = json.dumps(value, ensure_ascii=False)
    single = "'" + value.replace("'", "''") + "'"
    better = single if '"' in value or "\\" in value else double
    return better if _reads_back(better, value, flow=flow) else json.dumps(value)


def _reads_back(text: str, value: str, *, flow: bool) -> bool:
    if not text or "\n" in text:
        return False
    try:
        root = compose(f"k: [{text}]\n" if flow else f"k: {text}\n")
    except UnreadableError:
        return False
    node: object = root.fields[0][1] if hasattr(root, "fields") else None
    if flow:
        items = getattr(node, "items", [])
        node = items[0] if len(items) == 1 else None
    return isinstance(node, Scalar) and node.text == value


def written_like(value: str, node: Node, text: str) -> str:
    """Write a text as the value that stands there is written.

    Parameters
    ----------
    value
        The new text; the same as the old one asks for quotes.
    node
        The scalar that it replaces.
    text
        The document.
    """
    if text.lstrip().startswith("{"):
        return json.dumps(value, ensure_ascii=False)
    if node.style in {"|", ">"}:
        return _block(value, node, text)
    if node.style == "'":
        single = "'" + value.replace("'", "''") + "'"
        if _reads_back(single, value, flow=node.flow):
            return single
    quoted = node.style in {"'", '"'} or value == node.value
    return written(value, flow=node.flow, quoted=quoted)


def _block(value: str, node: Node, text: str) -> str:
    """Write a block scalar anew: same header, same indentation, lines as long."""
    old = text[node.start : node.end]
    newline = "\r\n" if "\r\n" in old else "\n"
    header, _, body = old.partition("\n")
    lines = body.splitlines() or [""]
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    paragraphs = value.rstrip("\n").split("\n")
    if node.style == ">":
        width = max(len(line) for line in lines)
        paragraphs = [
            line
            for paragraph in paragraphs
            for line in (*_wrapped(paragraph, width - len(indent)), "")
        ][:-1]
    new = [indent + line if line.strip() else "" for line in paragraphs]
    return newline.join([header.rstrip("\r"), *new])


def _wrapped(paragraph: str, width: int) -> list[str]:
    return textwrap.wrap(
        paragraph,
        max(width, 20),
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    ) or [""]
