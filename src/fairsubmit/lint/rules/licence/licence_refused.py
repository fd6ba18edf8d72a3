"""The licence is one that the archive takes.

What it does
------------
Checks that `study.license` is CC0-1.0 or CC-BY-4.0.

Why it is bad
-------------
The BioImage Archive takes no other licence for new data.

Example
-------
`license: CC-BY-NC-4.0`

How to fix
----------
Choose CC0-1.0 or CC-BY-4.0, or another archive.

Source
------
BioImage Archive template v5 License; its policies 1.1, section 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import BIA, Hit, Rule, Subject
from fairsubmit.lint.suggest import or_list
from fairsubmit.lint.tree import mapping_at, text
from fairsubmit.lint.vocabularies import licences

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_TAKEN = ("CC0-1.0", "CC-BY-4.0")


def _check(subject: Subject) -> Iterator[Hit]:
    study = mapping_at(subject.document, "/study")
    written = text(study, "license") if study is not None else ""
    found = licences().exact(written) if written else None
    if found is not None and found not in _TAKEN:
        yield Hit(
            f"the BioImage Archive does not take {found}",
            "/study/license",
            help=f"choose {or_list(_TAKEN)}, or another archive",
        )


RULE = Rule(
    code="LIC103",
    name="licence-refused",
    severity=Severity.ERROR,
    gate=BIA,
    doc=__doc__,
    check=_check,
)
