"""No value of a list was cut in two at a comma.

What it does
------------
Reports a closing bracket or quote that was opened in an earlier item of the same
list.

Why it is bad
-------------
One value became several, and none of them makes sense.

Example
-------
`[antibodies (IgG, IgA, IgM)]` is three items in YAML.

How to fix
----------
Put the whole value in quotes: `["antibodies (IgG, IgA, IgM)"]`.

Source
------
Corrections by curators of the BioImage Archive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.metadata.load import escape_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_BRACKETS = {")": "(", "]": "[", "}": "{"}


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, items in _lists(subject.document.tree, ""):
        start = None
        for index, item in enumerate(items):
            opened, closed = _unbalanced(item)
            if opened and start is None:
                start = index
            elif closed and start is not None:
                whole = ", ".join(items[start : index + 1])
                yield Hit(
                    f"items {start + 1} to {index + 1} look like one value that was "
                    "cut at its commas",
                    f"{pointer}/{start}",
                    help=f'write `"{whole}"` in quotes',
                    edits=(
                        Edit("replace", f"{pointer}/{start}", (whole,)),
                        *(
                            Edit("remove", f"{pointer}/{at}")
                            for at in range(index, start, -1)
                        ),
                    ),
                )
                start = None


def _lists(value: object, pointer: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _lists(item, f"{pointer}/{escape_pointer(key)}")
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield pointer, value
        else:
            for index, item in enumerate(value):
                yield from _lists(item, f"{pointer}/{index}")


def _unbalanced(text: str) -> tuple[bool, bool]:
    """Whether brackets stay open at the end, and whether some close that were not."""
    stack: list[str] = []
    closed = False
    for char in text:
        if char in _BRACKETS.values():
            stack.append(char)
        elif char in _BRACKETS:
            if stack and stack[-1] == _BRACKETS[char]:
                stack.pop()
            else:
                closed = True
    return bool(stack), closed


RULE = Rule(
    code="BIO110",
    name="list-split-inside-brackets",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
