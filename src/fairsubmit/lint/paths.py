"""Paths: what is wrong with them, and how to speak of many at once."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from fairsubmit.metadata.paths import refused_characters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fairsubmit.dataset import FileGroup
    from fairsubmit.lint.base import Hit

__all__ = [
    "collapsed",
    "condense",
    "group_name",
    "is_junk",
    "path_fault",
    "renamed",
    "sample",
]

# More places of one cause than this become one finding.
MANY = 5
NAMED = 3

# What the submission form of BioStudies offers instead of a refused character.
_REPLACEMENTS = {
    **dict.fromkeys("=;:,?\\^%~#`", "-"),
    **dict.fromkeys("{[<", "("),
    **dict.fromkeys("}]>", ")"),
    "&": "Et",
    "$": "S",
    "@": "A",
    "+": "--",
    '"': "'",
    "|": "I",
    "µ": "u",
    "μ": "u",
    "ß": "ss",
    "æ": "ae",
    "Æ": "Ae",
    "ø": "o",
    "Ø": "O",
    "–": "-",
    "—": "-",
    "×": "x",
    "°": "deg",
}

_JUNK = (
    ".DS_Store",
    "._*",
    ".Spotlight-V100",
    ".Trashes",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "~$*",
    "*~",
    ".~lock.*#",
    "*.tmp",
    "*.swp",
    "__MACOSX",
    ".git",
    ".gitignore",
    ".gitattributes",
    ".ipynb_checkpoints",
    "__pycache__",
    ".Rhistory",
    ".directory",
    ".fseventsd",
)


def collapsed(path: str) -> str:
    """Return a path as file systems compare it that ignore case and normal form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def sample(names: Sequence[str], *, count: int = NAMED) -> str:
    """Name the first few of many, and say how many there are beyond."""
    shown = ", ".join(f"`{name}`" for name in names[:count])
    rest = len(names) - count
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def condense(hits: Sequence[tuple[str, Hit]], words: str) -> Iterator[Hit]:
    """Return the hits, or a single one where they are many.

    Parameters
    ----------
    hits
        Name of the place, and the hit.
    words
        End of the sentence that says what many places have in common, e.g. ``files
        of the table do not exist``.
    """
    if len(hits) <= MANY:
        for _, hit in hits:
            yield hit
        return
    names = [name for name, _ in hits]
    first = hits[0][1]
    message = f"{len(hits):,} {words}: {sample(names)}"
    yield replace(first, message=message, count=len(hits))


def group_name(group: FileGroup) -> str:
    """Write what a group of files is, e.g. ``component `c1```."""
    kind = "component" if group.kind == "component" else "annotation set"
    return f"{kind} `{group.id}`" if group.id else f"{kind} {group.pointer}"


def path_fault(path: str) -> str | None:
    """Say what keeps a path from meaning the same file everywhere.

    Parameters
    ----------
    path
        As written in a file table.

    Returns
    -------
    str or None
        The end of a sentence, or ``None`` if nothing is wrong.
    """
    steps = path.split("/")
    if not path.strip():
        return "is blank"
    if path != path.strip():
        return "has a blank at its start or end"
    if "\\" in path:
        return "has a backslash; folders are separated by `/`"
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        return "is absolute"
    return _step_fault(steps)


def _step_fault(steps: Sequence[str]) -> str | None:
    if steps[-1] == "":
        return "ends in `/`"
    if "" in steps:
        return "has `//` in it"
    if "." in steps:
        return "has `./` in it"
    return "leads out of its folder by `..`" if ".." in steps else None


def renamed(path: str) -> str:
    """Return a path like this one that BioStudies takes."""
    kept = []
    for char in unicodedata.normalize("NFC", path):
        if char in _REPLACEMENTS:
            kept.append(_REPLACEMENTS[char])
        elif not refused_characters(char):
            kept.append(char)
        elif char.isprintable():
            plain = unicodedata.normalize("NFKD", char).encode("ascii", "ignore")
            kept.append(plain.decode() or "_")
    *folders, name = "".join(kept).split("/")
    steps = [step.rstrip(".") or "_" for step in folders]
    return re.sub(r"[^0-9A-Za-z!\-_*'(). /]", "_", "/".join([*steps, name or "_"]))


def is_junk(path: str) -> bool:
    """Whether a file is left behind by a program and belongs to nobody's data."""
    return any(
        fnmatchcase(step, pattern) for step in path.split("/") for pattern in _JUNK
    )
