"""Every path is one that BioStudies takes.

What it does
------------
Compares the path of each selected file with the pattern that BioStudies applies:
letters without accents, digits, blank and `! - _ * ' ( ) . /`.

Why it is bad
-------------
Such a file uploads well, and then the submission is refused at the very end.

Example
-------
`Exp#1/µ.tif` has `#` and `µ`.

How to fix
----------
Rename the file or folder, for example as suggested.

Source
------
BioStudies FileSourcesList.kt; BioImage Archive help-file-list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.paths import condense, refused_characters, renamed

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    refused: dict[str, list[tuple[str, Hit]]] = {}
    for path in subject.selected:
        characters = refused_characters(path)
        if characters is not None:
            hit = _hit(path, characters)
            refused.setdefault(characters, []).append((path, hit))
    for characters, hits in refused.items():
        yield from condense(
            hits, f"paths are refused by BioStudies: {_why(characters)}"
        )


def _hit(path: str, characters: str) -> Hit:
    return Hit(
        f"BioStudies refuses the path `{path}`: {_why(characters)}",
        path=path,
        help=f"rename it, e.g. `{renamed(path)}`",
    )


def _why(characters: str) -> str:
    if not characters:
        return "a folder's name ends in `..`"
    shown = ", ".join(
        f"`{c}`" if c.isprintable() and not c.isspace() else f"U+{ord(c):04X}"
        for c in characters
    )
    return f"it does not take {shown}"


RULE = Rule(
    code="FIL104",
    name="path-refused",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
