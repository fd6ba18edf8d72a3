"""No value holds invisible characters.

What it does
------------
Reports zero-width and direction-changing characters (U+200B to U+200F, U+202A to
U+202E, U+2060 to U+2064, U+2066 to U+2069, U+FEFF).

Why it is bad
-------------
They come along with copied text, cannot be seen, and make an e-mail address, a file
name or an identifier a different one.

Example
-------
An e-mail address that starts with U+202B, right-to-left embedding.

How to fix
----------
Delete the value and type it anew.

Source
------
Corrections by curators of the BioImage Archive; Unicode Standard Annex 9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import invisible
from fairsubmit.lint.tree import all_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

# A zero-width joiner binds the parts of one emoji or of one letter of an Indic or
# Persian word; it is only wrong where nothing can be joined.
_JOINERS = "\u200c\u200d"


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, value in all_texts(subject.document.tree):
        found = [c for c in dict.fromkeys(invisible(value)) if _disturbs(c, value)]
        if found:
            names = ", ".join(f"U+{ord(character):04X}" for character in found)
            yield Hit(
                f"the value has invisible characters: {names}",
                pointer,
                help="delete the value and type it anew",
                edits=(Edit("replace", pointer, (_without(found, value),)),),
            )


def _without(found: list[str], value: str) -> str:
    return "".join(char for char in value if char not in found)


def _disturbs(character: str, value: str) -> bool:
    if character not in _JOINERS:
        return True
    return any(
        left.isascii() or right.isascii()
        for left, right in _neighbours(character, value)
    )


def _neighbours(character: str, value: str) -> Iterator[tuple[str, str]]:
    for index, other in enumerate(value):
        if other == character:
            yield value[index - 1 : index] or " ", value[index + 1 : index + 2] or " "


RULE = Rule(
    code="DOC104",
    name="invisible-character",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="safe",
    check=_check,
)
