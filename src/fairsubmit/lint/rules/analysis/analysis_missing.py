"""Where there are results, there is the analysis that made them.

What it does
------------
Reports files that look like results of an analysis (processed images, masks, tables of
measurements) where no image analysis is described.

Why it is bad
-------------
Without the steps, nobody can tell what was measured and what was done to the pixels.

Example
-------
A folder `segmented/` or a file `measurements.csv`, and no `analyses`.

How to fix
----------
Add an item to `analyses`, with `overview` and `software`.

Source
------
REMBI 1.5 Image analysis; BioImage Archive template v5 (desirable).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_RESULT = re.compile(
    r"(?:^|[/_. -])(?:segment(?:ed|ation)s?|masks?|processed|deconvolv\w*|decon|"
    r"results?|"
    r"measurements?|quantif\w+|analys[ei]s|tracking|tracks?)(?=[/_. -]|$)",
    re.IGNORECASE,
)


def _check(subject: Subject) -> Iterator[Hit]:
    tree = subject.document.tree
    if not is_blank(tree.get("analyses")) or not is_blank(tree.get("annotations")):
        return
    found: list[str] = []
    if any(map(_RESULT.search, subject.shapes)):
        found = sorted(path for path in subject.selected if _RESULT.search(path))
    if found:
        more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
        yield Hit(
            f"`{found[0]}`{more} look like results, but no analysis is described",
            "/analyses",
            help="add `analyses:` with `overview:` and `software:`",
            count=len(found),
        )


RULE = Rule(
    code="ANA101",
    name="analysis-missing",
    severity=Severity.WARNING,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
