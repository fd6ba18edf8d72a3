"""Every biosample says what is imaged.

What it does
------------
Checks `biosamples[].biological_entity`.

Why it is bad
-------------
The organism alone does not say whether a cell line, a tissue or an embryo is seen.

Example
-------
A biosample without `biological_entity:`.

How to fix
----------
Add for example `biological_entity: HeLa cells`.

Source
------
REMBI 1.5 Biosample.biological_entity; BioImage Archive template v5.
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
    for pointer, biosample in parts(subject.document, "/biosamples"):
        if is_blank(biosample.get("biological_entity")):
            label = text(biosample, "title") or text(biosample, "id")
            shown = f" `{label}`" if label else ""
            yield Hit(
                f"biosample{shown} does not say what is imaged",
                f"{pointer}/biological_entity",
                help="add for example `biological_entity: HeLa cells`",
            )


RULE = Rule(
    code="BIO106",
    name="biological-entity-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
