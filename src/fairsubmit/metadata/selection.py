"""Which files the patterns of a file set select."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["matches", "select"]


def select(
    include: Sequence[str], exclude: Sequence[str], paths: Iterable[str]
) -> Iterator[str]:
    """Return the paths that some `include` pattern and no `exclude` one matches.

    Parameters
    ----------
    include, exclude
        ``*`` and ``?`` stay within a folder, ``**`` crosses folders, ``[…]`` is a
        set of characters; case counts. A pattern that matches a folder selects all
        files in it.
    paths
        POSIX paths relative to the dataset.
    """
    for path in paths:
        if any(matches(p, path) for p in include) and not any(
            matches(p, path) for p in exclude
        ):
            yield path


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern matches a path or one of the folders above it."""
    return _compiled(pattern).match(path) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    steps = [step for step in pattern.strip("/").split("/") if step not in {"", "."}]
    parts: list[str] = []
    for index, step in enumerate(steps):
        last = index == len(steps) - 1
        if step == "**":
            parts.append(".*" if last else "(?:[^/]+/)*")
        else:
            parts.append(_step(step) + ("" if last else "/"))
    return re.compile("".join(parts) + r"(?:/.*)?\Z", re.DOTALL)


def _step(step: str) -> str:
    found: list[str] = []
    index = 0
    while index < len(step):
        char = step[index]
        end = step.find("]", index + 2) if char == "[" else -1
        if char == "*":
            found.append("[^/]*")
        elif char == "?":
            found.append("[^/]")
        elif end > 0:
            inner = step[index + 1 : end].replace("\\", r"\\")
            negated = inner.startswith("!")
            found.append(f"[{'^' if negated else ''}{inner[negated:]}]")
            index = end
        else:
            found.append(re.escape(char))
        index += 1
    return "".join(found)
