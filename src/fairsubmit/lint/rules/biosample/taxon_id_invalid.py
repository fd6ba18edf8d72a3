"""A taxon id is written as NCBITaxon does.

What it does
------------
Checks that `organism.id` is `NCBITaxon:` and digits, the OBO address of the term, or
the address of the taxon at NCBI.

Why it is bad
-------------
Programs cannot follow it.

Example
-------
`id: txid7227`

How to fix
----------
Write `id: NCBITaxon:7227`.

Source
------
OBO Foundry identifier policy; NCBITaxon.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import MIN, Hit, Rule, Subject
from fairsubmit.lint.identifiers import taxon, visible
from fairsubmit.lint.suggest import replacing
from fairsubmit.lint.tree import parts, terms, text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_DIGITS = re.compile(r"\d{1,8}")


def _check(subject: Subject) -> Iterator[Hit]:
    for pointer, biosample in parts(subject.document, "/biosamples"):
        for where, term in terms(biosample, "organism", pointer):
            written = visible(text(term, "id"))
            if not written or taxon(written):
                continue
            digits = _DIGITS.findall(written)
            meant = f"NCBITaxon:{int(digits[0])}" if len(digits) == 1 else None
            yield Hit(
                f"`{written}` is not a taxon id",
                f"{where}/id",
                help=f"write `{meant}`" if meant else "write it as `NCBITaxon:9606`",
                edits=replacing(f"{where}/id", meant),
            )


RULE = Rule(
    code="BIO105",
    name="taxon-id-invalid",
    severity=Severity.ERROR,
    gate=MIN,
    doc=__doc__,
    fix="safe",
    check=_check,
)
