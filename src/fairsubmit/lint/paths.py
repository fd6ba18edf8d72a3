"""Paths: what is wrong with them, and how to speak of many at once."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from fairsubmit.metadata.paths import refused_characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fairsubmit.dataset import FileGroup
    from fairsubmit.findings import Edit
    from fairsubmit.lint.base import Hit

__all__ = [
    "MANY",
    "collapsed",
    "condense",
    "folders_of",
    "group_name",
    "is_junk",
    "path_fault",
    "renamed",
    "sample",
    "shapes",
]

# More places of one cause than this become one finding.
MANY = 5
NAMED = 3
# Edits of one finding: a table of half a million rows may need as many.
MAX_EDITS = 100_000
# Paths that are looked at together.
_BLOCK = 4096
_DIGITS = str.maketrans("123456789", "000000000")

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
    ".Spotlight-V?00",
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
# Steps that are not `.` or `..`, of what is usual in names; nothing is wrong with it.
_FINE = re.compile(
    r"(?:(?!\.{1,2}(?:/|\Z))[\w.()\-]++(?: ++[\w.()\-]++)*+(?:/|\Z))+(?<!/)"
)
_STEPS = "|".join(
    re.escape(name).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") for name in _JUNK
)
_IS_JUNK = re.compile(rf"(?:.*/)?(?:{_STEPS})(?:/|\Z)", re.DOTALL)


def shapes(paths: Iterable[str]) -> frozenset[str]:
    """Return the paths with every digit as 0.

    Of half a million images they are a few hundred. Where a judgement does not depend
    on which digit it is, and no shape is bad, no path is.
    """
    found: set[str] = set()
    each = iter(paths)
    while block := list(islice(each, _BLOCK)):
        # one translation of everything; a path may have the separator in it
        made = "\n".join(block).translate(_DIGITS).split("\n")
        if len(made) != len(block):
            made = [path.translate(_DIGITS) for path in block]
        found.update(made)
    return frozenset(found)


def folders_of(paths: Iterable[str]) -> frozenset[str]:
    """Return every folder above the paths."""
    direct = {path.rpartition("/")[0] for path in paths}
    found = {
        folder[:at]
        for folder in direct
        for at, char in enumerate(folder)
        if char == "/"
    }
    return frozenset((found | direct) - {""})


def collapsed(path: str) -> str:
    """Return a path as file systems compare it that ignore case and normal form."""
    if path.isascii():
        return path.casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def sample(
    names: Sequence[str], *, count: int = NAMED, total: int | None = None
) -> str:
    """Name the first few of many, and say how many there are beyond.

    Parameters
    ----------
    names
        All of them, or the first ones.
    count
        How many are named.
    total
        How many there are, where `names` has only the first ones.
    """
    shown = ", ".join(f"`{name}`" for name in names[:count])
    rest = (len(names) if total is None else total) - count
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def condense(
    hits: Iterable[tuple[str, Hit]], words: str, *, total: int | None = None
) -> Iterator[Hit]:
    """Return the hits, or a single one with the edits of all where they are many.

    Parameters
    ----------
    hits
        Name of the place, and the hit; kept no longer than needed.
    words
        End of the sentence that says what many places have in common, e.g. ``files
        of the table do not exist``.
    total
        How many there are, where `hits` has only the first `MANY` and one.
    """
    each = iter(hits)
    few = list(islice(each, MANY + 1))
    if len(few) <= MANY:
        for _, hit in few:
            yield hit
        return
    edits: list[Edit] = [edit for _, hit in few for edit in hit.edits]
    count = len(few)
    for _, hit in each:
        count += 1
        if hit.edits and len(edits) < MAX_EDITS:
            edits += hit.edits
    count = max(count, total or 0)
    message = f"{count:,} {words}: {sample([name for name, _ in few], total=count)}"
    yield replace(few[0][1], message=message, count=count, edits=tuple(edits))


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
    if _FINE.fullmatch(path):
        return None
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
    return _IS_JUNK.match(path) is not None
