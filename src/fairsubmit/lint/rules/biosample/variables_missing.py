"""Some biosample says what was varied.

What it does
------------
Notes a submission in which no biosample has an intrinsic, extrinsic or experimental
variable.

Why it is bad
-------------
Genotype, treatment or time is what the images differ in; without it they cannot be
compared by others.

Example
-------
Biosamples without `intrinsic_variables`, `extrinsic_variables` and
`experimental_variables`.

How to fix
----------
Add what was varied, e.g. `extrinsic_variables: [siRNA against Nup133]`.

Source
------
REMBI 1.5 Biosample; BioImage Archive template v5 (desirable).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairsubmit.findings import Severity
from fairsubmit.lint.base import ADVICE, Hit, Rule, Subject
from fairsubmit.lint.tree import is_blank, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULE"]

_FIELDS = ("intrinsic_variables", "extrinsic_variables", "experimental_variables")


def _check(subject: Subject) -> Iterator[Hit]:
    biosamples = list(parts(subject.document, "/biosamples"))
    said = any(not is_blank(b.get(field)) for _, b in biosamples for field in _FIELDS)
    if biosamples and not said:
        yield Hit(
            "no biosample says what was varied",
            f"/biosamples/0/{_FIELDS[-1]}",
            key=True,
            help="add `intrinsic_variables:`, `extrinsic_variables:` or "
            "`experimental_variables:`",
        )


RULE = Rule(
    code="BIO109",
    name="variables-missing",
    severity=Severity.INFO,
    gate=ADVICE,
    doc=__doc__,
    check=_check,
)
