"""Every specimen says how it was prepared.

What it does
------------
Checks `specimens[].sample_preparation`.

Why it is bad
-------------
Fixation, labelling and mounting decide what an image can show.

Example
-------
A specimen without `sample_preparation:`.

How to fix
----------
Write the protocol as in a methods section; a protocols.io link may support it.

Source
------
REMBI 1.5 Specimen.sample_preparation; BioImage Archive template v5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, parts, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, specimen in parts(subject.document, "/specimens"):
        if is_blank(specimen.get("sample_preparation")):
            label = text(specimen, "title") or text(specimen, "id")
            shown = f" `{label}`" if label else ""
            yield Hit(
                f"specimen{shown} does not say how it was prepared",
                f"{pointer}/sample_preparation",
                help="add `sample_preparation:` as in a methods section",
            )


RULE = Rule(
    code="SPE101",
    name="preparation-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
