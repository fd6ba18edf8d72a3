"""Every biosample has an organism.

What it does
------------
Checks `biosamples[].organism` and its `label`.

Why it is bad
-------------
The organism is the first thing people filter by.

Example
-------
A biosample without `organism:`.

How to fix
----------
Add `organism: {label: Homo sapiens, id: NCBITaxon:9606}`.

Source
------
REMBI 1.5 Biosample.organism; BioImage Archive template v5 Organism; GIDE profile
v0.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.tree import is_absent, is_blank, parts, terms, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_HELP = "add `organism: {label: Homo sapiens, id: NCBITaxon:9606}`"


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, biosample in parts(subject.document, "/biosamples"):
        label = text(biosample, "title") or text(biosample, "id")
        shown = f" `{label}`" if label else ""
        if is_absent(biosample.get("organism")):
            yield Hit(
                f"biosample{shown} has no organism", f"{pointer}/organism", help=_HELP
            )
            continue
        for where, term in terms(biosample, "organism", pointer):
            if is_blank(term.get("label")):
                yield Hit(
                    f"an organism of biosample{shown} has no name",
                    f"{where}/label",
                    help=_HELP,
                )


RULE = Rule(
    code="BIO101",
    name="organism-missing",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    check=_check,
)
