"""Which files the patterns of a file set select."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["is_literal", "matches", "select"]

_ANY = "[^/]"
_ANY_STEPS = "**"
_NOTHING = "(?!)"  # matches nowhere


def select(
    include: Sequence[str], exclude: Sequence[str], paths: Iterable[str]
) -> Iterator[str]:
    """Return the paths that some `include` pattern and no `exclude` one matches.

    Parameters
    ----------
    include, exclude
        ``*`` and ``?`` stay within a folder, ``**`` crosses folders, ``[…]`` is a
        set of characters and ``[!…]`` its complement; case counts. A pattern that
        matches a folder selects all files in it; ``.`` is the dataset itself.
        Backslashes separate folders too, for those who write them.
    paths
        POSIX paths relative to the dataset.
    """
    wanted = _either(tuple(include)).match
    unwanted = _either(tuple(exclude)).match
    for path in filter(wanted, paths):
        if not unwanted(path):
            yield path


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern matches a path or one of the folders above it."""
    return _either((pattern,)).match(path) is not None


def is_literal(pattern: str) -> bool:
    """Whether a pattern is the name of one file or folder, without wildcards."""
    return not any(char in pattern for char in "*?[")


@lru_cache(maxsize=1024)
def _either(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Compile patterns into one expression, tried at the start of a path."""
    # macOS may hand out names with accents as separate characters (NFD) where
    # people type one (NFC).
    forms = dict.fromkeys(
        form
        for pattern in patterns
        for form in (
            pattern,
            *(unicodedata.normalize(kind, pattern) for kind in ("NFC", "NFD")),
        )
    )
    return re.compile("|".join(map(_expression, forms)) or _NOTHING, re.DOTALL)


def _expression(pattern: str) -> str:
    """Write a pattern as an expression that matches in linear time.

    What stands between two ``**`` is looked for at its first place only, in an atomic
    group: because a match may end at any folder, a later place is never better.
    """
    steps = [s for s in pattern.replace("\\", "/").split("/") if s not in {"", "."}]
    if not steps:
        return "(?:)" if pattern.strip() else _NOTHING
    runs: list[list[str]] = [[]]
    for step in steps:
        if step == _ANY_STEPS:
            runs.append([])
        else:
            runs[-1].append(_step(step))
    found = _run(runs[0]) if runs[0] else ""
    for run in runs[1:]:
        if run:
            found += f"(?>(?:{_ANY}+/)*?{_run(run)})"
    # A last ``**`` needs something to match, as in ``raw/**``.
    return found + ("." if steps[-1] == _ANY_STEPS else "")


def _run(steps: list[str]) -> str:
    """Join steps; the end of the last one is the end of a name."""
    return "/".join(steps) + r"(?:/|\Z)"


def _step(step: str) -> str:
    """Write the pattern of one name; each star takes as little as it can."""
    first, *rest = _between_stars(step)
    if not rest:
        return first
    *middle, last = rest
    found = first + "".join(f"(?>{_ANY}*?{piece})" for piece in middle if piece)
    return f"{found}{_ANY}*{last}(?=/|\\Z)"


def _between_stars(step: str) -> list[str]:
    pieces = [""]
    index = 0
    while index < len(step):
        char = step[index]
        # A bracket that comes first in a set is a member of it.
        end = step.find("]", index + 2 + (step[index + 1 : index + 2] == "!"))
        if char == "*":
            pieces.append("")
        elif char == "?":
            pieces[-1] += _ANY
        elif char == "[" and end > 0:
            pieces[-1] += _set(step[index + 1 : end])
            index = end
        else:
            pieces[-1] += re.escape(char)
        index += 1
    return pieces


def _set(inner: str) -> str:
    """Write a set of characters, given without its brackets."""
    negated = inner.startswith("!")
    ranges = re.findall(r"(.)-(.)|(.)", inner[negated:], re.DOTALL)
    members = "".join(
        re.escape(alone) if alone else f"{re.escape(low)}-{re.escape(high)}"
        for low, high, alone in ranges
        if alone or low <= high
    )
    if not members:
        return _ANY if negated else _NOTHING
    return f"(?!/)[{'^' if negated else ''}{members}]"
