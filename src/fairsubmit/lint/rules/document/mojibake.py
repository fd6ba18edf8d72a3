"""Every character is the one that was meant.

What it does
------------
Reports text that was UTF-8 and was read as Windows-1252 on the way, and text that is
not in Unicode normal form C.

Why it is bad
-------------
Names are printed wrong, and not found: `Jérôme` and `Jerome` with a loose accent look
alike and are different.

Example
-------
`name: JÃ©rÃ´me`

How to fix
----------
Save the file as UTF-8; `fairsubmit lint --fix` restores the characters.

Source
------
IDR check_utf8.py; Unicode Standard Annex 15.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import all_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

# The first characters of two- and three-byte UTF-8 as Windows-1252 shows them.
_TRACES = re.compile("[ÂÃÎÏÐ][\x80-\xbf\u0152-\u0178\u2013-\u2122]|â€|Ã.")


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, value in all_texts(subject.document.tree):
        if value.isascii() or "/files/" in pointer:
            continue
        meant = _restored(value)
        if meant is not None:
            words = f"`{value.strip()}` was written as UTF-8 and read as something else"
        elif not unicodedata.is_normalized("NFC", value):
            meant = unicodedata.normalize("NFC", value)
            words = f"`{value.strip()}` has accents apart from their letters"
        else:
            continue
        edits = (Edit("replace", pointer, (meant,)),)
        yield Hit(words, pointer, help=f"write `{meant.strip()}`", edits=edits)


def _restored(value: str) -> str | None:
    """Return the text before it was read wrongly, or ``None`` if it was not."""
    if not _TRACES.search(value):
        return None
    try:
        return value.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None


RULE = Rule(
    code="DOC109",
    name="mojibake",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="safe",
    check=_check,
)
