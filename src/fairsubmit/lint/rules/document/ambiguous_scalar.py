"""No text would be a number, a date or true and false for other programs.

What it does
------------
Reports values without quotes that YAML readers turn into something else: `NO` into
false, `010` into 8, `12:30` into 750, `1_000` into 1000. Dates and plain numbers are
not meant.

Why it is bad
-------------
fairsubmit reads every value as text, other programs do not: the gene NO becomes false.

Example
-------
`intrinsic_variables: [NO]`

How to fix
----------
Put the value in quotes.

Source
------
YAML 1.1 types (yaml.org/type): bool, int, float; YAML 1.2 section 10.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Edit, Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.fix.nodes import nodes
from fairsubmit.lint.tree import all_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_TYPED = re.compile(
    r"^(?:y|n|yes|no|on|off|true|false|[-+]?0\d+|[-+]?0x[0-9a-f_]+|0b[01_]+"
    r"|[-+]?[1-9]\d*_[\d_]+|[-+]?\d+(?::[0-5]?\d)+(?:\.\d*)?"
    r"|[-+]?\d+(?:\.\d*)?e[-+]?\d+|[-+]?\.inf|\.nan)$",
    re.IGNORECASE,
)
# A field that is true or false means what it says.
_BOOLEANS = ("/corresponding",)


def _check(subject: Subject) -> Iterator[Hit]:
    document = subject.document
    if document.origins or document.cells or document.text.lstrip().startswith("{"):
        return  # JSON and workbooks have types of their own
    typed = [
        (pointer, value)
        for pointer, value in all_texts(document.tree)
        if _TYPED.match(value) and not pointer.endswith(_BOOLEANS)
    ]
    known = nodes(document.text) if typed else {}
    for pointer, value in typed:
        node = known.get(pointer)
        if node is not None and not node.style:
            yield Hit(
                f"`{value}` is no text for most YAML readers",
                pointer,
                help=f'write `"{value}"` in quotes',
                edits=(Edit("replace", pointer, (value,)),),
            )


RULE = Rule(
    code="DOC106",
    name="ambiguous-scalar",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    fix="unsafe",
    check=_check,
)
